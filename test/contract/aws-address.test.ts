/** Elastic IPs, their associations and their reverse DNS, through the official EC2 client. */
import * as ec2 from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { addRecord, codeOf, ec2For, need, subnetId } from "./aws.ts";
import { sandboxForTest, type TestSandbox } from "./support.ts";

async function allocate(client: ec2.EC2Client, name = "tx1") {
  const { AllocationId, PublicIp } = await client.send(
    new ec2.AllocateAddressCommand({
      Domain: "vpc",
      TagSpecifications: [{ ResourceType: "elastic-ip", Tags: [{ Key: "Name", Value: name }] }],
    }),
  );
  return { AllocationId: need(AllocationId), PublicIp: need(PublicIp) };
}

async function networkInterface(client: ec2.EC2Client, ...ips: string[]) {
  const { NetworkInterface } = await client.send(
    new ec2.CreateNetworkInterfaceCommand({
      SubnetId: subnetId,
      PrivateIpAddresses: ips.map((PrivateIpAddress, index) => ({
        PrivateIpAddress,
        Primary: index === 0,
      })),
    }),
  );
  return need(NetworkInterface?.NetworkInterfaceId);
}

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

async function withName(sandbox: TestSandbox, client: ec2.EC2Client) {
  const address = await allocate(client);
  await addRecord(sandbox, "tx1.mail.acme.example", address.PublicIp);
  await sandbox.advance(3_600_000);
  return address;
}

describe("addresses", () => {
  it("are allocated with tags and found by id, by public address and by tag", async () => {
    const client = ec2For(await sandboxForTest());
    const one = await allocate(client, "tx1");
    const two = await allocate(client, "mk1");
    expect(two.PublicIp).not.toBe(one.PublicIp);
    expect(one.AllocationId).toMatch(/^eipalloc-[0-9a-f]{17}$/);
    for (const query of [
      { AllocationIds: [one.AllocationId] },
      { PublicIps: [one.PublicIp] },
      { Filters: [{ Name: "tag:Name", Values: ["tx1"] }] },
      { Filters: [{ Name: "allocation-id", Values: [one.AllocationId] }] },
      { Filters: [{ Name: "public-ip", Values: [one.PublicIp] }] },
    ]) {
      const { Addresses } = await client.send(new ec2.DescribeAddressesCommand(query));
      expect(Addresses).toEqual([
        {
          ...one,
          Domain: "vpc",
          PublicIpv4Pool: "amazon",
          NetworkBorderGroup: "us-east-1",
          Tags: [{ Key: "Name", Value: "tx1" }],
        },
      ]);
    }
  });

  it("are counted per Region against the quota; the operator's own pool is not", async () => {
    const sandbox = await sandboxForTest({ eipQuota: 2 });
    const client = ec2For(sandbox);
    await allocate(client);
    await allocate(client);
    expect(await codeOf(allocate(client))).toBe("AddressLimitExceeded");
    const own = new ec2.AllocateAddressCommand({
      PublicIpv4Pool: "ipv4pool-ec2-0123456789abcdef0",
    });
    expect((await client.send(own)).PublicIpv4Pool).toBe("ipv4pool-ec2-0123456789abcdef0");
    await allocate(ec2For(sandbox, "eu-west-1"));
    await sandbox.post("settings", { eipQuota: 3 });
    await allocate(client);
  });

  it("are recovered by address once released, without their tags", async () => {
    const client = ec2For(await sandboxForTest());
    const { AllocationId, PublicIp } = await allocate(client);
    const recover = () => client.send(new ec2.AllocateAddressCommand({ Address: PublicIp }));
    expect(await codeOf(recover())).toBe("InvalidAddress.NotFound");
    await release(client, AllocationId);
    expect((await allocate(client)).PublicIp).not.toBe(PublicIp);
    const again = await recover();
    expect(again.PublicIp).toBe(PublicIp);
    expect(again.AllocationId).not.toBe(AllocationId);
    const { Addresses } = await client.send(
      new ec2.DescribeAddressesCommand({ PublicIps: [PublicIp] }),
    );
    expect(Addresses?.[0]?.Tags ?? []).toEqual([]);
  });

  it("are not released by a dry run, nor while associated, nor twice", async () => {
    const client = ec2For(await sandboxForTest());
    const { AllocationId } = await allocate(client);
    expect(await codeOf(release(client, AllocationId, true))).toBe("DryRunOperation");
    const NetworkInterfaceId = await networkInterface(client, "10.0.1.10");
    const { AssociationId } = await client.send(
      new ec2.AssociateAddressCommand({ AllocationId, NetworkInterfaceId }),
    );
    expect(await codeOf(release(client, AllocationId))).toBe("InvalidIPAddress.InUse");
    await client.send(new ec2.DisassociateAddressCommand({ AssociationId }));
    const again = client.send(new ec2.DisassociateAddressCommand({ AssociationId }));
    expect(await codeOf(again)).toBe("InvalidAssociationID.NotFound");
    await release(client, AllocationId);
    expect(await codeOf(release(client, AllocationId))).toBe("InvalidAllocationID.NotFound");
  });
});

describe("associations", () => {
  it("name the interface and the private address, the primary one unless told", async () => {
    const client = ec2For(await sandboxForTest());
    const { AllocationId } = await allocate(client);
    const NetworkInterfaceId = await networkInterface(client, "10.0.1.10", "10.0.1.11");
    const { AssociationId } = await client.send(
      new ec2.AssociateAddressCommand({ AllocationId, NetworkInterfaceId }),
    );
    const { Addresses } = await client.send(
      new ec2.DescribeAddressesCommand({
        Filters: [
          { Name: "association-id", Values: [need(AssociationId)] },
          { Name: "network-interface-id", Values: [NetworkInterfaceId] },
        ],
      }),
    );
    expect(Addresses).toHaveLength(1);
    expect(Addresses?.[0]).toMatchObject({ PrivateIpAddress: "10.0.1.10", NetworkInterfaceId });
  });

  it("refuse to steal when told so, and steal silently otherwise", async () => {
    const client = ec2For(await sandboxForTest());
    const [one, two] = [await allocate(client, "a"), await allocate(client, "b")];
    const NetworkInterfaceId = await networkInterface(client, "10.0.1.10", "10.0.1.11");
    const bind = (AllocationId: string, PrivateIpAddress: string, AllowReassociation: boolean) =>
      client.send(
        new ec2.AssociateAddressCommand({
          AllocationId,
          NetworkInterfaceId,
          PrivateIpAddress,
          AllowReassociation,
        }),
      );
    const first = await bind(one.AllocationId, "10.0.1.10", false);
    // The same binding again is no change.
    expect((await bind(one.AllocationId, "10.0.1.10", false)).AssociationId).toBe(
      first.AssociationId,
    );
    const taken = "Resource.AlreadyAssociated";
    expect(await codeOf(bind(one.AllocationId, "10.0.1.11", false))).toBe(taken);
    expect(await codeOf(bind(two.AllocationId, "10.0.1.10", false))).toBe(taken);
    expect(await codeOf(bind(two.AllocationId, "10.0.1.99", false))).toBe("InvalidParameterValue");
    await bind(two.AllocationId, "10.0.1.10", true);
    const { Addresses } = await client.send(
      new ec2.DescribeAddressesCommand({ AllocationIds: [one.AllocationId] }),
    );
    expect(Addresses?.[0]?.AssociationId).toBeUndefined();
  });
});

describe("reverse DNS", () => {
  const set = (client: ec2.EC2Client, AllocationId: string, DomainName: string) =>
    client.send(new ec2.ModifyAddressAttributeCommand({ AllocationId, DomainName }));

  it("is refused until the A record resolves to the address", async () => {
    const sandbox = await sandboxForTest();
    const client = ec2For(sandbox);
    const { AllocationId, PublicIp } = await allocate(client);
    const name = "tx1.mail.acme.example";
    expect(await codeOf(set(client, AllocationId, name))).toBe("InvalidParameterValue");
    await addRecord(sandbox, name, PublicIp);
    expect(await codeOf(set(client, AllocationId, name))).toBe("InvalidParameterValue");
    await sandbox.advance(3_600_000);
    expect((await set(client, AllocationId, name)).Address?.PtrRecordUpdate?.Status).toBe(
      "PENDING",
    );
  });

  it("is pending, then live, then lingers after the reset", async () => {
    const sandbox = await sandboxForTest({ delays: { ptrPending: 60_000, ptrLinger: 600_000 } });
    const client = ec2For(sandbox);
    const { AllocationId, PublicIp } = await withName(sandbox, client);
    const base = { AllocationId, PublicIp };
    const changed = await set(client, AllocationId, "tx1.mail.acme.example");
    const pending = {
      ...base,
      PtrRecordUpdate: { Value: "tx1.mail.acme.example.", Status: "PENDING" },
    };
    expect(changed.Address).toEqual(pending);
    expect(await ptrOf(client, AllocationId)).toEqual(pending);
    await sandbox.advance(60_000);
    const live = { ...base, PtrRecord: "tx1.mail.acme.example." };
    expect(await ptrOf(client, AllocationId)).toEqual(live);
    expect(await codeOf(release(client, AllocationId))).toBe("InvalidAddress.PtrSet");

    await client.send(
      new ec2.ResetAddressAttributeCommand({ AllocationId, Attribute: "domain-name" }),
    );
    expect(await ptrOf(client, AllocationId)).toMatchObject({
      PtrRecordUpdate: { Status: "PENDING" },
    });
    await sandbox.advance(60_000);
    expect(await ptrOf(client, AllocationId)).toEqual(base);
    // It reads clear, and still the address is not let go.
    expect(await codeOf(release(client, AllocationId))).toBe("InvalidAddress.PtrSet");
    expect(await codeOf(release(client, AllocationId, true))).toBe("InvalidAddress.PtrSet");
    await sandbox.advance(540_000);
    expect(await codeOf(release(client, AllocationId, true))).toBe("DryRunOperation");
    await release(client, AllocationId);
  });
});
