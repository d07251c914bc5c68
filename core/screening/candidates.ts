/** Addresses that are looked at before one of them is taken: allocated for a key, in no state. */
import type { LiveAddress, LiveStack } from "../guards/address-context.ts";
import type { Finding } from "../problem.ts";
import type { DeployedStack } from "../state/deployed-stack.ts";
import { ownerTags, readTags, type StackName, type Tags, writeTags } from "../state/tags.ts";
import type { Blocklist, Verdict } from "./listing.ts";

/** How new addresses are screened. */
export interface Screen {
  lists: readonly Blocklist[];
  /** How many addresses are looked at for one key, at most. */
  attempts: number;
}

/** The tags of a candidate: whose and for what it is, and that nobody has decided for it. */
export function candidateTags(owner: StackName, key: string): Record<string, string> {
  return {
    Name: `${owner.stack} ${key}, screened`,
    ...writeTags({ tenant: owner.stack, address: key, candidate: "true" }),
    ...ownerTags(owner, false),
  };
}

/** Whether an address is a candidate that nobody has decided for. */
export function isCandidate(tags: Tags): boolean {
  return readTags(tags).candidate;
}

/** The keys that candidates stand for. */
export function candidateKeys({ details }: LiveStack): Set<string> {
  const keys = details.filter(({ tags }) => isCandidate(tags)).map(({ tags }) => readTags(tags));
  return new Set(keys.flatMap(({ address }) => address ?? []));
}

/**
 * What EC2 has of a stack, but for candidates: whoever screens looks at them. What the state holds is none, whatever
 * somebody has written into its tags: unseen it would count as released by hand.
 */
export function withoutCandidates(
  { present, details }: LiveStack,
  { addresses }: Pick<DeployedStack, "addresses">,
): LiveStack {
  const held = new Set(addresses.map(({ allocationId }) => allocationId));
  const candidates = details.filter(
    ({ tags, allocationId }) => isCandidate(tags) && !held.has(allocationId),
  );
  const ips = new Set(candidates.map(({ publicIp }) => publicIp));
  return {
    present: new Set([...present].filter((ip) => !ips.has(ip))),
    details: details.filter((detail) => !candidates.includes(detail)),
  };
}

/** A candidate, and what each list says of it. */
export interface Screened {
  address: Pick<LiveAddress, "publicIp" | "allocationId">;
  verdicts: readonly { zone: string; verdict: Verdict }[];
}

/** Whether every list says that it does not list it. */
export function isClear({ verdicts }: Screened): boolean {
  return verdicts.every(({ verdict }) => verdict.outcome === "clear");
}

/**
 * The lists that must be asked and cannot be believed.
 *
 * @param left what the run leaves: `nothing was allocated`.
 */
export function brokenLists(
  broken: readonly { zone: string; reason: string }[],
  left: string,
): Finding[] {
  return broken.map(({ zone, reason }) => ({
    code: "screen-list-broken",
    level: "error",
    path: "sendips:screen.lists",
    message: `${zone} cannot be believed: ${reason}`,
    fix: `a list that answers, asked through a resolver of your own (sendips:dns.servers); or leave it out; ${left}`,
    rule: "RFC 5782 §5",
  }));
}

/** That no candidate was taken. */
export function noneTaken(
  key: string,
  screened: readonly Screened[],
  { attempts }: Screen,
  ended: "attempts" | "quota",
): Finding {
  const each = screened.map(describe).join("; ");
  const why =
    ended === "quota"
      ? `EC2 allocates no more (AddressLimitExceeded) after ${screened.length} of ${attempts} attempts`
      : `each of ${screened.length} is listed`;
  const kept = screened.map(({ address }) => address.allocationId);
  return {
    code: "screen-none-taken",
    level: "error",
    path: `sendips:tenant.addresses.${key}`,
    message: `has no address: ${why}: ${each}; they stay allocated, or EC2 might give them again`,
    fix:
      ended === "quota"
        ? `a larger quota, and deploy again; or let them go and deploy again: ${kept.map(releaseCommand).join("; ")}`
        : `a larger sendips:screen.attempts goes on with these; or let them go: ${kept.map(releaseCommand).join("; ")}`,
  };
}

/** An address and why it is not taken: `198.51.100.9 (zen.spamhaus.org: 127.0.0.2)`. */
export function describe({ address, verdicts }: Screened): string {
  const against = verdicts.flatMap(({ zone, verdict }) => {
    if (verdict.outcome === "clear") return [];
    const { outcome } = verdict;
    return [`${zone}: ${outcome === "listed" ? verdict.codes.join(", ") : verdict.reason}`];
  });
  return `${address.publicIp} (${against.join("; ")})`;
}

function releaseCommand(allocationId: string): string {
  return `aws ec2 release-address --allocation-id ${allocationId}`;
}
