/** Tags: the provider's default tags are added to each resource and shown in `tagsAll` only. */
import type { ResourceType, Tag } from "@aws-sdk/client-ec2";
import type { Field } from "../field.ts";
import { map, type Props, type Value } from "../values.ts";
import type { Aws } from "./client.ts";
import { withErrorContext } from "./errors.ts";

/** The fields that every resource with tags has. */
export const TAGS: Field = { type: "map" };
/** Accepted on each resource; what is in the state is asked in its own Region. */
export const REGION: Field = { type: "string", forceNew: true, computed: true };

export function tagSpecifications(aws: Aws, type: ResourceType, tags: Value | undefined) {
  const all = Object.entries({ ...aws.defaultTags, ...map(tags) });
  if (all.length === 0) return {};
  const Tags = all.map(([Key, Value]) => ({ Key, Value }));
  return { TagSpecifications: [{ ResourceType: type, Tags }] };
}

/** `tags` and `tagsAll` from what AWS says. */
export function readTags(aws: Aws, live: readonly Tag[] | undefined, state: Props): Props {
  const own = map(state["tags"]);
  const tags: Record<string, string> = {};
  const tagsAll: Record<string, string> = {};
  const sorted = [...(live ?? [])].sort((a, b) => ((a.Key ?? "") < (b.Key ?? "") ? -1 : 1));
  for (const { Key = "", Value = "" } of sorted) {
    if (Key.startsWith("aws:")) continue;
    tagsAll[Key] = Value;
    if (Key in own || aws.defaultTags[Key] !== Value) tags[Key] = Value;
  }
  return { tags, tagsAll };
}

export async function updateTags(
  aws: Aws,
  id: string,
  olds: Value | undefined,
  news: Value | undefined,
): Promise<void> {
  const ec2 = await aws.ec2();
  const before = map(olds);
  const after: Record<string, string> = { ...aws.defaultTags, ...map(news) };
  const removed = Object.keys(before).filter((key) => !(key in after));
  const set = Object.entries(after).filter(([key, value]) => before[key] !== value);
  const what = `updating tags for EC2 resource (${id})`;
  if (removed.length > 0) {
    const Tags = removed.map((Key) => ({ Key }));
    await withErrorContext(what, ec2.deleteTags({ Resources: [id], Tags }));
  }
  if (set.length > 0) {
    const Tags = set.map(([Key, Value]) => ({ Key, Value }));
    await withErrorContext(what, ec2.createTags({ Resources: [id], Tags }));
  }
}
