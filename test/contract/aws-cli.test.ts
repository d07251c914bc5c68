/** The same wire through a second official client: the `aws` command. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { addRecord, subnetId } from "./aws.ts";
import { needCommand } from "./commands.ts";
import { sandboxForTest, type TestSandbox } from "./support.ts";

const HOUR = 3_600_000;
const run = promisify(execFile);
const environment = {
  PATH: process.env["PATH"],
  HOME: process.env["HOME"],
  AWS_ACCESS_KEY_ID: "AKIASANDBOX",
  AWS_SECRET_ACCESS_KEY: "any",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_MAX_ATTEMPTS: "1",
  AWS_PAGER: "",
  // Neither a person's own settings nor a machine's role may reach a test.
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
};
const options = { env: environment, timeout: 60_000 };

async function aws(sandbox: TestSandbox, ...words: string[]): Promise<Record<string, unknown>> {
  const parameters = ["--endpoint-url", sandbox.url, "--output", "json", ...words];
  const { stdout } = await run("aws", parameters, options);
  return stdout.trim() === "" ? {} : JSON.parse(stdout);
}

describe("the aws command", () => {
  it("takes an address through its whole life", { timeout: 120_000 }, async (context) => {
    await needCommand(context, ["aws", "--version"]);
    const sandbox = await sandboxForTest();
    const ec2 = (...words: string[]) => aws(sandbox, "ec2", ...words);
    expect(await aws(sandbox, "sts", "get-caller-identity")).toMatchObject({
      Account: "123456789012",
    });
    const { AllocationId, PublicIp } = await ec2("allocate-address");
    const id = ["--allocation-id", String(AllocationId)];
    const at = ["--subnet-id", subnetId, "--private-ip-address", "10.0.1.10"];
    const created = await ec2("create-network-interface", ...at);
    const { NetworkInterfaceId } = created["NetworkInterface"] as { NetworkInterfaceId: string };
    const eni = ["--network-interface-id", NetworkInterfaceId];
    const bound = await ec2("associate-address", ...id, ...eni, "--no-allow-reassociation");
    const { AssociationId } = bound;
    expect(await ec2("describe-addresses")).toMatchObject({
      Addresses: [{ PublicIp, AssociationId, PrivateIpAddress: "10.0.1.10" }],
    });

    const name = ["--domain-name", "tx1.mail.acme.example"];
    await expect(ec2("modify-address-attribute", ...id, ...name)).rejects.toThrow(
      "(InvalidParameterValue)",
    );
    await addRecord(sandbox, "tx1.mail.acme.example", String(PublicIp));
    await sandbox.advance(HOUR);
    expect(await ec2("modify-address-attribute", ...id, ...name)).toMatchObject({
      Address: { PtrRecordUpdate: { Value: "tx1.mail.acme.example.", Status: "PENDING" } },
    });
    await sandbox.advance(HOUR);
    const attribute = ["--attribute", "domain-name"];
    expect(await ec2("describe-addresses-attribute", ...attribute)).toMatchObject({
      Addresses: [{ PublicIp, PtrRecord: "tx1.mail.acme.example." }],
    });
    await ec2("disassociate-address", "--association-id", String(AssociationId));
    await expect(ec2("release-address", ...id)).rejects.toThrow("(InvalidAddress.PtrSet)");
    await ec2("reset-address-attribute", ...id, ...attribute);
    await sandbox.advance(HOUR);
    await ec2("release-address", ...id);
    await expect(ec2("release-address", ...id)).rejects.toThrow("(InvalidAllocationID.NotFound)");
  });

  it("puts and reads a secure parameter", { timeout: 120_000 }, async (context) => {
    await needCommand(context, ["aws", "--version"]);
    const sandbox = await sandboxForTest();
    const put = ["--name", "/a", "--value", "hush", "--type", "SecureString"];
    expect(await aws(sandbox, "ssm", "put-parameter", ...put)).toMatchObject({ Version: 1 });
    const get = ["ssm", "get-parameter", "--name", "/a", "--with-decryption"];
    expect(await aws(sandbox, ...get)).toMatchObject({ Parameter: { Value: "hush" } });
  });
});
