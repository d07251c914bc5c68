/** The same wire through a second official client: the `aws` command. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { addRecord } from "./aws.ts";
import { needCommand } from "./commands.ts";
import { sandboxForTest, type TestSandbox } from "./support.ts";

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
  it("sets reverse DNS and meets PtrSet on release", { timeout: 120_000 }, async (context) => {
    await needCommand(context, ["aws", "--version"]);
    const sandbox = await sandboxForTest();
    expect(await aws(sandbox, "sts", "get-caller-identity")).toMatchObject({
      Account: "123456789012",
    });
    const { AllocationId, PublicIp } = await aws(sandbox, "ec2", "allocate-address");
    const id = ["--allocation-id", String(AllocationId)];
    await addRecord(sandbox, "tx1.mail.acme.example", String(PublicIp));
    await sandbox.advance(3_600_000);
    const name = ["--domain-name", "tx1.mail.acme.example"];
    expect(await aws(sandbox, "ec2", "modify-address-attribute", ...id, ...name)).toMatchObject({
      Address: { PtrRecordUpdate: { Value: "tx1.mail.acme.example.", Status: "PENDING" } },
    });
    await expect(aws(sandbox, "ec2", "release-address", ...id)).rejects.toThrow(
      "(InvalidAddress.PtrSet)",
    );
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
