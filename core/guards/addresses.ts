/** No warmed address is let go, replaced or doubled: what is asked for against state and cloud. */
import { quotedExcerpt } from "../../mail/finding.ts";
import { latest } from "../days.ts";
import type { Finding } from "../problem.ts";
import { isDraining } from "../retirement.ts";
import { type DeployedStack, rememberedAddresses } from "../state/deployed-stack.ts";
import type { StateAddress } from "../state/resources.ts";
import { wayOutTagged } from "../state/retirement.ts";
import { readTags, type StackName, type Tags, taggedStack } from "../state/tags.ts";
import type { PlannedAddress } from "../tenant/plan.ts";
import {
  type AddressContext,
  addressPath,
  EC2_RULE,
  forgetCommand,
  isAnotherStacks,
  isFormerName,
  type LiveAddress,
} from "./address-context.ts";
import { checkLost, checkUnheld } from "./lost-addresses.ts";

/** How an address is let go. */
export const ADDRESS_WAY_OUT =
  "to let it go, set release: true on it and deploy; only then remove it, or destroy the stack, once it has drained (retain: true instead keeps it allocated)";

/** How an address is let go before it has drained. */
export const DRAIN_WAY_OUT =
  "wait until that day; or set releaseNow: true on it and deploy, which lets it go at once";

/** Why an address that leaves is not let go yet. */
export function drainText(publicIp: string, mayGoFrom: string): string {
  return `${publicIp} drains and may go from ${mayGoFrom}: mail in queues and SPF in caches still name it`;
}

/** Whether the guards ask what EC2 says of an address, beyond that it is there. */
export function needsDetails(
  publicIp: string,
  wanted: readonly PlannedAddress[],
  { addresses }: DeployedStack,
): boolean {
  const known = addresses.find((address) => address.publicIp === publicIp);
  return known === undefined || !wanted.some(({ key }) => key === known.key);
}

/**
 * Everything that would lose, replace or double an address.
 *
 * @param taken those that are taken over, by key: `takeOvers` of `address-adoption.ts`.
 */
export function checkStateAddresses(
  context: AddressContext,
  taken: ReadonlyMap<string, LiveAddress> = new Map(),
): Finding[] {
  const { deployed, live } = context;
  const takenIds = new Set([...taken.values()].map(({ allocationId }) => allocationId));
  const order = (a: { publicIp: string }, b: { publicIp: string }) =>
    a.publicIp < b.publicIp ? -1 : 1;
  return [
    ...deployed.addresses.toSorted(order).flatMap((address) => checkHeld(context, address)),
    ...deployed.lost.toSorted(order).flatMap((address) => checkLost(context, address)),
    ...live.details
      .filter(({ allocationId }) => !takenIds.has(allocationId))
      .toSorted(order)
      .flatMap((address) => checkUnheld(context, address, taken)),
    ...checkRetained(context),
  ];
}

/** What was never deployed cannot stay. */
function checkRetained({ wanted, deployed }: AddressContext): Finding[] {
  const known = new Set(rememberedAddresses(deployed).map(({ key }) => key));
  return wanted.flatMap(({ key, retirement, adopt, recover }): Finding[] => {
    if (retirement?.how !== "retain" || known.has(key)) return [];
    if (adopt !== undefined || recover !== undefined) return [];
    return [
      {
        code: "address-retain-undeployed",
        level: "error",
        path: `${addressPath(key)}.retain`,
        message: `${key} is to stay allocated when it leaves, and it was never deployed: there is nothing to keep`,
        fix: `take ${key} out of the config; or take retain out, and deploy it first`,
      },
    ];
  });
}

/** An address that the state holds. */
function checkHeld(context: AddressContext, address: StateAddress): Finding[] {
  const { wanted, live, deployed } = context;
  const { key, publicIp, allocationId, name } = address;
  const planned = wanted.find((candidate) => candidate.key === key);
  if (key === undefined || planned === undefined) return checkGoing(context, address);
  const first = deployed.addresses.find((other) => other.key === key);
  if (first !== undefined && first !== address) {
    return [
      {
        code: "address-twice-in-state",
        level: "error",
        path: addressPath(key),
        message: `the state holds two addresses under it, ${first.publicIp} (${first.name}) and ${publicIp} (${name})`,
        fix: `take the one that is not meant out of the state, which leaves it as it is in AWS: ${forgetCommand(context.owner.stack, first.urn)}, or ${forgetCommand(context.owner.stack, address.urn)}`,
      },
    ];
  }
  if (!live.present.has(publicIp)) return [missingAddress(context, planned, address)];
  if (isStrangers(address.tags, context)) {
    return [foreignAddress(context.owner, addressPath(key), address, address)];
  }
  const pool = planned.publicIpv4Pool;
  if (pool === undefined || pool === address.publicIpv4Pool) return [];
  return [
    {
      code: "address-pool-fixed",
      level: "warning",
      path: `${addressPath(key)}.publicIpv4Pool`,
      message: `is ${quotedExcerpt(pool)}, but ${publicIp} (${allocationId}) is allocated, from ${quotedExcerpt(address.publicIpv4Pool || "amazon")}: an address does not change its pool, and this edit has no effect`,
      fix: "take it out again; for an address of that pool, add one under a new key and warm it up",
    },
  ];
}

/** Whether tags are another stack's, and not this one's under its former name. */
function isStrangers(
  tags: Tags,
  { owner, deployed }: Pick<AddressContext, "owner" | "deployed">,
): boolean {
  return isAnotherStacks(tags, owner) && !isFormerName(tags, owner, deployed);
}

/** An address of the state that the config no longer names. */
function checkGoing(
  { owner, wanted, deployed, live, today }: AddressContext,
  address: StateAddress,
): Finding[] {
  const { key, publicIp, name, retirement } = address;
  const path = addressPath(key ?? name);
  if (key === undefined) {
    return [
      {
        code: "address-unnamed-in-state",
        level: "error",
        path: "stack state",
        message: `holds ${publicIp} under the name ${quotedExcerpt(name)}, which is no address of the config: it would be released`,
        fix: `give it the name of its key: pulumi state rename '${address.urn}' ${owner.stack}-<key> --stack ${owner.stack} --yes`,
        rule: EC2_RULE,
      },
    ];
  }
  const now = live.details.find((detail) => detail.publicIp === publicIp);
  // Released by hand: there is nothing to lose any more.
  if (now === undefined && !live.present.has(publicIp)) return [];
  if (now !== undefined && isStrangers(now.tags, { owner, deployed }))
    return [foreignAddress(owner, path, address, now)];
  if (retirement !== undefined && now !== undefined && wayOutTagged(now.tags) !== retirement.how) {
    return [
      {
        code: "address-release-untagged",
        level: "error",
        path,
        message: `is gone from the config, and the ${retirement.how === "retain" ? "retain" : "release"} of ${publicIp} was deployed once, but AWS no longer has the tag that says so`,
        fix: `put it back with ${retirement.how}: true, deploy with --refresh, and remove it then`,
        rule: EC2_RULE,
      },
    ];
  }
  if (retirement !== undefined) {
    const mayGoFrom = latest(
      retirement.mayGoFrom,
      now === undefined ? undefined : readTags(now.tags).mayGoFrom,
    );
    if (mayGoFrom === undefined || !isDraining(mayGoFrom, today)) {
      return checkHeir(wanted, deployed, address);
    }
    return [
      {
        code: "address-drains",
        level: "error",
        path,
        message: `is gone from the config, but ${drainText(publicIp, mayGoFrom)}; it stays allocated, bound and named`,
        fix: `put it back; ${DRAIN_WAY_OUT}`,
        rule: "RFC 5321 §4.5.4.1",
      },
    ];
  }
  const heir = heirOf(wanted, deployed, address);
  if (heir !== undefined) {
    return [
      {
        code: "address-renamed",
        level: "error",
        path: addressPath(heir.key),
        message: `stands in place of ${key}, which is deployed as ${publicIp}: a new key is a new address`,
        fix: `keep the key ${key}, which is the address's name for ever; or give ${heir.key} a private IP of its own beside it`,
        rule: EC2_RULE,
      },
    ];
  }
  return [
    {
      code: "address-removed",
      level: "error",
      path,
      message: `is gone from the config, but ${publicIp} is deployed and its release is not: it stays allocated, bound and named`,
      fix: `put it back; ${ADDRESS_WAY_OUT}`,
      rule: EC2_RULE,
    },
  ];
}

/** A new address of the config on the private IP of one that goes. */
function heirOf(
  wanted: readonly PlannedAddress[],
  { addresses, outputs }: DeployedStack,
  { publicIp, bound }: StateAddress,
): PlannedAddress | undefined {
  const listed = Object.values(outputs.addresses).find((known) => known.publicIp === publicIp);
  const privateIp = bound?.privateIp ?? listed?.privateIp;
  return wanted.find(
    (candidate) =>
      candidate.privateIp === privateIp && !addresses.some(({ key }) => key === candidate.key),
  );
}

/** One that may go is bound until the end of the deployment: nobody takes its place in the same one. */
function checkHeir(
  wanted: readonly PlannedAddress[],
  deployed: DeployedStack,
  address: StateAddress,
): Finding[] {
  const heir = heirOf(wanted, deployed, address);
  if (heir === undefined || address.bound === undefined) return [];
  return [
    {
      code: "address-private-ip-busy",
      level: "error",
      path: `${addressPath(heir.key)}.privateIp`,
      message: `${heir.privateIp} carries ${address.publicIp} until this deployment ends, which lets ${address.key} go`,
      fix: `deploy once without ${heir.key}, and add it then; or give it another private IP`,
      rule: "EC2: one Elastic IP for each private IPv4",
    },
  ];
}

/** An address of the state that another stack has by its tags. */
function foreignAddress(
  { stack }: StackName,
  path: string,
  { publicIp, allocationId, urn }: StateAddress,
  { tags }: { tags: Tags },
): Finding {
  return {
    code: "address-of-other-stack",
    level: "error",
    path,
    message: `${publicIp} (${allocationId}) is in the state, but it carries the tags of stack ${quotedExcerpt(taggedStack(tags) ?? "")}: that tenant would lose it`,
    fix: `take it out of this state, which leaves it as it is in AWS: ${forgetCommand(stack, urn)}`,
    rule: EC2_RULE,
  };
}

/** An address that the state holds and AWS does not. */
function missingAddress(
  { owner }: AddressContext,
  { key }: PlannedAddress,
  { publicIp, allocationId, reverseNameUrn }: StateAddress,
): Finding {
  // No refresh gets past the PTR of an address that is gone: for the provider that is an error.
  const forget =
    reverseNameUrn === undefined
      ? ""
      : `pulumi state delete --target-dependents '${reverseNameUrn}' --stack ${owner.stack} --yes, then `;
  return {
    code: "address-released",
    level: "error",
    path: addressPath(key),
    message: `is ${publicIp} (${allocationId}) in the state, but AWS has no such address here: it was released by hand`,
    fix: `take what is left of it out of the state: ${forget}pulumi refresh --stack ${owner.stack} --yes; then recover: ${publicIp} on it, and deploy: EC2 gives it back where nobody else has it. If it is lost, remove ${key} from the config and deploy, then add an address with a new key`,
    rule: EC2_RULE,
  };
}
