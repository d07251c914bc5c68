/** Whose something is, as IAM can ask it: by the tags of `core/state/tags.ts`. */
import { tagName } from "../state/tags.ts";
import { type Condition, oneOrMore, type Place } from "./grant.ts";

const resourceTag = (name: string) => `aws:ResourceTag/${name}`;
const requestTag = (name: string) => `aws:RequestTag/${name}`;

/** Both; a key of one operator in both must not be. */
export function both(...conditions: readonly Condition[]): Condition {
  const all: Record<string, Record<string, string | string[]>> = {};
  for (const condition of conditions) {
    for (const [operator, keys] of Object.entries(condition)) {
      all[operator] = { ...all[operator], ...keys };
    }
  }
  return all;
}

/** The stack's name stands under a key; with no stack named, any stack's. */
function stackIs(key: string, { stacks }: Place): Condition {
  return stacks === undefined
    ? { StringLike: { [key]: "*" } }
    : { StringEquals: { [key]: oneOrMore(stacks) } };
}

/** What carries the stack's tags. Version 0.1 wrote no project: what lacks it counts as ours, as everywhere. */
export function owned(place: Place): Condition {
  return both(stackIs(resourceTag(tagName("stack")), place), {
    StringEqualsIfExists: { [resourceTag(tagName("project"))]: place.project },
  });
}

/** What is made with the stack's tags. */
export function madeWithTags(place: Place): Condition {
  return both(stackIs(requestTag(tagName("stack")), place), {
    StringEquals: { [requestTag(tagName("project"))]: place.project },
  });
}

/** Tags written while one of these calls makes something. */
export function whileMaking(actions: readonly string[]): Condition {
  return { StringEquals: { "ec2:CreateAction": oneOrMore(actions) } };
}

/** New tags that hand nothing over to another stack. */
export function keepsOwner(place: Place): Condition {
  const key = requestTag(tagName("stack"));
  return place.stacks === undefined
    ? {}
    : { StringEqualsIfExists: { [key]: oneOrMore(place.stacks) } };
}

/** Tags taken away by name, none of them one that says whose it is. With no tag named EC2 takes all. */
export const LEAVES_OWNER: Condition = {
  Null: { "aws:TagKeys": "false" },
  "ForAllValues:StringNotEquals": {
    "aws:TagKeys": [tagName("organisation"), tagName("project"), tagName("stack")],
  },
};

/** What was released: `release: true` is deployed as a tag. */
export const RELEASED: Condition = {
  StringEquals: { [resourceTag(tagName("release"))]: "true" },
};

/** A network interface of a mail host of this project, whatever its stack. */
export function ofMailHost({ project }: Place): Condition {
  return {
    Null: { [resourceTag(tagName("mailHost"))]: "false" },
    StringEqualsIfExists: { [resourceTag(tagName("project"))]: project },
  };
}
