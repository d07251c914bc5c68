/** `aws.ssm.Parameter`. */
import type { ParameterMetadata, SSM } from "@aws-sdk/client-ssm";
import type { ResourceType } from "../resource.ts";
import { compact, flag, map, type Props, text } from "../values.ts";
import type { Aws } from "./client.ts";
import { undefinedIfGone, withErrorContext } from "./errors.ts";
import { REGION, readTags, TAGS } from "./tags.ts";

const GONE = "ParameterNotFound";
const TYPES = ["String", "StringList", "SecureString"] as const;
const TIERS = ["Standard", "Advanced", "Intelligent-Tiering"] as const;

const oneOf = <T extends string>(all: readonly T[], value: string | undefined): T | undefined =>
  all.find((each) => each === value);

function put(inputs: Props, overwrite: boolean) {
  const type = oneOf(TYPES, text(inputs["type"]));
  const tier = oneOf(TIERS, text(inputs["tier"]));
  const pattern = text(inputs["allowedPattern"]);
  const description = text(inputs["description"]);
  const key = type === "SecureString" ? text(inputs["keyId"]) : undefined;
  const dataType = text(inputs["dataType"]);
  return {
    Name: text(inputs["name"]) ?? "",
    Value: text(inputs["value"]) ?? text(inputs["insecureValue"]) ?? "",
    Overwrite: overwrite,
    ...(type && { Type: type }),
    ...(tier && { Tier: tier }),
    ...(pattern && { AllowedPattern: pattern }),
    ...(description && { Description: description }),
    ...(key && { KeyId: key }),
    ...(dataType && { DataType: dataType }),
  };
}

const tagList = (tags: Record<string, string>) =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

async function describe(ssm: SSM, name: string): Promise<ParameterMetadata | undefined> {
  const request = ssm.describeParameters({
    ParameterFilters: [{ Key: "Name", Option: "Equals", Values: [name] }],
  });
  const reply = await withErrorContext(`reading SSM Parameter metadata (${name})`, request);
  return reply.Parameters?.find((each) => each.Name === name);
}

export const parameter: ResourceType<Aws> = {
  fields: {
    allowedPattern: { type: "string" },
    arn: { type: "string", computed: true },
    dataType: { type: "string", forceNew: true, computed: true },
    description: { type: "string" },
    insecureValue: { type: "string", computed: true },
    keyId: { type: "string", computed: true },
    name: { type: "string", forceNew: true, computed: true },
    overwrite: { type: "boolean" },
    region: REGION,
    tags: TAGS,
    tier: { type: "string", computed: true, values: TIERS },
    type: { type: "string", required: true, values: TYPES },
    value: { type: "string", computed: true },
  },
  outputs: ["hasValueWo", "tagsAll", "version"],
  changing: ["tagsAll", "version"],
  autoname: "name",
  check(inputs) {
    if ((inputs["value"] === undefined) !== (inputs["insecureValue"] === undefined)) return [];
    const reason = "only one of `insecure_value,value,value_wo` can be specified, and one must be";
    return [{ property: "value", reason }];
  },
  replaces(olds, news, changed) {
    // AWS does not take an advanced parameter back to the standard tier.
    const down = olds["tier"] === "Advanced" && news["tier"] === "Standard";
    return changed.includes("tier") && down ? ["tier"] : [];
  },
  async create({ client: aws }, inputs) {
    const ssm = await aws.ssm();
    const overwrite = flag(inputs["overwrite"]) ?? false;
    const tags = tagList({ ...aws.defaultTags, ...map(inputs["tags"]) });
    const input = put(inputs, overwrite);
    const tagged = tags.length > 0 && !overwrite;
    const request = ssm.putParameter({ ...input, ...(tagged && { Tags: tags }) });
    await withErrorContext(`creating SSM Parameter (${input.Name})`, request);
    if (overwrite && tags.length > 0) {
      // AWS refuses tags together with overwrite.
      const what = `setting SSM Parameter (${input.Name}) tags`;
      const target = { ResourceType: "Parameter", ResourceId: input.Name } as const;
      await withErrorContext(what, ssm.addTagsToResource({ ...target, Tags: tags }));
    }
    return { id: input.Name };
  },
  async read({ client: aws }, id, state) {
    const ssm = await aws.ssm();
    const request = ssm.getParameter({ Name: id, WithDecryption: true });
    const reply = await withErrorContext(
      `reading SSM Parameter (${id})`,
      undefinedIfGone(request, GONE),
    );
    const found = reply?.Parameter;
    const meta = found === undefined ? undefined : await describe(ssm, id);
    if (found === undefined || meta === undefined) return undefined;
    const target = { ResourceType: "Parameter", ResourceId: id } as const;
    const tags = await withErrorContext(
      `listing tags for SSM Parameter (${id})`,
      ssm.listTagsForResource(target),
    );
    const open = state["insecureValue"] !== undefined && found.Type !== "SecureString";
    const outputs = compact({
      allowedPattern: meta.AllowedPattern,
      arn: found.ARN,
      dataType: found.DataType ?? "text",
      description: meta.Description,
      hasValueWo: false,
      insecureValue: open ? found.Value : undefined,
      keyId: meta.KeyId,
      name: found.Name,
      overwrite: state["overwrite"],
      region: aws.region,
      tier: meta.Tier ?? "Standard",
      type: found.Type,
      value: found.Value,
      version: found.Version,
      ...readTags(aws, tags.TagList, state),
    });
    return { id, outputs };
  },
  async update({ client: aws }, id, { olds, news, changed }) {
    const ssm = await aws.ssm();
    if (changed.some((name) => name !== "tags" && name !== "overwrite")) {
      await withErrorContext(`updating SSM Parameter (${id})`, ssm.putParameter(put(news, true)));
    }
    if (!changed.includes("tags")) return;
    const before = map(olds["tags"]);
    const after = { ...aws.defaultTags, ...map(news["tags"]) };
    const target = { ResourceType: "Parameter", ResourceId: id } as const;
    const TagKeys = Object.keys(before).filter((key) => !(key in after));
    const what = `updating tags for SSM Parameter (${id})`;
    if (TagKeys.length > 0)
      await withErrorContext(what, ssm.removeTagsFromResource({ ...target, TagKeys }));
    if (tagList(after).length > 0) {
      await withErrorContext(what, ssm.addTagsToResource({ ...target, Tags: tagList(after) }));
    }
  },
  async delete({ client: aws }, id) {
    const request = (await aws.ssm()).deleteParameter({ Name: id });
    await withErrorContext(`deleting SSM Parameter (${id})`, undefinedIfGone(request, GONE));
  },
};
