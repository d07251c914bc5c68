/** Reverse DNS of Elastic IPs, through the official EC2 client. */
import * as ec2 from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { addRecord, allocate, codeOf, ec2For, need } from "./aws.ts";
import { sandboxForTest, type TestSandbox } from "./support.ts";

const NAME = "tx1.mail.acme.example";
const HOUR = 3_600_000;

async function ptrOf(client: ec2.EC2Client, AllocationId: string) {
  const { Addresses } = await client.send(
    new ec2.DescribeAddressesAttributeCommand({
      AllocationIds: [AllocationId],
      Attribute: "domain-name",
    }),
  );
  return need(Addresses?.[0]);
}

const release = (client: ec2.EC2Client, AllocationId: string, DryRun = false) =>
  client.send(new ec2.ReleaseAddressCommand({ AllocationId, DryRun }));

const reset = (client: ec2.EC2Client, AllocationId: string) =>
  client.send(new ec2.ResetAddressAttributeCommand({ AllocationId, Attribute: "domain-name" }));

/** An address whose A record resolves. */
async function withName(sandbox: TestSandbox, client: ec2.EC2Client) {
  const address = await allocate(client);
  await addRecord(sandbox, NAME, address.PublicIp);
  await sandbox.advance(HOUR);
  return address;
}

describe("reverse DNS", () => {
  const set = (client: ec2.EC2Client, AllocationId: string, DomainName: string) =>
    client.send(new ec2.ModifyAddressAttributeCommand({ AllocationId, DomainName }));

  it("is refused until the A record resolves to the address", async () => {
    const sandbox = await sandboxForTest();
    const client = ec2For(sandbox);
    const { AllocationId, PublicIp } = await allocate(client);
    expect(await codeOf(set(client, AllocationId, NAME))).toBe("InvalidParameterValue");
    await addRecord(sandbox, NAME, PublicIp);
    expect(await codeOf(set(client, AllocationId, NAME))).toBe("InvalidParameterValue");
    await sandbox.advance(HOUR);
    expect((await set(client, AllocationId, NAME)).Address?.PtrRecordUpdate?.Status).toBe(
      "PENDING",
    );
  });

  it("is pending, then live, then lingers after the reset", async () => {
    const sandbox = await sandboxForTest({ delays: { ptrPending: 60_000, ptrLinger: 600_000 } });
    const client = ec2For(sandbox);
    const { AllocationId, PublicIp } = await withName(sandbox, client);
    const base = { AllocationId, PublicIp };
    const changed = await set(client, AllocationId, NAME);
    const pending = {
      ...base,
      PtrRecordUpdate: { Value: `${NAME}.`, Status: "PENDING" },
    };
    expect(changed.Address).toEqual(pending);
    expect(await ptrOf(client, AllocationId)).toEqual(pending);
    await sandbox.advance(60_000);
    const live = { ...base, PtrRecord: `${NAME}.` };
    expect(await ptrOf(client, AllocationId)).toEqual(live);
    expect(await codeOf(release(client, AllocationId))).toBe("InvalidAddress.PtrSet");

    await reset(client, AllocationId);
    expect(await ptrOf(client, AllocationId)).toMatchObject({
      PtrRecordUpdate: { Status: "PENDING" },
    });
    await sandbox.advance(60_000);
    const gone = { Attribute: "domain-name" as const, AllocationIds: [AllocationId ?? ""] };
    const none = await client.send(new ec2.DescribeAddressesAttributeCommand(gone));
    expect(none.Addresses ?? []).toEqual([]);
    // It reads clear, and still the address is not let go.
    expect(await codeOf(release(client, AllocationId))).toBe("InvalidAddress.PtrSet");
    expect(await codeOf(release(client, AllocationId, true))).toBe("InvalidAddress.PtrSet");
    await sandbox.advance(540_000);
    expect(await codeOf(release(client, AllocationId, true))).toBe("DryRunOperation");
    await release(client, AllocationId);
  });

  it("is refused for another address's name, and while the name still points elsewhere", async () => {
    const sandbox = await sandboxForTest();
    const client = ec2For(sandbox);
    await withName(sandbox, client);
    const other = await allocate(client);
    expect(await codeOf(set(client, other.AllocationId, NAME))).toBe("InvalidParameterValue");
    // One of several addresses of a name is enough.
    await addRecord(sandbox, NAME, other.PublicIp);
    await sandbox.advance(HOUR);
    expect(await codeOf(set(client, other.AllocationId, NAME))).toBe("(no error)");
  });

  it("takes names in any case, and only names", async () => {
    const sandbox = await sandboxForTest();
    const client = ec2For(sandbox);
    const { AllocationId } = await withName(sandbox, client);
    const { Address } = await set(client, AllocationId, "TX1.Mail.Acme.Example.");
    expect(Address?.PtrRecordUpdate?.Value).toBe(`${NAME}.`);
    for (const name of ["tx1", "a..b", "-a.acme.example", "a b.acme.example"]) {
      expect(await codeOf(set(client, AllocationId, name)), name).toBe("InvalidParameterValue");
    }
    const nameless = client.send(new ec2.ModifyAddressAttributeCommand({ AllocationId }));
    expect(await codeOf(nameless)).toBe("MissingParameter");
  });

  it("holds the address while it is pending, and shows the old name until the new one is live", async () => {
    const sandbox = await sandboxForTest({ delays: { ptrPending: 60_000 } });
    const client = ec2For(sandbox);
    const { AllocationId, PublicIp } = await withName(sandbox, client);
    await set(client, AllocationId, NAME);
    expect(await codeOf(release(client, AllocationId))).toBe("InvalidAddress.PtrSet");
    await addRecord(sandbox, "mk1.mail.acme.example", PublicIp);
    await sandbox.advance(HOUR);
    await set(client, AllocationId, "mk1.mail.acme.example");
    expect(await ptrOf(client, AllocationId)).toMatchObject({
      PtrRecord: `${NAME}.`,
      PtrRecordUpdate: { Value: "mk1.mail.acme.example.", Status: "PENDING" },
    });
    await sandbox.advance(60_000);
    const live = await ptrOf(client, AllocationId);
    expect(live).toEqual({ AllocationId, PublicIp, PtrRecord: "mk1.mail.acme.example." });
  });

  it("does not linger where there was none", async () => {
    const client = ec2For(await sandboxForTest());
    const { AllocationId } = await allocate(client);
    await reset(client, AllocationId);
    expect(await codeOf(release(client, AllocationId))).toBe("(no error)");
  });

  it("knows one attribute and addresses that are there, a page at a time", async () => {
    const sandbox = await sandboxForTest();
    const client = ec2For(sandbox);
    const ids = [await allocate(client), await allocate(client), await allocate(client)];
    for (const { PublicIp } of ids) await addRecord(sandbox, NAME, PublicIp);
    await sandbox.advance(HOUR);
    for (const each of ids) await set(client, each.AllocationId, NAME);
    // One without a name has no such attribute.
    const bare = await allocate(client);
    const describe = (input: ec2.DescribeAddressesAttributeCommandInput) =>
      client.send(new ec2.DescribeAddressesAttributeCommand(input));
    const first = await describe({ Attribute: "domain-name", MaxResults: 2 });
    expect(first.Addresses).toHaveLength(2);
    const { NextToken } = first;
    const second = await describe({ Attribute: "domain-name", MaxResults: 2, NextToken });
    expect(second.Addresses?.[0]?.AllocationId).toBe(ids[2]?.AllocationId);
    expect(second.NextToken).toBeUndefined();
    const AllocationIds = [bare.AllocationId ?? ""];
    expect((await describe({ Attribute: "domain-name", AllocationIds })).Addresses ?? []).toEqual(
      [],
    );
    expect(await codeOf(describe({}))).toBe("MissingParameter");
    const AllocationId = "eipalloc-0123456789abcdef0";
    const unknown = { Attribute: "domain-name" as const, AllocationIds: [AllocationId] };
    expect(await codeOf(describe(unknown))).toBe("InvalidAllocationID.NotFound");
    expect(await codeOf(set(client, AllocationId, NAME))).toBe("InvalidAllocationID.NotFound");
    expect(await codeOf(reset(client, AllocationId))).toBe("InvalidAllocationID.NotFound");
  });

  it("can be locked by AWS: a code that only a fault brings about here", async () => {
    const sandbox = await sandboxForTest();
    const client = ec2For(sandbox);
    const { AllocationId } = await allocate(client);
    const code = "InvalidAddress.Locked";
    const fault = { service: "ec2", action: "ReleaseAddress", kind: "error", code };
    await sandbox.post("faults", fault);
    expect(await codeOf(release(client, AllocationId))).toBe(code);
  });
});
