/** The seeded network, interfaces and private addresses, through the official client. */
import * as ec2 from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { codeOf, createInterface, ec2For, runInstance, subnetId, vpcId } from "./aws.ts";
import { sandboxForTest } from "./support.ts";

describe("the seed", () => {
  it("has a VPC and a subnet of it", async () => {
    const client = ec2For(await sandboxForTest());
    const { Vpcs } = await client.send(new ec2.DescribeVpcsCommand({ VpcIds: [vpcId] }));
    expect(Vpcs?.[0]).toMatchObject({ VpcId: vpcId, CidrBlock: "10.0.0.0/16" });
    const { Subnets } = await client.send(new ec2.DescribeSubnetsCommand({}));
    expect(Subnets?.[0]).toMatchObject({
      SubnetId: subnetId,
      VpcId: vpcId,
      CidrBlock: "10.0.1.0/24",
      AvailabilityZone: "us-east-1a",
      AvailableIpAddressCount: 251,
    });
  });

  it("knows what instance types carry", async () => {
    const client = ec2For(await sandboxForTest());
    const { InstanceTypes } = await client.send(
      new ec2.DescribeInstanceTypesCommand({ InstanceTypes: ["c5.18xlarge"] }),
    );
    expect(InstanceTypes?.[0]?.NetworkInfo).toMatchObject({
      MaximumNetworkInterfaces: 15,
      Ipv4AddressesPerInterface: 50,
    });
  });

  it("tells by code what it has not", async () => {
    const client = ec2For(await sandboxForTest());
    const vpcs = new ec2.DescribeVpcsCommand({ VpcIds: ["vpc-0123456789abcdef0"] });
    expect(await codeOf(client.send(vpcs))).toBe("InvalidVpcID.NotFound");
    const SubnetIds = ["subnet-0123456789abcdef0"];
    const subnets = new ec2.DescribeSubnetsCommand({ SubnetIds });
    expect(await codeOf(client.send(subnets))).toBe("InvalidSubnetID.NotFound");
    const InstanceTypes: ec2._InstanceType[] = ["u-12tb1.112xlarge"];
    const types = new ec2.DescribeInstanceTypesCommand({ InstanceTypes });
    expect(await codeOf(client.send(types))).toBe("InvalidInstanceType");
  });
});

it("an interface is made once for one client token", async () => {
  const client = ec2For(await sandboxForTest());
  const make = async (ClientToken: string) => {
    const command = new ec2.CreateNetworkInterfaceCommand({ SubnetId: subnetId, ClientToken });
    return (await client.send(command)).NetworkInterface?.NetworkInterfaceId;
  };
  const first = await make("once");
  expect(await make("once")).toBe(first);
  expect(await make("twice")).not.toBe(first);
});

it("an interface whose answer was lost is not made twice by the client's next try", async () => {
  const sandbox = await sandboxForTest();
  const client = ec2For(sandbox);
  const action = "CreateNetworkInterface";
  await sandbox.post("faults", { service: "ec2", action, kind: "drop-after" });
  const retrying = ec2For(sandbox, "us-east-1", 2);
  await retrying.send(new ec2.CreateNetworkInterfaceCommand({ SubnetId: subnetId }));
  const { NetworkInterfaces } = await client.send(new ec2.DescribeNetworkInterfacesCommand({}));
  expect(NetworkInterfaces).toHaveLength(1);
  const calls = (await sandbox.get("calls")) as { action: string }[];
  expect(calls.filter((call) => call.action === action)).toHaveLength(2);
});

describe("private addresses", () => {
  it("must be free, inside the subnet and not reserved", async () => {
    const client = ec2For(await sandboxForTest());
    const eni = await createInterface(client, ["10.0.1.10", "10.0.1.11"]);
    expect(eni.PrivateIpAddress).toBe("10.0.1.10");
    expect(eni.PrivateIpAddresses?.map((ip) => [ip.PrivateIpAddress, ip.Primary])).toEqual([
      ["10.0.1.10", true],
      ["10.0.1.11", false],
    ]);
    expect(await codeOf(createInterface(client, ["10.0.1.11"]))).toBe("InvalidIPAddress.InUse");
    expect(await codeOf(createInterface(client, ["10.0.2.11"]))).toBe("InvalidParameterValue");
    expect(await codeOf(createInterface(client, ["10.0.1.3"]))).toBe("InvalidParameterValue");
    expect(await codeOf(createInterface(client, ["10.0.1.255"]))).toBe("InvalidParameterValue");
  });

  it("are assigned up to the instance type's limit, and taken away with their Elastic IP", async () => {
    const client = ec2For(await sandboxForTest());
    const NetworkInterfaceId = (await createInterface(client, ["10.0.1.10"])).NetworkInterfaceId;
    await runInstance(client, "t3.micro", { eni: NetworkInterfaceId });
    const assign = (...PrivateIpAddresses: string[]) =>
      client.send(
        new ec2.AssignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses }),
      );
    const limit = "PrivateIpAddressLimitExceeded";
    expect(await codeOf(assign("10.0.1.11", "10.0.1.12"))).toBe(limit);
    await assign("10.0.1.11");
    const other = await createInterface(client, ["10.0.1.20"]);
    const move = client.send(
      new ec2.AssignPrivateIpAddressesCommand({
        NetworkInterfaceId: other.NetworkInterfaceId,
        PrivateIpAddresses: ["10.0.1.11"],
      }),
    );
    expect(await codeOf(move)).toBe("InvalidParameterValue");
    const { AllocationId } = await client.send(new ec2.AllocateAddressCommand({}));
    await client.send(
      new ec2.AssociateAddressCommand({
        AllocationId,
        NetworkInterfaceId,
        PrivateIpAddress: "10.0.1.11",
      }),
    );
    const unassign = (ip: string) =>
      client.send(
        new ec2.UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses: [ip] }),
      );
    expect(await codeOf(unassign("10.0.1.10"))).toBe("InvalidParameterValue");
    await unassign("10.0.1.11");
    const { Addresses } = await client.send(new ec2.DescribeAddressesCommand({}));
    expect(Addresses?.[0]?.AssociationId).toBeUndefined();
  });

  it("run out with the subnet", async () => {
    const subnets = [{ id: "subnet-0a1b2c3d4e5f60718", cidr: "10.0.1.0/28" }];
    const client = ec2For(await sandboxForTest({ subnets }));
    const { NetworkInterfaceId } = await createInterface(client, ["10.0.1.4"]);
    const assign = (SecondaryPrivateIpAddressCount: number) =>
      client.send(
        new ec2.AssignPrivateIpAddressesCommand({
          NetworkInterfaceId,
          SecondaryPrivateIpAddressCount,
        }),
      );
    expect(await codeOf(assign(11))).toBe("InsufficientFreeAddressesInSubnet");
    const { AssignedPrivateIpAddresses } = await assign(10);
    expect(AssignedPrivateIpAddresses).toHaveLength(10);
    expect(await codeOf(assign(1))).toBe("InsufficientFreeAddressesInSubnet");
  });

  it("want an interface, a subnet and a group that are there", async () => {
    const client = ec2For(await sandboxForTest());
    const NetworkInterfaceId = "eni-0123456789abcdef0";
    const missing = "InvalidNetworkInterfaceID.NotFound";
    const ids = new ec2.DescribeNetworkInterfacesCommand({
      NetworkInterfaceIds: [NetworkInterfaceId],
    });
    expect(await codeOf(client.send(ids))).toBe(missing);
    const assign = { NetworkInterfaceId, PrivateIpAddresses: ["10.0.1.11"] };
    expect(await codeOf(client.send(new ec2.AssignPrivateIpAddressesCommand(assign)))).toBe(
      missing,
    );
    const SubnetId = "subnet-0123456789abcdef0";
    const elsewhere = new ec2.CreateNetworkInterfaceCommand({ SubnetId });
    expect(await codeOf(client.send(elsewhere))).toBe("InvalidSubnetID.NotFound");
    const grouped = createInterface(client, ["10.0.1.10"], ["sg-0123456789abcdef0"]);
    expect(await codeOf(grouped)).toBe("InvalidGroup.NotFound");
    const placeless = client.send(new ec2.CreateNetworkInterfaceCommand({ SubnetId: "" }));
    expect(await codeOf(placeless)).toBe("MissingParameter");
  });
});
