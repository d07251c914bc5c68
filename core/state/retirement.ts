/** Tags of addresses that leave, and what they prove. */
import { latest } from "../days.ts";
import {
  type DeployedRetirement,
  type RetirementConfig,
  type WantedRetirement,
  type WayOut,
  wayOutOf,
} from "../retirement.ts";
import { readTags, type Tags, writeTags } from "./tags.ts";

/** How tags have an address leave; undefined where they do not. */
export function wayOutTagged(tags: Tags): WayOut | undefined {
  const { release, retained } = readTags(tags);
  return wayOutOf({ release, retain: retained });
}

/** What the component of an address says of it, which only a deployment writes. */
export interface ComponentRetirement extends RetirementConfig {
  since?: string | undefined;
  mayGoFrom?: string | undefined;
}

/**
 * What is deployed: what the tags in the state say, where the component says the same. A refresh brings tags in from
 * EC2, where anybody writes them.
 */
export function deployedRetirement(
  tags: Tags,
  component: ComponentRetirement | undefined,
): DeployedRetirement | undefined {
  const how = wayOutTagged(tags);
  if (how === undefined || component === undefined || wayOutOf(component) !== how) return undefined;
  const tagged = readTags(tags);
  const since = tagged.drainsSince ?? component.since;
  const mayGoFrom = latest(tagged.mayGoFrom, component.mayGoFrom);
  return {
    how,
    ...(since === undefined ? {} : { since }),
    ...(mayGoFrom === undefined ? {} : { mayGoFrom }),
  };
}

/** The tags of a retirement, beside those that say whose an address is. */
export function retirementTags<Value>(
  { how }: Pick<WantedRetirement, "how">,
  drain: { since: Value; mayGoFrom: Value } | undefined,
): Record<string, Value | string> {
  return writeTags<Value | string>({
    [how === "retain" ? "retained" : "release"]: "true",
    ...(drain === undefined ? {} : { drainsSince: drain.since, mayGoFrom: drain.mayGoFrom }),
  });
}
