/** Instances and what they carry, through the official client. */
import * as ec2 from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { codeOf, createInterface, ec2For, runInstance, subnetId } from "./aws.ts";
import { sandboxForTest } from "./support.ts";

describe("instances and their interfaces", () => {
  it("attach, detach and go in the right order", async () => {
    const sandbox = await sandboxForTest();
    const client = ec2For(sandbox);
    const first = (await createInterface(client, ["10.0.1.10"])).NetworkInterfaceId;
    const second = (await createInterface(client, ["10.0.1.20"])).NetworkInterfaceId;
    const instance = await runInstance(client, "c5.large", { eni: first });
    expect(instance.MetadataOptions?.HttpTokens).toBe("required");
    const { InstanceId } = instance;
    const { InstanceMetadataOptions } = await client.send(
      new ec2.ModifyInstanceMetadataOptionsCommand({ InstanceId, HttpPutResponseHopLimit: 2 }),
    );
    expect(InstanceMetadataOptions).toMatchObject({
      HttpTokens: "required",
      HttpPutResponseHopLimit: 2,
    });
    const { AttachmentId } = await client.send(
      new ec2.AttachNetworkInterfaceCommand({
        InstanceId,
        NetworkInterfaceId: second,
        DeviceIndex: 1,
      }),
    );
    const remove = (NetworkInterfaceId: string) =>
      client.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    expect(await codeOf(remove(second))).toBe("InvalidNetworkInterface.InUse");
    const { Reservations } = await client.send(
      new ec2.DescribeInstancesCommand({ InstanceIds: [InstanceId] }),
    );
    const described = Reservations?.[0]?.Instances?.[0];
    expect(described?.State?.Name).toBe("running");
    expect(described?.NetworkInterfaces?.map((eni) => eni.NetworkInterfaceId)).toEqual([
      first,
      second,
    ]);
    await client.send(new ec2.DetachNetworkInterfaceCommand({ AttachmentId }));
    const Filters = [{ Name: "attachment.attachment-id", Values: [AttachmentId ?? ""] }];
    const attached = async () =>
      (await client.send(new ec2.DescribeNetworkInterfacesCommand({ Filters }))).NetworkInterfaces;
    // Shown as detached for a moment, which the official provider waits for, and free all the same.
    expect((await attached())?.[0]).toMatchObject({
      Status: "available",
      Attachment: { AttachmentId, Status: "detached" },
    });
    await sandbox.advance(3_000);
    expect((await attached()) ?? []).toEqual([]);
    await remove(second);
    await client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
    await remove(first);
    expect(await codeOf(remove(first))).toBe("InvalidNetworkInterfaceID.NotFound");
  });

  it("keep to the type's number of interfaces", async () => {
    const client = ec2For(await sandboxForTest());
    const [a, b, c] = [
      await createInterface(client, ["10.0.1.10"]),
      await createInterface(client, ["10.0.1.20"]),
      await createInterface(client, ["10.0.1.30"]),
    ];
    const { InstanceId } = await runInstance(client, "t3.micro", { eni: a.NetworkInterfaceId });
    const attach = (eni: ec2.NetworkInterface, DeviceIndex: number) =>
      client.send(
        new ec2.AttachNetworkInterfaceCommand({
          InstanceId,
          NetworkInterfaceId: eni.NetworkInterfaceId,
          DeviceIndex,
        }),
      );
    expect(await codeOf(attach(b, 0))).toBe("InvalidParameterValue");
    await attach(b, 1);
    expect(await codeOf(attach(c, 2))).toBe("AttachmentLimitExceeded");
  });

  it("keep to the type's number of private addresses", async () => {
    const client = ec2For(await sandboxForTest());
    const three = await createInterface(client, ["10.0.1.10", "10.0.1.11", "10.0.1.12"]);
    const limit = "PrivateIpAddressLimitExceeded";
    const { NetworkInterfaceId } = three;
    expect(await codeOf(runInstance(client, "t3.micro", { eni: NetworkInterfaceId }))).toBe(limit);
    const { InstanceId } = await runInstance(client, "t3.micro", {
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnetId }],
    });
    const attach = { InstanceId, NetworkInterfaceId, DeviceIndex: 1 };
    expect(await codeOf(client.send(new ec2.AttachNetworkInterfaceCommand(attach)))).toBe(limit);
  });

  it("are told by code when they are not there, or not in the right state", async () => {
    const client = ec2For(await sandboxForTest());
    const missing = "InvalidInstanceID.NotFound";
    const ghost = "i-0123456789abcdef0";
    const describe = new ec2.DescribeInstancesCommand({ InstanceIds: [ghost] });
    expect(await codeOf(client.send(describe))).toBe(missing);
    const terminate = (id: string) =>
      client.send(new ec2.TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(await codeOf(terminate(ghost))).toBe(missing);
    const { NetworkInterfaceId } = await createInterface(client, ["10.0.1.10"]);
    const second = await createInterface(client, ["10.0.1.20"]);
    const attach = (InstanceId: string, eni: string) =>
      client.send(
        new ec2.AttachNetworkInterfaceCommand({
          InstanceId,
          NetworkInterfaceId: eni,
          DeviceIndex: 1,
        }),
      );
    expect(await codeOf(attach(ghost, NetworkInterfaceId))).toBe(missing);

    const kept = await runInstance(client, "c5.large", {
      eni: NetworkInterfaceId,
      DisableApiTermination: true,
    });
    expect(await codeOf(terminate(kept.InstanceId))).toBe("OperationNotPermitted");
    const used = "InvalidNetworkInterface.InUse";
    expect(await codeOf(attach(kept.InstanceId, NetworkInterfaceId))).toBe(used);
    const AttachmentId = kept.NetworkInterfaces?.[0]?.Attachment?.AttachmentId;
    const detach = (id: string | undefined) =>
      client.send(new ec2.DetachNetworkInterfaceCommand({ AttachmentId: id }));
    expect(await codeOf(detach(AttachmentId))).toBe("OperationNotPermitted");
    const none = "eni-attach-0123456789abcdef0";
    expect(await codeOf(detach(none))).toBe("InvalidAttachmentID.NotFound");

    const gone = await runInstance(client, "c5.large", { eni: second.NetworkInterfaceId });
    await terminate(gone.InstanceId);
    const late = attach(gone.InstanceId, second.NetworkInterfaceId);
    expect(await codeOf(late)).toBe("IncorrectInstanceState");
  });

  it("leave nothing behind when they are refused", async () => {
    const client = ec2For(await sandboxForTest());
    const SubnetId = subnetId;
    const run = (...NetworkInterfaces: ec2.InstanceNetworkInterfaceSpecification[]) =>
      codeOf(runInstance(client, "t3.micro", { NetworkInterfaces }));
    const same = [
      { DeviceIndex: 0, SubnetId },
      { DeviceIndex: 0, SubnetId },
    ];
    expect(await run(...same)).toBe("InvalidParameterValue");
    const clash = "10.0.1.50";
    expect(
      await run(
        { DeviceIndex: 0, SubnetId, PrivateIpAddress: clash },
        { DeviceIndex: 1, SubnetId, PrivateIpAddress: clash },
      ),
    ).toBe("InvalidIPAddress.InUse");
    const three = [0, 1, 2].map((DeviceIndex) => ({ DeviceIndex, SubnetId }));
    expect(await run(...three)).toBe("AttachmentLimitExceeded");
    const { Reservations } = await client.send(new ec2.DescribeInstancesCommand({}));
    expect(Reservations ?? []).toEqual([]);
    const { NetworkInterfaces } = await client.send(new ec2.DescribeNetworkInterfacesCommand({}));
    expect(NetworkInterfaces ?? []).toEqual([]);
  });

  it("are run once for one client token", async () => {
    const client = ec2For(await sandboxForTest());
    const more = {
      ClientToken: "once",
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnetId }],
    };
    const first = await runInstance(client, "c5.large", more);
    expect((await runInstance(client, "c5.large", more)).InstanceId).toBe(first.InstanceId);
  });
});
