/** No warmed address is let go, replaced or doubled: what is asked for against state and cloud. */
import { shown } from "../mail/finding.ts";
import type { PlannedAddress } from "../plan.ts";
import type { Finding } from "../problem.ts";
import type { Deployed } from "../state/deployed.ts";
import type { RememberedAddress, StateAddress } from "../state/resources.ts";
import {
  ADDRESS_TAG,
  isOwned,
  isReleased,
  STACK_TAG,
  type StackName,
  type Tags,
  taggedStack,
} from "../state/tags.ts";
import type { Holder } from "./holders.ts";

/** An Elastic IP as EC2 has it. */
export interface LiveAddress extends Holder {
  /** Empty when it is bound to nothing. */
  networkInterfaceId: string;
}

/** What EC2 has of a stack. */
export interface Live {
  /** Public IPs of the state, of the outputs and of the stack's tags that EC2 has. */
  present: ReadonlySet<string>;
  /** Those of them that a guard must see more of, see {@link needsDetails}. */
  details: readonly LiveAddress[];
}

const EC2_RULE = "EC2: a released Elastic IP may go to another account";

/** How an address is let go. */
export const ADDRESS_WAY_OUT =
  "to let it go, set release: true on it and deploy; only then remove it, or destroy the stack";

/** The command that takes an address into the state, also of a stack that was never deployed. */
export function importCommand(stack: string, key: string, allocationId: string): string {
  return `pulumi import aws:ec2/eip:Eip ${stack}-${key} ${allocationId} --stack ${stack} --yes --generate-code=false`;
}

/** Whether the guards ask what EC2 says of an address, beyond that it is there. */
export function needsDetails(
  publicIp: string,
  wanted: readonly PlannedAddress[],
  { addresses }: Deployed,
): boolean {
  const known = addresses.find((address) => address.publicIp === publicIp);
  return known === undefined || !wanted.some(({ key }) => key === known.key);
}

/**
 * Everything that would lose, replace or double an address.
 *
 * @param wanted the addresses of the plan; none when the stack's config is not a tenant's.
 */
export function checkAddresses(
  owner: StackName,
  wanted: readonly PlannedAddress[],
  deployed: Deployed,
  live: Live,
): Finding[] {
  const context: Context = { owner, wanted, deployed, live };
  const order = (a: { publicIp: string }, b: { publicIp: string }) =>
    a.publicIp < b.publicIp ? -1 : 1;
  return [
    ...deployed.addresses.toSorted(order).flatMap((address) => checkHeld(context, address)),
    ...deployed.lost.toSorted(order).flatMap((address) => checkLost(context, address)),
    ...live.details.toSorted(order).flatMap((address) => checkUnheld(context, address)),
  ];
}

interface Context {
  owner: StackName;
  wanted: readonly PlannedAddress[];
  deployed: Deployed;
  live: Live;
}

const pathOf = (key: string) => `sendips:tenant.addresses.${key}`;

/** An address that the state holds. */
function checkHeld(context: Context, address: StateAddress): Finding[] {
  const { wanted, live, deployed } = context;
  const { key, publicIp, allocationId, name } = address;
  const planned = wanted.find((candidate) => candidate.key === key);
  if (key === undefined || planned === undefined) return checkGoing(context, address);
  const first = deployed.addresses.find((other) => other.key === key);
  if (first !== undefined && first !== address) {
    return [
      {
        level: "error",
        path: pathOf(key),
        message: `the state holds two addresses under it, ${first.publicIp} (${first.name}) and ${publicIp} (${name})`,
        fix: `take the one that is not meant out of the state, which leaves it as it is in AWS: ${forgetCommand(context.owner.stack, first.urn)}, or ${forgetCommand(context.owner.stack, address.urn)}`,
      },
    ];
  }
  if (!live.present.has(publicIp)) return [gone(context, planned, address)];
  if (isOthers(address.tags, context.owner)) {
    return [foreign(context.owner, pathOf(key), address, address)];
  }
  const pool = planned.publicIpv4Pool;
  if (pool === undefined || pool === address.publicIpv4Pool) return [];
  return [
    {
      level: "warning",
      path: `${pathOf(key)}.publicIpv4Pool`,
      message: `is ${shown(pool)}, but ${publicIp} (${allocationId}) is allocated, from ${shown(address.publicIpv4Pool || "amazon")}: an address does not change its pool, and this edit has no effect`,
      fix: "take it out again; for an address of that pool, add one under a new key and warm it up",
    },
  ];
}

/** An address of the state that the config no longer names. */
function checkGoing({ owner, wanted, deployed, live }: Context, address: StateAddress): Finding[] {
  const { key, publicIp, name, release } = address;
  const path = pathOf(key ?? name);
  if (key === undefined) {
    return [
      {
        level: "error",
        path: "stack state",
        message: `holds ${publicIp} under the name ${shown(name)}, which is no address of the config: it would be released`,
        fix: `give it the name of its key: pulumi state rename '${address.urn}' ${owner.stack}-<key> --stack ${owner.stack} --yes`,
        rule: EC2_RULE,
      },
    ];
  }
  const now = live.details.find((detail) => detail.publicIp === publicIp);
  // Released by hand: there is nothing to lose any more.
  if (now === undefined && !live.present.has(publicIp)) return [];
  if (now !== undefined && isOthers(now.tags, owner)) return [foreign(owner, path, address, now)];
  if (release && (now === undefined || isReleased(now.tags))) {
    return checkHeir(wanted, deployed, address);
  }
  if (release) {
    return [
      {
        level: "error",
        path,
        message: `is gone from the config, and the release of ${publicIp} was deployed once, but AWS no longer has the tag that says so`,
        fix: "put it back with release: true, deploy with --refresh, and remove it then",
        rule: EC2_RULE,
      },
    ];
  }
  const heir = heirOf(wanted, deployed, address);
  if (heir !== undefined) {
    return [
      {
        level: "error",
        path: pathOf(heir.key),
        message: `stands in place of ${key}, which is deployed as ${publicIp}: a new key is a new address`,
        fix: `keep the key ${key}, which is the address's name for ever; or give ${heir.key} a private IP of its own beside it`,
        rule: EC2_RULE,
      },
    ];
  }
  return [
    {
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
  { addresses, outputs }: Deployed,
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
  deployed: Deployed,
  address: StateAddress,
): Finding[] {
  const heir = heirOf(wanted, deployed, address);
  if (heir === undefined || address.bound === undefined) return [];
  return [
    {
      level: "error",
      path: `${pathOf(heir.key)}.privateIp`,
      message: `${heir.privateIp} carries ${address.publicIp} until this deployment ends, which lets ${address.key} go`,
      fix: `deploy once without ${heir.key}, and add it then; or give it another private IP`,
      rule: "EC2: one Elastic IP for each private IPv4",
    },
  ];
}

/** Whether tags name another stack of ours. A project or an organisation may have been renamed. */
function isOthers(tags: Tags, { stack }: StackName): boolean {
  const tagged = tags[STACK_TAG];
  return tagged !== undefined && tagged !== stack;
}

/** Takes a resource out of the state, and what hangs on it, and leaves all of it as it is in the cloud. */
function forgetCommand(stack: string, urn: string): string {
  return `pulumi state delete --force --target-dependents '${urn}' --stack ${stack} --yes`;
}

/** An address of the state that another stack has by its tags. */
function foreign(
  { stack }: StackName,
  path: string,
  { publicIp, allocationId, urn }: StateAddress,
  { tags }: { tags: Tags },
): Finding {
  return {
    level: "error",
    path,
    message: `${publicIp} (${allocationId}) is in the state, but it carries the tags of stack ${shown(taggedStack(tags) ?? "")}: that tenant would lose it`,
    fix: `take it out of this state, which leaves it as it is in AWS: ${forgetCommand(stack, urn)}`,
    rule: EC2_RULE,
  };
}

/** An address that the stack remembers and that another one has taken over. */
function checkHandedOver(
  wanted: readonly PlannedAddress[],
  { key, publicIp }: RememberedAddress,
  { tags }: LiveAddress,
): Finding[] {
  const stack = shown(taggedStack(tags) ?? "");
  if (wanted.some((planned) => planned.key === key)) {
    return [
      {
        level: "error",
        path: pathOf(key),
        message: `was ${publicIp}, which is stack ${stack}'s by its tags: another one would be allocated under the key, which begins cold`,
        fix: `remove ${key} from the config; for another address, add one under a new key`,
        rule: EC2_RULE,
      },
    ];
  }
  return [
    {
      level: "warning",
      path: pathOf(key),
      message: `was ${publicIp}, which is stack ${stack}'s by its tags: what is left of it here is removed`,
      fix: "nothing, if it was handed over",
    },
  ];
}

/** Said before an address is let go by hand. */
function unbound({ privateIp }: LiveAddress): string {
  return privateIp === "" ? "" : `, once nobody sends from ${privateIp}`;
}

/** An address that the state holds and AWS does not. */
function gone(
  { owner }: Context,
  { key }: PlannedAddress,
  { publicIp, allocationId }: StateAddress,
): Finding {
  return {
    level: "error",
    path: pathOf(key),
    message: `is ${publicIp} (${allocationId}) in the state, but AWS has no such address here: it was released by hand`,
    fix: `if nobody else has it, aws ec2 allocate-address --address ${publicIp} takes it back; then pulumi refresh --stack ${owner.stack} --yes, and ${importCommand(owner.stack, key, "<its new allocation id>")}. If it is lost, remove ${key} from the config and deploy, then add an address with a new key`,
    rule: EC2_RULE,
  };
}

/** An address that the state held once. */
function checkLost({ owner, wanted, live }: Context, lost: RememberedAddress): Finding[] {
  const { key, publicIp } = lost;
  // One that AWS still has is seen as it is there.
  if (live.present.has(publicIp)) return [];
  const path = pathOf(key);
  if (!wanted.some((planned) => planned.key === key)) {
    return [
      {
        level: "warning",
        path,
        message: `was ${publicIp}, which neither the state nor AWS has any more: what is left of it is removed`,
        fix: "nothing, if it was meant to go",
      },
    ];
  }
  return [
    {
      level: "error",
      path,
      message: `was deployed as ${publicIp}, which neither the state nor AWS has any more; no new address is allocated in its place, which would begin cold`,
      fix: `if nobody else has it, aws ec2 allocate-address --address ${publicIp} takes it back; then ${importCommand(owner.stack, key, "<its new allocation id>")}. If it is lost, remove ${key} from the config and deploy, then add an address with a new key`,
      rule: EC2_RULE,
    },
  ];
}

/** An address that AWS has and the state does not. */
function checkUnheld({ owner, wanted, deployed }: Context, found: LiveAddress): Finding[] {
  const { publicIp, allocationId, tags } = found;
  if (deployed.addresses.some((address) => address.publicIp === publicIp)) return [];
  const remembered = deployed.lost.find((address) => address.publicIp === publicIp);
  if (remembered === undefined && !isOwned(tags, owner)) return [];
  if (remembered !== undefined && isOthers(tags, owner)) {
    return checkHandedOver(wanted, remembered, found);
  }
  const key = remembered?.key ?? tags[ADDRESS_TAG] ?? "";
  const where =
    found.privateIp === ""
      ? "bound to nothing"
      : `bound to ${found.privateIp} on ${found.networkInterfaceId}`;
  const held = deployed.addresses.find((address) => address.key === key);
  const planned = wanted.some((address) => address.key === key);
  const said = remembered === undefined ? "is tagged as" : "was deployed as";
  const legacy =
    remembered === undefined && taggedStack(tags) === owner.stack
      ? ". Its tags name no project: if it is of another project's stack of this name, deploy that one first, which tags it"
      : "";
  const finding = {
    level: "error" as const,
    path: planned ? pathOf(key) : "sendips:tenant.addresses",
  };
  const message = `${publicIp} (${allocationId}), ${where}, ${said} address ${shown(key)} of this stack, and the state does not know it`;
  if (held !== undefined) {
    return [
      {
        ...finding,
        message: `${message}: there ${key} is ${held.publicIp}, and two addresses are paid for`,
        fix: `if ${publicIp} is not needed, let it go${unbound(found)}: aws ec2 release-address --allocation-id ${allocationId}. If it is the right one: ${forgetCommand(owner.stack, held.urn)}, and ${importCommand(owner.stack, key, allocationId)}${legacy}`,
        rule: EC2_RULE,
      },
    ];
  }
  if (!planned && isReleased(tags)) {
    return [
      {
        ...finding,
        level: "warning",
        message: `${message}; its release was deployed`,
        fix: `nothing, if it has only just been let go; otherwise it is still paid for: aws ec2 release-address --allocation-id ${allocationId}`,
      },
    ];
  }
  const take = importCommand(owner.stack, planned ? key : "<key>", allocationId);
  return [
    {
      ...finding,
      message: planned
        ? `${message}: another one would be allocated in its place, which begins cold`
        : `${message}, nor the config`,
      fix: planned
        ? `take it into the state, and deploy: ${take}${legacy}`
        : `name it in the config under its key, and take it into the state: ${take}. If it is not needed, let it go${unbound(found)}: aws ec2 release-address --allocation-id ${allocationId}${legacy}`,
      rule: EC2_RULE,
    },
  ];
}
