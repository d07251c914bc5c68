/**
 * Addresses that stand in EC2 and come under management as they are: warmed ones that the config names, and those
 * that a run of this very stack allocated without hearing the answer. Nothing that is live changes by it.
 */
import { quotedExcerpt } from "../../mail/finding.ts";
import type { Finding } from "../problem.ts";
import type { DeployedStack } from "../state/deployed-stack.ts";
import { wayOutTagged } from "../state/retirement.ts";
import { readTags, type StackName, type Tags, taggedStack } from "../state/tags.ts";
import type { PlannedAddress } from "../tenant/plan.ts";
import { type AddressContext, addressPath, EC2_RULE, type LiveAddress } from "./address-context.ts";
import { type Binding, bindingOf, isSameBinding } from "./bindings.ts";

/** An Elastic IP as EC2 has it, with what hangs on it. */
export interface StandingAddress extends LiveAddress {
  /** Empty when it is bound to nothing. */
  associationId: string;
  /** Its PTR: lower case, without the last dot; empty when it has none. */
  reverseName: string;
}

/** What of an address is taken into the state as it stands. */
export interface AddressAdoption {
  standing: StandingAddress;
  /** Whether the Elastic IP itself is; else the state has it, and lacks what hangs on it. */
  address: boolean;
  /** Whether its association is: it is bound where the config wants it. */
  association: boolean;
  /** Whether its PTR is: it is the host name. */
  reverseName: boolean;
}

/** The allocation ids and public IPs that a config adopts and the state does not hold yet. */
export function adoptedIds(
  wanted: readonly PlannedAddress[],
  { addresses }: DeployedStack,
): { allocationIds: string[]; publicIps: string[] } {
  const named = wanted.flatMap(({ key, adopt }) =>
    adopt === undefined || addresses.some((held) => held.key === key) ? [] : [adopt],
  );
  return {
    allocationIds: named.filter((name) => name.startsWith("eipalloc-")),
    publicIps: named.filter((name) => !name.startsWith("eipalloc-")),
  };
}

/**
 * Which Elastic IP each address of the config takes over, by key: of those that the state does not hold.
 *
 * @param named what EC2 has of {@link adoptedIds}.
 */
export function takeOvers(
  context: AddressContext,
  named: readonly LiveAddress[],
  place: { account: string; region: string },
): { taken: Map<string, LiveAddress>; findings: Finding[] } {
  const { wanted, deployed } = context;
  const taken = new Map<string, LiveAddress>();
  const findings: Finding[] = [];
  const takers = new Map<string, string>();
  for (const planned of wanted) {
    const { key, adopt } = planned;
    const held = deployed.addresses.find((address) => address.key === key);
    const path = `${addressPath(key)}.adopt`;
    if (held !== undefined) {
      if (adopt === undefined || adopt === held.publicIp || adopt === held.allocationId) continue;
      findings.push({
        code: "adopt-of-deployed-key",
        level: "error",
        path,
        message: `is ${adopt}, but ${key} is deployed as ${held.publicIp} (${held.allocationId}): a key has one address for ever`,
        fix: `take adopt out again; for ${adopt}, a new key`,
        rule: EC2_RULE,
      });
      continue;
    }
    const isUnread = deployed.unread.includes(key);
    if (adopt === undefined || isUnread) {
      const unheard = unheardAllocations(context, key);
      const [first] = unheard;
      // Of the one that the state holds only its id is known there: with two it could be either.
      if (first !== undefined && (!isUnread || unheard.length === 1)) taken.set(key, first);
      else if (isUnread) findings.push(unreadAddress(context, key));
      continue;
    }
    const live = named.find(
      ({ allocationId, publicIp }) => allocationId === adopt || publicIp === adopt,
    );
    if (live === undefined) {
      findings.push({
        code: "adopt-not-found",
        level: "error",
        path,
        message: `is ${adopt}, and account ${place.account} has no such Elastic IP in ${place.region}`,
        fix: "an Elastic IP of this account and Region: aws ec2 describe-addresses lists them; one of another account or Region cannot be moved",
        rule: EC2_RULE,
      });
      continue;
    }
    const other = takers.get(live.allocationId);
    const refused =
      other === undefined
        ? refusedAdoption(context, planned, live)
        : {
            code: "adopt-twice" as const,
            message: `${live.publicIp} is adopted as ${other} already`,
            fix: "an Elastic IP for each address",
          };
    if (refused !== undefined) {
      findings.push({ ...refused, level: "error", path, rule: EC2_RULE });
      continue;
    }
    takers.set(live.allocationId, key);
    taken.set(key, live);
  }
  return { taken, findings };
}

/**
 * The address that a run of this very stack allocated for a key, and whose answer it did not hear: `AllocateAddress`
 * takes no client token, so its tags are asked. Of several, which a client's own retries make, the first by its id.
 * One that is bound was in a state once, which is lost or an old copy: that is for a person to say.
 */
function unheardAllocations({ owner, deployed, live }: AddressContext, key: string): LiveAddress[] {
  if (deployed.lost.some((lost) => lost.key === key)) return [];
  return live.details
    .filter(({ tags, networkInterfaceId }) => {
      const tagged = readTags(tags);
      return (
        networkInterfaceId === "" &&
        tagged.address === key &&
        tagged.tenant === owner.stack &&
        tagged.stack === owner.stack &&
        tagged.project === owner.project &&
        tagged.organisation === owner.organisation &&
        wayOutTagged(tags) === undefined
      );
    })
    .sort((a, b) => (a.allocationId < b.allocationId ? -1 : 1));
}

/** An address of which the state holds the id alone, and which its tags do not tell from another. */
function unreadAddress({ owner }: AddressContext, key: string): Finding {
  return {
    code: "address-unread",
    level: "error",
    path: addressPath(key),
    message:
      "was allocated, and EC2 could not be asked for it then: of it the state holds nothing but the id",
    fix: `have the engine read it: pulumi refresh --stack ${owner.stack} --yes; then deploy again`,
    rule: EC2_RULE,
  };
}

/** Why an address that the config names is not taken over: it is somebody's already. */
function refusedAdoption(
  { owner, deployed }: AddressContext,
  { key }: PlannedAddress,
  { publicIp, allocationId, tags }: LiveAddress,
): (Pick<Finding, "message" | "fix"> & { code: "adopt-of-other" }) | undefined {
  const held = deployed.addresses.find((address) => address.allocationId === allocationId);
  if (held !== undefined) {
    return {
      code: "adopt-of-other",
      message: `${publicIp} is deployed as ${held.key ?? held.name} of this stack already`,
      fix: `keep it under that key, which is its name for ever`,
    };
  }
  const tagged = readTags(tags);
  if (tagged.retained || tagged.stack === undefined) return undefined;
  if (isOf(tagged, owner) && (tagged.address ?? key) === key) return undefined;
  const whose = isOf(tagged, owner)
    ? `address ${quotedExcerpt(tagged.address ?? "")} of this stack`
    : `stack ${quotedExcerpt(taggedStack(tags) ?? "")}'s`;
  return {
    code: "adopt-of-other",
    message: `${publicIp} (${allocationId}) is ${whose} by its tags: its tenant would lose it`,
    fix: "an address that nobody has; or deploy its stack with retain: true on it and let it go there, which leaves it for others; or, where that stack is long gone, remove its sendips: tags by hand",
  };
}

function isOf(
  tagged: { [Part in keyof StackName]?: StackName[Part] | undefined },
  owner: StackName,
): boolean {
  return (
    tagged.stack === owner.stack &&
    (tagged.project ?? owner.project) === owner.project &&
    (tagged.organisation ?? owner.organisation) === owner.organisation
  );
}

/** What is asked of one address that is to be taken over, or whose parts are. */
export interface WantedAdoption {
  key: string;
  /** The Elastic IP that is taken over; undefined where the state has it. */
  taken: boolean;
  standing: StandingAddress;
  binding: Binding;
  hostName: string;
  /** Whether its PTR is ours to set. */
  setsReverseName: boolean;
}

/**
 * What of an address is taken over as it stands, and what would change by it: an error, because whoever adopts an
 * address that sends mail means to leave it as it is.
 */
export function planAddressAdoption(
  { key, taken, standing, binding, hostName, setsReverseName }: WantedAdoption,
  deployed: DeployedStack,
): { adoption: AddressAdoption; findings: Finding[] } {
  const findings: Finding[] = [];
  const at = bindingOf(standing);
  const held = deployed.addresses.find((address) => address.key === key);
  if (taken && at !== undefined && !isSameBinding(at, binding)) {
    findings.push({
      code: "adopt-bound-elsewhere",
      level: "error",
      path: `${addressPath(key)}.privateIp`,
      message: `is ${binding.privateIp} on ${binding.networkInterfaceId}, but ${standing.publicIp}, which is adopted, sends from ${at.privateIp} on ${at.networkInterfaceId}`,
      fix: `privateIp: ${at.privateIp}, and the mail host with that network interface: adopt it where it is, and move it in a deployment of its own`,
      rule: EC2_RULE,
    });
  }
  if (taken && setsReverseName && !["", hostName].includes(standing.reverseName)) {
    findings.push({
      code: "adopt-reverse-name",
      level: "error",
      path: addressPath(key),
      message: `would be ${hostName} in reverse DNS, but ${standing.publicIp}, which is adopted, is ${standing.reverseName}: receivers know it by that name`,
      fix: `hostName: ${standing.reverseName} keeps the name; to change it, adopt it first, and edit hostName in a deployment of its own`,
      rule: "RFC 8601 §2.7.3",
    });
  }
  return {
    adoption: {
      standing,
      address: taken,
      association: isSameBinding(at, binding) && held?.bound === undefined,
      reverseName:
        setsReverseName && standing.reverseName === hostName && held?.reverseNameUrn === undefined,
    },
    findings,
  };
}

/** Tags that are not ours: whoever set them keeps them. */
export function foreignTags(tags: Tags): Tags {
  return Object.fromEntries(
    Object.entries(tags).filter(([name]) => name !== "Name" && !name.startsWith("sendips:")),
  );
}
