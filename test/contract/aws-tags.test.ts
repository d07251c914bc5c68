/** Tags of EC2 resources, through the official client. */
import * as ec2 from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { codeOf, ec2For, need, subnetId } from "./aws.ts";
import { sandboxForTest } from "./support.ts";

describe("tags", () => {
  it("are set, replaced, described and taken away by id", async () => {
    const client = ec2For(await sandboxForTest());
    const id = need((await client.send(new ec2.AllocateAddressCommand({}))).AllocationId);
    const tag = (Key: string, Value: string, ...Resources: string[]) =>
      client.send(new ec2.CreateTagsCommand({ Resources, Tags: [{ Key, Value }] }));
    await tag("tenant", "acme", id, subnetId);
    await tag("tenant", "other", subnetId);
    await tag("Name", "a < b & c", id);
    const all = async () => {
      const Filters = [{ Name: "resource-id", Values: [id] }];
      const { Tags = [] } = await client.send(new ec2.DescribeTagsCommand({ Filters }));
      return Tags.map(({ Key, Value, ResourceType }) => [ResourceType, Key, Value]);
    };
    expect(await all()).toEqual([
      ["elastic-ip", "tenant", "acme"],
      ["elastic-ip", "Name", "a < b & c"],
    ]);
    const remove = (Value?: string) =>
      client.send(new ec2.DeleteTagsCommand({ Resources: [id], Tags: [{ Key: "tenant", Value }] }));
    await remove("other");
    expect(await all()).toHaveLength(2);
    await remove();
    expect(await all()).toHaveLength(1);
  });

  it("are refused on unknown resources, under reserved keys and over the limit", async () => {
    const client = ec2For(await sandboxForTest());
    const id = need((await client.send(new ec2.AllocateAddressCommand({}))).AllocationId);
    const tag = (resource: string, ...keys: string[]) =>
      codeOf(
        client.send(
          new ec2.CreateTagsCommand({
            Resources: [resource],
            Tags: keys.map((Key) => ({ Key, Value: "x" })),
          }),
        ),
      );
    expect(await tag("eipalloc-0123456789abcdef0", "a")).toBe("InvalidAllocationID.NotFound");
    expect(await tag("eni-0123456789abcdef0", "a")).toBe("InvalidNetworkInterfaceID.NotFound");
    expect(await tag("nothing", "a")).toBe("InvalidID");
    expect(await tag(id, "aws:a")).toBe("InvalidParameterValue");
    const many = Array.from({ length: 51 }, (_, index) => `k${index}`);
    expect(await tag(id, ...many)).toBe("TagLimitExceeded");
  });
});
