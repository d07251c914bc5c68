/** What is the same for every AWS call: credentials, faults, the call log, the state file. */
import { readFileSync, statSync } from "node:fs";
import * as ec2 from "@aws-sdk/client-ec2";
import * as ssm from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { startSandbox } from "../../sandbox/server.ts";
import { codeOf, ec2For, need, ssmFor, stsFor } from "./aws.ts";
import { sandboxForTest, type TestSandbox } from "./support.ts";

const describeAddresses = () => new ec2.DescribeAddressesCommand({});

async function raw(sandbox: TestSandbox, body: string, headers: Record<string, string> = {}) {
  const reply = await fetch(sandbox.url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body,
  });
  return { status: reply.status, text: await reply.text() };
}

describe("credentials", () => {
  it("tell who calls", async () => {
    const sts = stsFor(await sandboxForTest());
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe("123456789012");
  });

  it("are demanded by every service in its own words", async () => {
    const sandbox = await sandboxForTest();
    const ec2Call = "Action=DescribeAddresses&Version=2016-11-15";
    const missing = await raw(sandbox, ec2Call);
    expect(missing.status).toBe(403);
    expect(missing.text).toContain("<Code>MissingAuthenticationToken</Code>");
    const malformed = await raw(sandbox, ec2Call, { authorization: "AWS4-HMAC-SHA256 nonsense" });
    expect(malformed.status).toBe(401);
    expect(malformed.text).toContain("<Code>AuthFailure</Code>");
    const sts = await raw(sandbox, "Action=GetCallerIdentity&Version=2011-06-15");
    expect(sts.status).toBe(403);
    expect(sts.text).toContain("<Code>MissingAuthenticationToken</Code>");
    const nonsense = { authorization: "AWS4-HMAC-SHA256 nonsense" };
    const unsigned = await raw(sandbox, "Action=GetCallerIdentity&Version=2011-06-15", nonsense);
    expect(unsigned.text).toContain("<Code>IncompleteSignature</Code>");
    const target = { "x-amz-target": "AmazonSSM.GetParameter" };
    expect((await raw(sandbox, "{}", target)).text).toContain(
      "MissingAuthenticationTokenException",
    );
    const malformedSsm = await raw(sandbox, "{}", { ...target, ...nonsense });
    expect(malformedSsm.text).toContain("IncompleteSignatureException");
  });

  it("do not make an unknown action known", async () => {
    const client = ec2For(await sandboxForTest());
    const call = client.send(new ec2.DescribeVolumesCommand({}));
    await expect(call).rejects.toMatchObject({
      name: "InvalidAction",
      $metadata: { httpStatusCode: 400 },
    });
    const sandbox = await sandboxForTest();
    const document = new ssm.GetDocumentCommand({ Name: "x" });
    expect(await codeOf(ssmFor(sandbox).send(document))).toBe("UnknownOperationException");
    const token = stsFor(sandbox).send(new GetSessionTokenCommand({}));
    expect(await codeOf(token)).toBe("InvalidAction");
    const authorization =
      "AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/ec2/aws4_request, " +
      `SignedHeaders=host, Signature=${"0".repeat(64)}`;
    const none = await raw(sandbox, "Version=2016-11-15", { authorization });
    expect(none.text).toContain("<Code>MissingAction</Code>");
  });
});

describe("faults", () => {
  it("throttle, fail and count as told", async () => {
    const sandbox = await sandboxForTest();
    const client = ec2For(sandbox);
    const fault = { service: "ec2", action: "DescribeAddresses" };
    await sandbox.post("faults", { ...fault, kind: "throttle", skip: 1, times: 2 });
    const codes: string[] = [];
    for (let n = 0; n < 4; n++) codes.push(await codeOf(client.send(describeAddresses())));
    const limited = "RequestLimitExceeded";
    expect(codes).toEqual(["(no error)", limited, limited, "(no error)"]);
    await sandbox.post("faults", { ...fault, kind: "error", code: "Unavailable", status: 503 });
    expect(await codeOf(client.send(describeAddresses()))).toBe("Unavailable");
    await sandbox.post("faults", { service: "ssm", action: "*", kind: "throttle" });
    const get = new ssm.GetParameterCommand({ Name: "x" });
    expect(await codeOf(ssmFor(sandbox).send(get))).toBe("ThrottlingException");
    await sandbox.post("faults", { service: "sts", action: "*", kind: "throttle" });
    const who = stsFor(sandbox).send(new GetCallerIdentityCommand({}));
    expect(await codeOf(who)).toBe("Throttling");
    await sandbox.post("faults", { service: "ec2", action: "*", kind: "error" });
    const failed = client.send(describeAddresses());
    await expect(failed).rejects.toMatchObject({
      name: "InternalError",
      $metadata: { httpStatusCode: 500 },
    });
  });

  it("cut the connection before the call, or after it was done", async () => {
    const sandbox = await sandboxForTest();
    const client = ec2For(sandbox);
    const allocate = () => codeOf(client.send(new ec2.AllocateAddressCommand({})));
    const count = async () => (await client.send(describeAddresses())).Addresses?.length ?? 0;
    const fault = { service: "ec2", action: "AllocateAddress" };
    await sandbox.post("faults", { ...fault, kind: "drop-before" });
    expect(await allocate()).not.toBe("(no error)");
    expect(await count()).toBe(0);
    await sandbox.post("faults", { ...fault, kind: "drop-after" });
    expect(await allocate()).not.toBe("(no error)");
    expect(await count()).toBe(1);
    await sandbox.post("faults", { ...fault, kind: "error" });
    await sandbox.delete("faults");
    expect(await allocate()).toBe("(no error)");
  });
});

describe("state", () => {
  it("survives a restart, with the clock and the delays", async () => {
    const sandbox = await sandboxForTest({ eipQuota: 7, delays: { ptrPending: 12_345 } });
    const { AllocationId } = await ec2For(sandbox).send(new ec2.AllocateAddressCommand({}));
    await sandbox.advance(86_400_000);
    const then = sandbox.world.clock.now();
    // Nothing is saved at close that was not already saved before each reply.
    const second = await startSandbox({ stateFile: sandbox.stateFile });
    try {
      expect(second.world.clock.now()).toBeGreaterThanOrEqual(then - 1000);
      expect(second.world.delays.ptrPending).toBe(12_345);
      const client = ec2For({ ...sandbox, ...second });
      const { Addresses } = await client.send(describeAddresses());
      expect(Addresses?.map((address) => address.AllocationId)).toEqual([AllocationId]);
      expect(second.world.state.aws.eipQuota).toBe(7);
    } finally {
      await second.close();
    }
  });

  it("keeps no secret value in clear, nor does the call log", async () => {
    const sandbox = await sandboxForTest();
    const client = ssmFor(sandbox);
    const Value = "-----BEGIN PRIVATE KEY-----";
    await client.send(
      new ssm.PutParameterCommand({ Name: "/sendips/mx-1/key", Value, Type: "SecureString" }),
    );
    const get = (WithDecryption: boolean) =>
      client.send(new ssm.GetParameterCommand({ Name: "/sendips/mx-1/key", WithDecryption }));
    expect((await get(true)).Parameter?.Value).toBe(Value);
    expect((await get(false)).Parameter?.Value).not.toContain("PRIVATE");
    expect(readFileSync(sandbox.stateFile, "utf8")).not.toContain("PRIVATE KEY");
    expect(statSync(`${sandbox.stateFile}.key`).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(await sandbox.get("calls"))).not.toContain("PRIVATE KEY");
    const second = await startSandbox({ stateFile: sandbox.stateFile });
    try {
      const again = ssmFor({ ...sandbox, ...second });
      const command = new ssm.GetParameterCommand({
        Name: "/sendips/mx-1/key",
        WithDecryption: true,
      });
      expect((await again.send(command)).Parameter?.Value).toBe(Value);
    } finally {
      await second.close();
    }
  });
});

describe("the call log", () => {
  it("names each call with its parameters and its status", async () => {
    const sandbox = await sandboxForTest();
    const client = ec2For(sandbox);
    const { AllocationId } = await client.send(new ec2.AllocateAddressCommand({}));
    await sandbox.delete("calls");
    await client.send(new ec2.ReleaseAddressCommand({ AllocationId }));
    await codeOf(client.send(new ec2.ReleaseAddressCommand({ AllocationId: need(AllocationId) })));
    expect(await sandbox.get("calls")).toMatchObject([
      { service: "ec2", action: "ReleaseAddress", params: { AllocationId }, status: 200 },
      { service: "ec2", action: "ReleaseAddress", params: { AllocationId }, status: 400 },
    ]);
  });
});
