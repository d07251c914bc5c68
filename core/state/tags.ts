/**
 * The tags of what is ours in AWS: whose it is, and whether it may go. They are all that is left of a
 * stack whose state is lost, so they say enough to tell two projects in one account apart.
 */
import { z } from "zod";
import { isDay } from "../days.ts";

/** A tag's value by its name. */
export type Tags = Readonly<Record<string, string>>;

/** A stack by its full name. */
export interface StackName {
  /** As the back end says; `organization` on a back end without organisations. */
  organisation: string;
  project: string;
  /** The short name: `acme`. */
  stack: string;
}

const text = z.string().optional();
const flag = text.transform((value) => value === "true");
/** Whatever else somebody wrote there says nothing. */
const day = text.transform((value) => (isDay(value) ? value : undefined));

/** What our tags say. Each stands as the tag `sendips:<field>`; 0.1 wrote only stack, tenant and address. */
const schema = z.object({
  organisation: text,
  project: text,
  /** The stack's short name: what EC2 is asked for. */
  stack: text,
  tenant: text,
  mailHost: text,
  /** The address's key. */
  address: text,
  /**
   * Where the config wants an address, `eni-…/10.0.1.10`. It is written before the address is bound, when it
   * is allocated or the config has changed: of two stacks that want one private IP at the same time, whoever
   * asks second sees it.
   */
  binding: text,
  /**
   * Lifts the protection. It stands on the thing itself, so that it is deployed exactly when the thing was
   * updated: an output would be written by a run that fails, too.
   */
  release: flag,
  /** Lifts it too, and the Elastic IP stays allocated when it leaves. It is still there once the stack has let go. */
  retained: flag,
  /** It was allocated to be screened, and nobody has decided for it. */
  candidate: flag,
  /** The UTC day on which the address left its pools. */
  drainsSince: day,
  /** The UTC day from which it may go. */
  mayGoFrom: day,
});

type Field = keyof z.input<typeof schema>;

const FIELDS = schema.keyof().options;

/** A tag's name. */
export function tagName(field: Field): string {
  return `sendips:${field}`;
}

/** What tags say of what is ours; of somebody else's thing, nothing. */
export function readTags(tags: Tags): z.infer<typeof schema> {
  return schema.parse(Object.fromEntries(FIELDS.map((field) => [field, tags[tagName(field)]])));
}

/** The tags that say something, for a resource. */
export function writeTags<Value>(says: Partial<Record<Field, Value>>): Record<string, Value> {
  return Object.fromEntries(
    FIELDS.flatMap((field): [string, Value][] => {
      const value = says[field];
      return value === undefined ? [] : [[tagName(field), value]];
    }),
  );
}

/** The tags that say which stack something belongs to, and that its release is deployed. */
export function ownerTags(owner: StackName, release: boolean): Record<string, string> {
  return writeTags({ ...owner, ...(release ? { release: "true" } : {}) });
}

/** Whether the release of what carries these tags is deployed. */
export function isReleased(tags: Tags): boolean {
  return readTags(tags).release;
}

/**
 * Whether a stack keeps what carries these tags allocated beyond its own life: where no state holds it, it belongs
 * to nobody any more, whatever the other tags say, and anybody may adopt it.
 */
export function isRetained(tags: Tags): boolean {
  return readTags(tags).retained;
}

/**
 * Whether what carries these tags belongs to a stack. Version 0.1 wrote neither organisation nor project:
 * what lacks them counts as ours, because to take it for a stranger's would be the costlier mistake.
 */
export function isOwned(tags: Tags, owner: StackName): boolean {
  const { organisation, project, stack } = readTags(tags);
  return (
    stack === owner.stack &&
    (project === undefined || project === owner.project) &&
    (organisation === undefined || organisation === owner.organisation)
  );
}

/** The full name of the stack that tags name, `organisation/project/stack`, as far as they do. */
export function taggedStack(tags: Tags): string | undefined {
  const { organisation, project, stack } = readTags(tags);
  if (stack === undefined) return undefined;
  return [organisation, project, stack].filter((part) => part !== undefined).join("/");
}

/** The tags among a resource's inputs or outputs; none where there are none. */
export function tagsOf(properties: Readonly<Record<string, unknown>> | undefined): Tags {
  const tags = properties?.["tags"];
  if (typeof tags !== "object" || tags === null) return {};
  return Object.fromEntries(
    Object.entries(tags).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
