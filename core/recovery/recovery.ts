/**
 * What belongs to a stack, by its config, its state and the clouds, and what brings the three together again: after
 * a run that was cut short, with a state that was lost or is an old copy. Nothing of it allocates or releases.
 */
import { importArguments, type LiveAddress } from "../guards/address-context.ts";
import { isLetGo } from "../guards/bindings.ts";
import { describeHolder } from "../guards/holders.ts";
import { isCandidate } from "../screening/candidates.ts";
import type { DeployedStack } from "../state/deployed-stack.ts";
import { type StateAddress, TYPES } from "../state/resources.ts";
import type { ExportedInterface } from "../state/stack-export.ts";
import { isOwned, readTags, type StackName, type Tags } from "../state/tags.ts";
import type { PendingOperation } from "./pending-operations.ts";

/** What becomes of a finding. */
export type RecoveryKind =
  /** A command of Pulumi's, which the recovery runs. */
  | "run"
  /** The pending operations are taken out of the state. */
  | "clear"
  /** For a person to decide: it could lose something. */
  | "named";

/** One thing that was found, and what becomes of it. */
export interface RecoveryStep {
  kind: RecoveryKind;
  /** What was found. */
  found: string;
  /** What is done about it. */
  remedy: string;
  /** The arguments of `pulumi`, of kind `run`. */
  command?: readonly string[];
}

/** Something in EC2 with tags. */
export interface Tagged {
  id: string;
  tags: Tags;
}

/** A network interface that carries the tags of a mail host. */
export interface TaggedInterface extends Tagged {
  privateIps: readonly string[];
}

/** A security group or an instance that carries the tags of a mail host. */
export interface TaggedResource extends Tagged {
  /** Its type by its token: `aws:ec2/instance:Instance`. */
  type: string;
}

/** What a recovery looks at. */
export interface RecoveryContext {
  owner: StackName;
  deployed: DeployedStack;
  pending: readonly PendingOperation[];
  /** The keys of the config's addresses. */
  wanted: readonly string[];
  /** Elastic IPs that carry the stack's tags, or stand in its state or outputs; what EC2 has of them. */
  addresses: readonly LiveAddress[];
  /** Elastic IPs of others on the private IPs that the stack's addresses are bound to. */
  strangers: readonly LiveAddress[];
  /** Interfaces that carry the tags of this mail host, and those that the config wants, by key. */
  interfaces: readonly TaggedInterface[];
  wantedInterfaces: Readonly<Record<string, readonly string[]>>;
  /** Security groups and instances that carry the tags of this mail host. */
  machines: readonly TaggedResource[];
  /** Type and logical name of every resource in the state: `aws:ec2/instance:Instance mx-1`. */
  held: ReadonlySet<string>;
  /** Records of the state that Cloudflare has not. */
  goneRecords: readonly { urn: string; name: string }[];
  /** The network interfaces of the state. */
  heldInterfaces: readonly ExportedInterface[];
  /** The id of every resource in the state. */
  heldIds: ReadonlySet<string>;
}

/** Everything that was found, in the order in which it is put right. */
export function planRecovery(context: RecoveryContext): RecoveryStep[] {
  return [
    ...goneAddresses(context),
    ...context.addresses.flatMap((live) => unheldAddress(context, live)),
    ...goneRecords(context),
    ...unheldMachines(context),
    ...unheldInterfaces(context),
    ...changedInterfaces(context),
    ...context.strangers.map(strangerStep),
    ...pendingSteps(context),
  ];
}

/**
 * Addresses of the config that the state holds and EC2 has not. A refresh drops each, once its PTR is out of the state,
 * which for the provider is an error; its records stay in the state, so that they go or stay with it. What the config
 * wants no more the next deployment removes.
 */
function goneAddresses({ owner, deployed, addresses, wanted }: RecoveryContext): RecoveryStep[] {
  const live = new Set(addresses.map(({ allocationId }) => allocationId));
  const gone = deployed.addresses.filter(
    ({ allocationId, key = "" }) => !live.has(allocationId) && wanted.includes(key),
  );
  if (gone.length === 0) return [];
  const found = ({ key = "", publicIp, allocationId }: StateAddress) =>
    `${key}: the state holds ${publicIp} (${allocationId}), which EC2 has no more`;
  const named = gone.flatMap((address): RecoveryStep[] => {
    const { reverseNameUrn } = address;
    if (reverseNameUrn === undefined) return [];
    return [
      {
        kind: "run",
        found: found(address),
        remedy: "its PTR and its binding leave the state",
        command: [
          ...["state", "delete", "--force", "--target-dependents", reverseNameUrn],
          ...["--stack", owner.stack, "--yes"],
        ],
      },
    ];
  });
  return [
    ...named,
    {
      kind: "run",
      found: gone.map(found).join("; "),
      remedy: gone
        .map(
          ({ key = "", publicIp }) => `recover: ${publicIp} on ${key} then asks EC2 for it again`,
        )
        .join("; "),
      command: refreshCommand(owner.stack),
    },
  ];
}

/**
 * Records of the state that Cloudflare has not: their removal took effect and its answer was lost, or somebody removed
 * them. The provider cannot remove them once more; the next deployment publishes those that are wanted.
 */
function goneRecords({ owner, goneRecords }: RecoveryContext): RecoveryStep[] {
  return goneRecords.map(({ urn, name }) => ({
    kind: "run",
    found: `${urn.split("::").at(-1)}: the state holds a record of ${name}, which Cloudflare has no more`,
    remedy: "it leaves the state; the next deployment publishes it again where it is wanted",
    command: [...["state", "delete", "--force", urn], ...["--stack", owner.stack, "--yes"]],
  }));
}

/** An address with the stack's tags that the state does not hold. */
function unheldAddress(
  { owner, deployed, wanted, heldIds }: RecoveryContext,
  live: LiveAddress,
): RecoveryStep[] {
  const { allocationId, publicIp, tags, networkInterfaceId, privateIp } = live;
  // Of one that could not be read when it was allocated the state holds its id, and the next deployment reads it.
  if (heldIds.has(allocationId)) return [];
  const remembered = deployed.lost.find((lost) => lost.publicIp === publicIp);
  if (!isOwned(tags, owner) && remembered === undefined) return [];
  const key = remembered?.key ?? readTags(tags).address ?? "";
  if (isLetGo(live)) return [];
  const where = networkInterfaceId === "" ? "bound to nothing" : `bound to ${privateIp}`;
  const what = `${key}: ${publicIp} (${allocationId}), ${where}, is in no state`;
  const held = deployed.addresses.find((address) => address.key === key);
  const release = `aws ec2 release-address --allocation-id ${allocationId}`;
  if (isCandidate(tags)) {
    const isWanted = held === undefined && wanted.includes(key);
    return [
      {
        kind: "named",
        found: `${key}: ${publicIp} (${allocationId}) was allocated to be screened, and nobody has decided for it`,
        remedy: isWanted
          ? "the next deployment takes it, or lets it go"
          : `it is paid for; let it go: ${release}`,
      },
    ];
  }
  if (held !== undefined) {
    const left = networkInterfaceId === "" ? "" : `, once nobody sends from ${privateIp}`;
    return [
      {
        kind: "named",
        found: `${what}, and ${key} is ${held.publicIp} there: an orphan of a call whose answer was lost`,
        remedy: `it is paid for; let it go${left}: ${release}`,
      },
    ];
  }
  if (!wanted.includes(key)) {
    return [
      {
        kind: "named",
        found: `${what}, and the config has no address ${key}`,
        remedy: `name it in the config, and recover again; or, if it is not needed, let it go: ${release}`,
      },
    ];
  }
  return [
    {
      kind: "run",
      found: what,
      remedy:
        "it comes into the state; the next deployment takes over its PTR, binding and records as they stand",
      command: importArguments(owner.stack, key, allocationId),
    },
  ];
}

/**
 * Network interfaces that have other private IPs than the state says: a change took effect and its answer was lost. The
 * provider would take away once more what is gone, which EC2 refuses.
 */
function changedInterfaces({
  owner,
  pending,
  interfaces,
  heldInterfaces,
}: RecoveryContext): RecoveryStep[] {
  const underWay = new Set(pending.map(({ urn }) => urn));
  return heldInterfaces.flatMap(({ urn, id, privateIps }): RecoveryStep[] => {
    const live = interfaces.find((one) => one.id === id);
    const sorted = (ips: readonly string[]) => ips.toSorted().join(", ");
    if (live === undefined || underWay.has(urn)) return [];
    if (sorted(live.privateIps) === sorted(privateIps)) return [];
    return [
      {
        kind: "run",
        found: `${urn.split("::").at(-1)}: ${id} carries ${sorted(live.privateIps)}, and the state has ${sorted(privateIps)}`,
        ...readAnew(owner, [urn]),
      },
    ];
  });
}

/** Has the state read resources as they are in the clouds. */
function readAnew({ stack }: StackName, urns: readonly string[]) {
  return {
    remedy: "the state reads what is there, and the next deployment changes the rest",
    command: [...refreshCommand(stack), ...urns.flatMap((urn) => ["--target", urn])],
  };
}

function refreshCommand(stack: string): string[] {
  return ["refresh", "--stack", stack, "--yes", "--skip-preview"];
}

/** Network interfaces of the mail host that the state does not hold. */
function unheldInterfaces({
  owner,
  deployed,
  interfaces,
  wantedInterfaces,
}: RecoveryContext): RecoveryStep[] {
  return interfaces.flatMap(({ id, tags, privateIps }): RecoveryStep[] => {
    const name = tags["Name"] ?? "";
    if (!isOwned(tags, owner)) return [];
    if (deployed.networkInterfaces.some(({ primary }) => privateIps.includes(primary))) return [];
    const found = `${name}: the network interface ${id} (${privateIps.join(", ")}) is in no state`;
    const key = Object.keys(wantedInterfaces).find((one) => `${owner.stack}-${one}` === name);
    if (key === undefined || deployed.networkInterfaces.some((held) => held.name === name)) {
      return [
        {
          kind: "named",
          found,
          remedy: `look at what hangs on it; if nothing does: aws ec2 delete-network-interface --network-interface-id ${id}`,
        },
      ];
    }
    return [
      {
        kind: "run",
        found,
        remedy: "it comes into the state, with its private IPs and what is bound to them",
        command: [
          ...["import", TYPES.networkInterface, name, id],
          ...["--stack", owner.stack, "--yes", "--generate-code=false"],
        ],
      },
    ];
  });
}

/** Security groups and instances of the mail host that the state does not hold. */
function unheldMachines({ owner, machines, held, heldIds }: RecoveryContext): RecoveryStep[] {
  return machines.flatMap(({ type, id, tags }): RecoveryStep[] => {
    if (!isOwned(tags, owner) || heldIds.has(id)) return [];
    // Each is named after the mail host: there is one of either.
    if (held.has(`${type} ${owner.stack}`)) {
      const isGroup = type === TYPES.securityGroup;
      return [
        {
          kind: "named",
          found: `${owner.stack}: ${id} is in no state, and another one is there`,
          remedy: isGroup
            ? `nothing is paid for it; where nothing uses it: aws ec2 delete-security-group --group-id ${id}`
            : `look at what runs on it; if nothing does: aws ec2 terminate-instances --instance-ids ${id}`,
        },
      ];
    }
    return [
      {
        kind: "run",
        found: `${owner.stack}: ${id} is in no state`,
        remedy: "it comes into the state as it is",
        command: [
          ...["import", type, owner.stack, id],
          ...["--stack", owner.stack, "--yes", "--generate-code=false"],
        ],
      },
    ];
  });
}

function strangerStep(live: LiveAddress): RecoveryStep {
  return {
    kind: "named",
    found: `${live.privateIp} carries ${describeHolder(live)}, which is not this stack's`,
    remedy:
      "ask whoever bound it there; until it is moved away, no address of this stack is bound to that private IP",
  };
}

function pendingSteps({ pending, owner, goneRecords }: RecoveryContext): RecoveryStep[] {
  if (pending.length === 0) return [];
  const short = (urn: string) => urn.split("::").slice(2).join(" ").split("$").at(-1);
  const names = pending.map(({ operation, urn }) => `${operation} ${short(urn)}`);
  const gone = new Set(goneRecords.map(({ urn }) => urn));
  // A PTR that is set once more is the same; of an address that is gone the provider cannot read it.
  const unread = pending.filter(
    ({ operation, urn }) =>
      operation === "updating" && !urn.includes(TYPES.eipDomainName) && !gone.has(urn),
  );
  const reading: RecoveryStep[] =
    unread.length === 0
      ? []
      : [
          {
            kind: "run",
            found: `${unread.map(({ urn }) => short(urn)).join("; ")}: changed in the cloud, in part, or not at all`,
            ...readAnew(
              owner,
              unread.map(({ urn }) => urn),
            ),
          },
        ];
  return [
    {
      kind: "clear",
      found: `operations of which nobody knows how they ended: ${names.join("; ")}`,
      remedy:
        "they leave the state; the next deployment looks in the clouds before it makes anything anew",
    },
    ...reading,
  ];
}
