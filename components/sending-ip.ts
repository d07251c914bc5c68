/** One sending address: Elastic IP → A → A resolves → PTR → association; deletion is the reverse. */
import { Eip } from "@pulumi/aws/ec2/eip.js";
import { EipAssociation } from "@pulumi/aws/ec2/eipAssociation.js";
import { EipDomainName } from "@pulumi/aws/ec2/eipDomainName.js";
import * as pulumi from "@pulumi/pulumi";
import { type AddressAdoption, foreignTags } from "../core/guards/address-adoption.ts";
import type { Adoption } from "../core/guards/adoption.ts";
import { bindingTag } from "../core/guards/bindings.ts";
import { drainOf, type WantedRetirement } from "../core/retirement.ts";
import { type StateAddress, TYPES } from "../core/state/resources.ts";
import { retirementTags, wayOutTagged } from "../core/state/retirement.ts";
import { ownerTags, readTags, writeTags } from "../core/state/tags.ts";
import { adoptedTags } from "./adopted-tags.ts";
import { today } from "./clock.ts";
import { nameServersOf, publish } from "./dns-record.ts";
import { thisStack } from "./engine.ts";
import { type ProgramHooks, programHooks } from "./hooks/program-hooks.ts";
import { ALONE, withFormerType } from "./identity.ts";
import type { WaitsArgs } from "./waits.ts";

/** Whom to ask whether an A record resolves, and how long. */
export interface ResolvesArgs {
  /**
   * Servers as IP or IP:port.
   * @default the zone's own name servers and a public resolver
   */
  servers?: string[];
  /**
   * Give up after this many milliseconds.
   * @default 600000: EC2's own wait for a PTR is as long
   */
  timeout?: number;
}

/** Arguments of {@link SendingIp}. */
export interface SendingIpArgs {
  /**
   * Whose address it is, for the tag `sendips:tenant`. Plain text: it is identity, and must be known before
   * anything is registered.
   */
  tenant: string;
  /**
   * Its name among the tenant's addresses, for ever: no other address is allocated under it. Plain text, as
   * `tenant`.
   * @default the resource's name
   */
  key?: string;
  /** A, PTR and HELO: a lower-case FQDN without a trailing dot. */
  hostName: pulumi.Input<string>;
  /** The private IP of the mail host that it is bound to. */
  privateIp: pulumi.Input<string>;
  /** The network interface that carries `privateIp`. */
  networkInterfaceId: pulumi.Input<string>;
  /**
   * The Cloudflare zone in which the A record is published.
   * @default none: somebody else publishes it
   */
  zoneId?: pulumi.Input<string>;
  /**
   * TTL of the A record, in seconds.
   * @default 3600, a usual value for mail records
   */
  ttl?: pulumi.Input<number>;
  /**
   * Whether to set the PTR.
   * @default true where the A record is published here: EC2 refuses a PTR before it stands
   */
  reverseName?: boolean;
  /**
   * A BYOIP pool to allocate it from. Once it is allocated another value changes nothing.
   * @default Amazon's
   */
  publicIpv4Pool?: pulumi.Input<string>;
  /**
   * An address that this account has released, and that EC2 is asked for again. Once it is allocated another value
   * changes nothing.
   * @default a new address
   */
  recover?: pulumi.Input<string>;
  /**
   * Set to true, and deployed, before the address is taken out of the program; else the engine keeps it.
   * @default false
   */
  release?: boolean;
  /**
   * As `release`, but the Elastic IP stays allocated when the address is taken out of the program or the stack is
   * destroyed: unbound, without PTR, with its tags and `sendips:retained`. Not beside `release`.
   * @default false
   */
  retain?: boolean;
  /**
   * Whole days that the address drains, bound and named, once `release` or `retain` is deployed: it goes no earlier.
   * @default none: it may go at once
   */
  drainDays?: number;
  /**
   * Set to true, and deployed, to let it go before it has drained.
   * @default false
   */
  releaseNow?: boolean;
  /** Whom to ask whether the A record resolves. */
  resolves?: ResolvesArgs;
  /** How long other things are waited for. */
  waits?: WaitsArgs;
}

/** The arguments by which an address leaves. */
export function retirementArgs({
  how,
  drainDays,
  now,
}: WantedRetirement): Pick<SendingIpArgs, "release" | "retain" | "drainDays" | "releaseNow"> {
  return {
    ...(how === "retain" ? { retain: true } : { release: true }),
    ...(drainDays === undefined ? {} : { drainDays }),
    releaseNow: now,
  };
}

/** What a program looked at before it registers an address, apart from what it wants. */
export interface SendingIpContext {
  /** The A record that stands already and is taken over, after a run that was cut short, say. */
  adoption?: Adoption | undefined;
  /** What stands in EC2 already and is taken over. */
  standing?: AddressAdoption | undefined;
  /** The address as the state has it. */
  held?: StateAddress | undefined;
}

interface ReverseNameContext extends Pick<SendingIpContext, "standing" | "held"> {
  eip: Eip;
  a: pulumi.Resource | undefined;
  hooks: ProgramHooks;
  leaves: boolean;
}

/**
 * One Elastic IP with its name in forward and reverse DNS, bound to one private IP of a mail host.
 *
 * The address is protected, and every input that would replace it is ignored once it exists: losing
 * it takes an explicit `release: true`, deployed, before it is removed.
 *
 * @example
 * ```ts
 * import { SendingIp } from "sendips";
 *
 * const tx1 = new SendingIp("shop-tx1", {
 *   tenant: "shop",
 *   key: "tx1",
 *   hostName: "tx1.shop.acme.example",
 *   privateIp: "10.0.1.12",
 *   networkInterfaceId: "eni-0123456789abcdef0",
 *   zoneId: "0c1d2e3f405162738495a6b7c8d9eaf0",
 *   resolves: { servers: ["192.0.2.53"] },
 * });
 * export const { publicIp } = tx1;
 * ```
 */
export class SendingIp extends pulumi.ComponentResource {
  readonly allocationId: pulumi.Output<string>;
  readonly publicIp: pulumi.Output<string>;
  /** Name in A, PTR and HELO. */
  readonly hostName: pulumi.Output<string>;
  readonly privateIp: pulumi.Output<string>;
  readonly networkInterfaceId: pulumi.Output<string>;
  readonly associationId: pulumi.Output<string>;
  /** Whether it has a PTR. */
  readonly reverseName: pulumi.Output<boolean>;
  /** The UTC day from which it may go; undefined where it stays, and where it drains not at all. */
  readonly mayGoFrom: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    args: SendingIpArgs,
    opts?: pulumi.ComponentResourceOptions,
    context?: SendingIpContext,
  ) {
    // No inputs: a component whose inputs change loses its outputs in the state until they are registered again,
    // and a run that fails in between would forget the address.
    super("sendips:index:SendingIp", name, {}, withFormerType("SendingIp", opts));
    const { tenant, key = name, hostName, privateIp, networkInterfaceId } = args;
    const retirement = retirementOf(name, args);
    const leaves = retirement !== undefined;
    const hooks = programHooks();
    hooks.deployedStack();
    // One of a tenant had the hooks of its tenant.
    if (context === undefined) hooks.answerForFormer(name);
    hooks.keeper.wants(tenant, key, retirement);
    const registered = { component: this, tenant };
    const keptOpts = { parent: this, aliases: [ALONE], hooks: { beforeDelete: [hooks.keep] } };
    const { standing, held } = context ?? {};
    const tags = {
      // Whoever set tags of their own, on an address that was taken over, keeps them.
      ...foreignTags(standing?.standing.tags ?? held?.tags ?? {}),
      Name: hostName,
      ...writeTags<pulumi.Input<string>>({
        tenant,
        address: key,
        binding: pulumi.output({ networkInterfaceId, privateIp }).apply(bindingTag),
      }),
      ...ownerTags(thisStack(), false),
      ...(retirement === undefined
        ? {}
        : retirementTags<pulumi.Input<string>>(retirement, drainFor(name, retirement, hooks))),
    };
    const adopted = standing?.address === true ? standing.standing : undefined;
    const eip = new Eip(
      name,
      {
        domain: "vpc",
        ...(args.publicIpv4Pool === undefined ? {} : { publicIpv4Pool: args.publicIpv4Pool }),
        ...(args.recover === undefined ? {} : { address: args.recover }),
        tags: adopted === undefined ? tags : adoptedTags(adopted, tags, this),
      },
      {
        ...keptOpts,
        ...(adopted === undefined ? {} : { import: adopted.allocationId }),
        protect: !leaves,
        retainOnDelete: retirement?.how === "retain",
        // Each of these forces replacement, and a replacement loses a warmed address.
        ignoreChanges: ["address", "domain", "publicIpv4Pool", "ipamPoolId", "networkBorderGroup"],
        hooks: {
          ...keptOpts.hooks,
          beforeCreate: [hooks.allocate],
          afterCreate: [hooks.allocated],
          onError: [hooks.release],
        },
      },
    );
    hooks.registrations.add(TYPES.eip, name, eip, registered);
    hooks.keeper.registers(tenant, key, eip.tags);
    hooks.limits.set(name, args.waits ?? {});
    const a =
      args.zoneId === undefined
        ? undefined
        : publish(
            `${name}-a`,
            {
              ...{ zoneId: args.zoneId, name: hostName, type: "A", ttl: args.ttl ?? 3600 },
              content: eip.publicIp,
            },
            { ...keptOpts, hooks: { ...keptOpts.hooks, onError: [hooks.recordStands] } },
            { registered, adoption: context?.adoption },
          );
    const ptr =
      (args.reverseName ?? a !== undefined)
        ? this.#reverseName(name, args, { eip, a, hooks, leaves, standing, held })
        : undefined;
    const seconds = args.waits?.privateIp;
    hooks.bindings.wants(name, {
      ...{ key, privateIp, networkInterfaceId, leaves, component: this },
      ...(seconds === undefined ? {} : { limit: seconds * 1_000 }),
    });
    const association = new EipAssociation(
      name,
      {
        allocationId: eip.allocationId,
        networkInterfaceId,
        // Without it EC2 means the first private IP, and a second address displaces the first.
        privateIpAddress: privateIp,
        // The provider does not send it: the hooks do what it says.
        allowReassociation: false,
      },
      {
        ...keptOpts,
        ...(standing?.association === true ? { import: standing.standing.associationId } : {}),
        dependsOn: [ptr, a].filter((resource) => resource !== undefined),
        // Create-before-delete would delete what it has just created: EC2 moves an address, and its old
        // association is gone with that.
        deleteBeforeReplace: true,
        hooks: {
          ...keptOpts.hooks,
          beforeCreate: [hooks.bind],
          afterCreate: [hooks.bound],
          onError: [hooks.denied],
        },
      },
    );
    hooks.registrations.add(TYPES.eipAssociation, name, association, {
      ...registered,
      identity: { privateIpAddress: privateIp, networkInterfaceId },
    });
    this.allocationId = eip.allocationId;
    this.publicIp = eip.publicIp;
    this.hostName = pulumi.output(hostName);
    this.privateIp = pulumi.output(privateIp);
    this.networkInterfaceId = association.networkInterfaceId;
    this.associationId = association.id;
    this.reverseName = pulumi.output(ptr !== undefined);
    const deployed = retirementOutputs(eip);
    this.mayGoFrom = deployed.mayGoFrom;
    // What the component says no refresh writes: one that asks another Region drops the address from the
    // state and leaves the component, and a tag that it brings in from EC2 deploys no release.
    // Nothing that is known only once the PTR or the association stands: a run that fails there remembers too.
    this.registerOutputs({
      ...{ key, tenant, publicIp: this.publicIp, arn: eip.arn, hostName: this.hostName },
      ...deployed,
    });
  }

  #reverseName(
    name: string,
    args: SendingIpArgs,
    { eip, a, hooks, leaves, standing, held }: ReverseNameContext,
  ): EipDomainName {
    const { hostName, key = name, zoneId } = args;
    hooks.reverseNames.wants(name, {
      ...{ key, hostName, publicIp: eip.publicIp, allocationId: eip.allocationId },
      resolves: {
        ...args.resolves,
        ...(zoneId === undefined
          ? {}
          : { nameServers: () => nameServersOf(zoneId, { parent: this }) }),
      },
      component: this,
    });
    const ptrLimit = args.waits?.ptr === undefined ? undefined : `${args.waits.ptr}s`;
    const adopted = standing?.reverseName === true;
    // The provider imports a PTR with the dot that EC2 ends it in: as long as it is the same name, it stays.
    const domainName = pulumi.output(hostName).apply((wanted) => {
      const dotted = `${wanted}.`;
      return adopted || held?.reverseName === dotted ? dotted : wanted;
    });
    const ptr = new EipDomainName(
      name,
      { allocationId: eip.allocationId, domainName },
      {
        parent: this,
        ...(adopted ? { import: standing.standing.allocationId } : {}),
        aliases: [ALONE],
        ...(a === undefined ? {} : { dependsOn: [a] }),
        // Replaced create-before-delete it would be set, and then reset. As long as the address stays,
        // EC2 keeps the PTR of a replaced one, so that it is set anew in place.
        deleteBeforeReplace: true,
        retainOnDelete: !leaves,
        ...(ptrLimit === undefined
          ? {}
          : { customTimeouts: { create: ptrLimit, update: ptrLimit, delete: ptrLimit } }),
        hooks: {
          onError: [hooks.unnamed],
          beforeCreate: [hooks.resolves],
          beforeUpdate: [hooks.resolves],
          afterCreate: [hooks.named],
          afterUpdate: [hooks.named],
          beforeDelete: [hooks.keep],
        },
      },
    );
    hooks.registrations.add(TYPES.eipDomainName, name, ptr, {
      ...{ component: this, tenant: args.tenant },
      retained: !leaves,
    });
    return ptr;
  }
}

/** @throws where the arguments contradict each other, before anything is registered. */
function retirementOf(
  name: string,
  { release = false, retain = false, drainDays, releaseNow = false }: SendingIpArgs,
): WantedRetirement | undefined {
  const refuse = (what: string) => {
    throw new Error(`${pulumi.getStack()}: ${name}: ${what}; nothing was changed`);
  };
  if (release && retain) {
    refuse(
      "release and retain stand both: release gives it back to AWS, retain keeps it allocated",
    );
  }
  if (drainDays !== undefined && !(Number.isInteger(drainDays) && drainDays >= 0)) {
    refuse(`drainDays is ${drainDays}, and a whole number of days is wanted`);
  }
  if (!release && !retain) return undefined;
  return {
    how: retain ? "retain" : "release",
    ...(drainDays === undefined ? {} : { drainDays }),
    now: releaseNow,
  };
}

/** The days of a retirement; the state says when it began. */
function drainFor(
  name: string,
  retirement: WantedRetirement,
  hooks: ProgramHooks,
): { since: pulumi.Output<string>; mayGoFrom: pulumi.Output<string> } | undefined {
  const begins = drainOf(retirement, undefined, today());
  if (begins === undefined) return undefined;
  const drain = pulumi.output(hooks.deployedStack()).apply(({ addresses }) => {
    const held = addresses.find((address) => address.name === name)?.retirement;
    return drainOf(retirement, held, today()) ?? begins;
  });
  return { since: drain.since, mayGoFrom: drain.mayGoFrom };
}

/** What is deployed of a retirement, as the tags say; in the form of `ComponentRetirement`. */
function retirementOutputs(eip: Eip) {
  const read = eip.tags.apply((tags = {}) => {
    const { drainsSince, mayGoFrom } = readTags(tags);
    return { how: wayOutTagged(tags), since: drainsSince, mayGoFrom };
  });
  return {
    release: read.apply(({ how }) => how === "release"),
    retain: read.apply(({ how }) => how === "retain"),
    since: read.apply(({ since }) => since),
    mayGoFrom: read.apply(({ mayGoFrom }) => mayGoFrom),
  };
}
