/** Addresses outside the state: remembered, tagged as ours, handed over. */
import { quotedExcerpt } from "../../mail/finding.ts";
import type { Finding } from "../problem.ts";
import type { RememberedAddress } from "../state/resources.ts";
import { isOwned, isReleased, readTags, taggedStack } from "../state/tags.ts";
import type { PlannedAddress } from "../tenant/plan.ts";
import {
  type AddressContext,
  addressPath,
  EC2_RULE,
  forgetCommand,
  importCommand,
  isAnotherStacks,
  type LiveAddress,
} from "./address-context.ts";
import { isLetGo } from "./bindings.ts";

/** An address that the state held once. */
export function checkLost({ wanted, live }: AddressContext, lost: RememberedAddress): Finding[] {
  const { key, publicIp } = lost;
  // One that AWS still has is seen as it is there.
  if (live.present.has(publicIp)) return [];
  const path = addressPath(key);
  const planned = wanted.find((candidate) => candidate.key === key);
  // It is asked for again, that very one and no other.
  if (planned?.recover === publicIp) return [];
  if (lost.release === true && planned !== undefined) {
    // It was let go as it was asked for: by a destroy that went no further, say, which then goes on.
    return [
      {
        code: "address-lost-and-removed",
        level: "warning",
        path,
        message: `was ${publicIp}, whose release was deployed, and is gone: no other address is allocated in its place`,
        fix: `remove ${key} from the config; or destroy the stack, where that was under way`,
      },
    ];
  }
  if (planned === undefined) {
    return [
      {
        code: "address-lost-and-removed",
        level: "warning",
        path,
        message: `was ${publicIp}, which neither the state nor AWS has any more: what is left of it is removed`,
        fix: "nothing, if it was meant to go",
      },
    ];
  }
  return [
    {
      code: "address-lost",
      level: "error",
      path,
      message: `was deployed as ${publicIp}, which neither the state nor AWS has any more; no new address is allocated in its place, which would begin cold`,
      fix: `recover: ${publicIp} on it, and deploy: EC2 gives it back where nobody else has it. If it is lost, remove ${key} from the config and deploy, then add an address with a new key`,
      rule: EC2_RULE,
    },
  ];
}

/**
 * An address that AWS has and the state does not.
 *
 * @param taken those that this run takes over, by key: another one under such a key is one too many.
 */
export function checkUnheld(
  { owner, wanted, deployed }: AddressContext,
  found: LiveAddress,
  taken: ReadonlyMap<string, LiveAddress>,
): Finding[] {
  const { publicIp, allocationId, tags } = found;
  if (deployed.addresses.some((address) => address.publicIp === publicIp)) return [];
  const remembered = deployed.lost.find((address) => address.publicIp === publicIp);
  if (remembered === undefined && !isOwned(tags, owner)) return [];
  if (remembered !== undefined && isAnotherStacks(tags, owner)) {
    return checkHandedOver(wanted, remembered, found);
  }
  const key = remembered?.key ?? readTags(tags).address ?? "";
  const planned = wanted.some((address) => address.key === key);
  if (isLetGo(found) && (remembered === undefined || !planned)) return [];
  const where =
    found.privateIp === ""
      ? "bound to nothing"
      : `bound to ${found.privateIp} on ${found.networkInterfaceId}`;
  const held = deployed.addresses.find((address) => address.key === key);
  const verb = remembered === undefined ? "is tagged as" : "was deployed as";
  const legacy =
    remembered === undefined && taggedStack(tags) === owner.stack
      ? ". Its tags name no project: if it is of another project's stack of this name, deploy that one first, which tags it"
      : "";
  const finding = {
    level: "error" as const,
    path: planned ? addressPath(key) : "sendips:tenant.addresses",
  };
  const message = `${publicIp} (${allocationId}), ${where}, ${verb} address ${quotedExcerpt(key)} of this stack, and the state does not know it`;
  const other = held ?? taken.get(key);
  if (other !== undefined) {
    const instead =
      held === undefined
        ? ""
        : `. If it is the right one: ${forgetCommand(owner.stack, held.urn)}, and ${importCommand(owner.stack, key, allocationId)}${legacy}`;
    return [
      {
        ...finding,
        // Bound to nothing it sends nothing: a call that was made twice, because its answer was lost.
        ...(found.networkInterfaceId === "" ? { level: "warning" as const } : {}),
        code: "address-twice-in-cloud",
        message: `${message}: ${key} is ${other.publicIp}, and two addresses are paid for`,
        fix: `if ${publicIp} is not needed, let it go${sendingCondition(found)}: aws ec2 release-address --allocation-id ${allocationId}${instead}`,
        rule: EC2_RULE,
      },
    ];
  }
  if (!planned && isReleased(tags)) {
    return [
      {
        ...finding,
        code: "address-outside-state-released",
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
      code: "address-outside-state",
      message: planned
        ? `${message}: another one would be allocated in its place, which begins cold`
        : `${message}, nor the config`,
      fix: planned
        ? `npx sendips recover ${owner.stack} looks at all that the state has lost; or take it into the state alone, and deploy: ${take}${legacy}`
        : `name it in the config under its key, and take it into the state: ${take}. If it is not needed, let it go${sendingCondition(found)}: aws ec2 release-address --allocation-id ${allocationId}${legacy}`,
      rule: EC2_RULE,
    },
  ];
}

/** An address that the stack remembers and that another one has taken over. */
function checkHandedOver(
  wanted: readonly PlannedAddress[],
  { key, publicIp }: RememberedAddress,
  { tags }: LiveAddress,
): Finding[] {
  const stack = quotedExcerpt(taggedStack(tags) ?? "");
  if (wanted.some((planned) => planned.key === key)) {
    return [
      {
        code: "address-handed-over",
        level: "error",
        path: addressPath(key),
        message: `was ${publicIp}, which is stack ${stack}'s by its tags: another one would be allocated under the key, which begins cold`,
        fix: `remove ${key} from the config; for another address, add one under a new key`,
        rule: EC2_RULE,
      },
    ];
  }
  return [
    {
      code: "address-handed-over",
      level: "warning",
      path: addressPath(key),
      message: `was ${publicIp}, which is stack ${stack}'s by its tags: what is left of it here is removed`,
      fix: "nothing, if it was handed over",
    },
  ];
}

/** The condition for letting an address go by hand. */
function sendingCondition({ privateIp }: LiveAddress): string {
  return privateIp === "" ? "" : `, once nobody sends from ${privateIp}`;
}
