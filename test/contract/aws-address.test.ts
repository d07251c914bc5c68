/** Elastic IPs and their associations, through the official EC2 client. */
import * as ec2 from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { allocate, codeOf, createInterface, ec2For, need, runInstance } from "./aws.ts";
import { sandboxForTest } from "./support.ts";

const release = (client: ec2.EC2Client, AllocationId: string, DryRun = false) =>
  client.send(new ec2.ReleaseAddressCommand({ AllocationId, DryRun }));

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
    const { NetworkInterfaceId } = await createInterface(client, ["10.0.1.10"]);
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

  it("come from named pools, which must be well-formed", async () => {
    const client = ec2For(await sandboxForTest({ eipQuota: 0 }));
    const from = (more: ec2.AllocateAddressCommandInput) =>
      client.send(new ec2.AllocateAddressCommand(more));
    const IpamPoolId = "ipam-pool-0123456789abcdef0";
    expect((await from({ IpamPoolId })).PublicIpv4Pool).toBe(IpamPoolId);
    const malformed = { PublicIpv4Pool: "my-pool" };
    expect(await codeOf(from(malformed))).toBe("InvalidPublicIpv4PoolID.Malformed");
    expect(await codeOf(from({ IpamPoolId: "mine" }))).toBe("InvalidIpamPoolId.Malformed");
    expect(await codeOf(from({ PublicIpv4Pool: "amazon" }))).toBe("AddressLimitExceeded");
  });

  it("run out where a pool is empty", async () => {
    const client = ec2For(await sandboxForTest());
    const PublicIpv4Pool = "ipv4pool-ec2-0123456789abcdef0";
    const own = () => client.send(new ec2.AllocateAddressCommand({ PublicIpv4Pool }));
    const all = await Promise.all(Array.from({ length: 254 }, own));
    expect(new Set(all.map(({ PublicIp }) => PublicIp)).size).toBe(254);
    expect(await codeOf(own())).toBe("InsufficientAddressCapacity");
  });

  it("that are not there are told by code, whatever names them", async () => {
    const client = ec2For(await sandboxForTest());
    await allocate(client);
    const AllocationId = "eipalloc-0123456789abcdef0";
    const describe = (query: ec2.DescribeAddressesCommandInput) =>
      codeOf(client.send(new ec2.DescribeAddressesCommand(query)));
    expect(await describe({ AllocationIds: [AllocationId] })).toBe("InvalidAllocationID.NotFound");
    expect(await describe({ PublicIps: ["192.0.2.1"] })).toBe("InvalidAddress.NotFound");
    const Filters = [{ Name: "colour", Values: ["red"] }];
    expect(await describe({ Filters })).toBe("InvalidParameterValue");
    expect(await describe({ Filters: [{ Name: "public-ip", Values: ["192.0.2.1"] }] })).toBe(
      "(no error)",
    );
    const byIp = new ec2.ReleaseAddressCommand({ PublicIp: "192.0.2.1" });
    expect(await codeOf(client.send(byIp))).toBe("InvalidAddress.NotFound");
    const unnamed = client.send(new ec2.ReleaseAddressCommand({}));
    expect(await codeOf(unnamed)).toBe("MissingParameter");
    const dry = new ec2.ReleaseAddressCommand({ AllocationId, DryRun: true });
    expect(await codeOf(client.send(dry))).toBe("InvalidAllocationID.NotFound");
  });

  it("belong to their Region", async () => {
    const sandbox = await sandboxForTest();
    const { AllocationId } = await allocate(ec2For(sandbox));
    const elsewhere = ec2For(sandbox, "eu-west-1");
    expect(await codeOf(release(elsewhere, AllocationId))).toBe("InvalidAllocationID.NotFound");
    expect((await elsewhere.send(new ec2.DescribeAddressesCommand({}))).Addresses ?? []).toEqual(
      [],
    );
  });
});

describe("associations", () => {
  it("name the interface and the private address, the primary one unless told", async () => {
    const client = ec2For(await sandboxForTest());
    const { AllocationId } = await allocate(client);
    const { NetworkInterfaceId } = await createInterface(client, ["10.0.1.10", "10.0.1.11"]);
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
    const { NetworkInterfaceId } = await createInterface(client, ["10.0.1.10", "10.0.1.11"]);
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

  it("want an interface, an address and an association that are there", async () => {
    const client = ec2For(await sandboxForTest());
    const { AllocationId } = await allocate(client);
    const { NetworkInterfaceId } = await createInterface(client, ["10.0.1.10"]);
    const bind = (input: ec2.AssociateAddressCommandInput) =>
      codeOf(client.send(new ec2.AssociateAddressCommand(input)));
    const eni = "eni-0123456789abcdef0";
    expect(await bind({ AllocationId, NetworkInterfaceId: eni })).toBe(
      "InvalidNetworkInterfaceID.NotFound",
    );
    const other = "eipalloc-0123456789abcdef0";
    expect(await bind({ AllocationId: other, NetworkInterfaceId })).toBe(
      "InvalidAllocationID.NotFound",
    );
    const InstanceId = "i-0123456789abcdef0";
    expect(await bind({ AllocationId, InstanceId })).toBe("InvalidInstanceID.NotFound");
    expect(await bind({ AllocationId })).toBe("MissingParameter");
    const AssociationId = "eipassoc-0123456789abcdef0";
    const gone = client.send(new ec2.DisassociateAddressCommand({ AssociationId }));
    expect(await codeOf(gone)).toBe("InvalidAssociationID.NotFound");
  });

  it("by instance mean its primary interface, and end with the interface", async () => {
    const client = ec2For(await sandboxForTest());
    const { AllocationId, PublicIp } = await allocate(client);
    const { InstanceId, NetworkInterfaces } = await runInstance(client, "c5.large", {
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: "subnet-0a1b2c3d4e5f60718" }],
    });
    await client.send(new ec2.AssociateAddressCommand({ AllocationId, InstanceId }));
    const firstAddress = async () =>
      (await client.send(new ec2.DescribeAddressesCommand({}))).Addresses?.[0];
    const NetworkInterfaceId = NetworkInterfaces?.[0]?.NetworkInterfaceId;
    expect(await firstAddress()).toMatchObject({ PublicIp, InstanceId, NetworkInterfaceId });
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
    // The interface went with the instance; the address stays, and is free.
    expect(await firstAddress()).toMatchObject({ AllocationId, PublicIp });
    expect(await firstAddress()).not.toHaveProperty("AssociationId");
  });
});
