/** Parameter Store, through the official SSM client. */
import * as ssm from "@aws-sdk/client-ssm";
import { describe, expect, it } from "vitest";
import { codeOf, ssmFor } from "./aws.ts";
import { sandboxForTest } from "./support.ts";

async function start() {
  const client = ssmFor(await sandboxForTest());
  const put = (Name: string, more: Partial<ssm.PutParameterCommandInput> = {}) =>
    client.send(
      new ssm.PutParameterCommand({ Name, Value: `v of ${Name}`, Type: "String", ...more }),
    );
  return { client, put };
}

describe("parameters", () => {
  it("are versioned and overwritten only on demand", async () => {
    const { client, put } = await start();
    expect((await put("/a/b")).Version).toBe(1);
    expect(await codeOf(put("/a/b"))).toBe("ParameterAlreadyExists");
    expect((await put("/a/b", { Overwrite: true, Value: "new" })).Version).toBe(2);
    const { Parameter } = await client.send(new ssm.GetParameterCommand({ Name: "/a/b" }));
    expect(Parameter).toMatchObject({
      Value: "new",
      Version: 2,
      ARN: "arn:aws:ssm:us-east-1:123456789012:parameter/a/b",
    });
    expect(await codeOf(put("/a/c", { Value: "x".repeat(4097) }))).toBe("ValidationException");
  });

  it("are listed by path and described without their value", async () => {
    const { client, put } = await start();
    for (const name of ["/a/1", "/a/2", "/a/deep/3", "/ab/4"]) await put(name);
    const byPath = async (Recursive: boolean) => {
      const { Parameters = [] } = await client.send(
        new ssm.GetParametersByPathCommand({ Path: "/a", Recursive }),
      );
      return Parameters.map(({ Name }) => Name);
    };
    expect(await byPath(false)).toEqual(["/a/1", "/a/2"]);
    expect(await byPath(true)).toEqual(["/a/1", "/a/2", "/a/deep/3"]);
    const first = await client.send(
      new ssm.DescribeParametersCommand({
        ParameterFilters: [{ Key: "Name", Option: "BeginsWith", Values: ["/a/"] }],
        MaxResults: 2,
      }),
    );
    expect(first.Parameters).toHaveLength(2);
    expect(first.NextToken).toBeDefined();
    const some = await client.send(new ssm.GetParametersCommand({ Names: ["/a/1", "/none"] }));
    expect(some.Parameters).toHaveLength(1);
    expect(some.InvalidParameters).toEqual(["/none"]);
  });

  it("are deleted once", async () => {
    const { client, put } = await start();
    await put("/a");
    const remove = () => client.send(new ssm.DeleteParameterCommand({ Name: "/a" }));
    await remove();
    expect(await codeOf(remove())).toBe("ParameterNotFound");
    const get = client.send(new ssm.GetParameterCommand({ Name: "/a" }));
    expect(await codeOf(get)).toBe("ParameterNotFound");
    await put("/b");
    const many = await client.send(new ssm.DeleteParametersCommand({ Names: ["/a", "/b"] }));
    expect(many).toMatchObject({ DeletedParameters: ["/b"], InvalidParameters: ["/a"] });
  });

  it("carry tags", async () => {
    const { client, put } = await start();
    await put("/a", { Tags: [{ Key: "tenant", Value: "acme" }] });
    const resource = { ResourceType: "Parameter" as const, ResourceId: "/a" };
    const Tags = [{ Key: "host", Value: "mx-1" }];
    await client.send(new ssm.AddTagsToResourceCommand({ ...resource, Tags }));
    await client.send(new ssm.RemoveTagsFromResourceCommand({ ...resource, TagKeys: ["tenant"] }));
    const { TagList } = await client.send(new ssm.ListTagsForResourceCommand(resource));
    expect(TagList).toEqual(Tags);
    const none = new ssm.ListTagsForResourceCommand({ ...resource, ResourceId: "/none" });
    expect(await codeOf(client.send(none))).toBe("InvalidResourceId");
  });

  it("are checked before they are kept", async () => {
    const { client, put } = await start();
    const AllowedPattern = "^[0-9]+$";
    const mismatch = put("/a", { AllowedPattern, Value: "ten" });
    expect(await codeOf(mismatch)).toBe("ParameterPatternMismatchException");
    await put("/a", { AllowedPattern, Value: "10" });
    expect(await codeOf(put("/b", { Type: undefined }))).toBe("ValidationException");
    expect(await codeOf(put("/b", { Value: "" }))).toBe("ValidationException");
    const Tags = [{ Key: "a", Value: "b" }];
    const tagged = put("/a", { Overwrite: true, Value: "11", Tags });
    expect(await codeOf(tagged)).toBe("ValidationException");
    const advanced = { Tier: "Advanced" as const, Value: "x".repeat(8_192) };
    expect((await put("/big", advanced)).Tier).toBe("Advanced");
    const colour = new ssm.DescribeParametersCommand({
      ParameterFilters: [{ Key: "Colour", Values: ["red"] }],
    });
    expect(await codeOf(client.send(colour))).toBe("InvalidFilterKey");
  });
});
