/**
 * The tags of what is ours in AWS: whose it is, and whether it may go. They are all that is left of a
 * stack whose state is lost, so they say enough to tell two projects in one account apart.
 */

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

/** The tag whose value is the stack's short name: what EC2 is asked for. */
export const STACK_TAG = "sendips:stack";
/** The tag whose value is the tenant's name. */
export const TENANT_TAG = "sendips:tenant";
/** The tag whose value is the address's key. */
export const ADDRESS_TAG = "sendips:address";

/**
 * The tag whose value is where the config wants an address, `eni-…/10.0.1.10`. It is written before the
 * address is bound, when it is allocated or the config has changed: of two stacks that want one private IP at
 * the same time, whoever asks second sees it.
 */
export const BINDING_TAG = "sendips:binding";

const ORGANISATION_TAG = "sendips:organisation";
const PROJECT_TAG = "sendips:project";
/**
 * The tag that lifts the protection. It stands on the thing itself, so that it is deployed exactly when
 * the thing was updated: an output would be written by a run that fails, too.
 */
const RELEASE_TAG = "sendips:release";

/** The tags that say which stack something belongs to, and that its release is deployed. */
export function ownerTags(owner: StackName, release: boolean): Record<string, string> {
  return {
    [ORGANISATION_TAG]: owner.organisation,
    [PROJECT_TAG]: owner.project,
    [STACK_TAG]: owner.stack,
    ...(release ? { [RELEASE_TAG]: "true" } : {}),
  };
}

/** Whether the release of what carries these tags is deployed. */
export function isReleased(tags: Tags): boolean {
  return tags[RELEASE_TAG] === "true";
}

/**
 * Whether what carries these tags belongs to a stack. Version 0.1 wrote neither organisation nor project:
 * what lacks them counts as ours, because to take it for a stranger's would be the costlier mistake.
 */
export function isOwned(tags: Tags, owner: StackName): boolean {
  const { [ORGANISATION_TAG]: organisation, [PROJECT_TAG]: project, [STACK_TAG]: stack } = tags;
  return (
    stack === owner.stack &&
    (project === undefined || project === owner.project) &&
    (organisation === undefined || organisation === owner.organisation)
  );
}

/** The full name of the stack that tags name, `organisation/project/stack`, as far as they do. */
export function taggedStack(tags: Tags): string | undefined {
  const { [ORGANISATION_TAG]: organisation, [PROJECT_TAG]: project, [STACK_TAG]: stack } = tags;
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
