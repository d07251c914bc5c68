/**
 * What is deployed stays deployed: the hooks before every deletion of a resource of ours and before every
 * allocation.
 *
 * The program refuses what it can see before anything is registered (`core/guards/`). It cannot see that
 * it runs for a `destroy`, nor which resources `--replace` names: the engine deletes those all the same.
 * The engine's own protection would stop it at the address, last of all, when association, PTR and
 * records are gone; and it can be talked away (`state unprotect`, `--ignore-protect`). So the hooks ask
 * the state and the tags of the addresses.
 */
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { latest } from "../../core/days.ts";
import { isGone } from "../../core/foreign-errors.ts";
import { addressPath, type LiveAddress } from "../../core/guards/address-context.ts";
import { ADDRESS_WAY_OUT, DRAIN_WAY_OUT, drainText } from "../../core/guards/addresses.ts";
import { isLetGo } from "../../core/guards/bindings.ts";
import { drainOf, isDraining, type WantedRetirement } from "../../core/retirement.ts";
import { isCandidate } from "../../core/screening/candidates.ts";
import {
  type DeployedStack,
  hasNoAddress,
  rememberedAddresses,
} from "../../core/state/deployed-stack.ts";
import { type StateAddress, TYPES } from "../../core/state/resources.ts";
import { wayOutTagged } from "../../core/state/retirement.ts";
import { isOwned, readTags, type Tags, tagName, tagsOf } from "../../core/state/tags.ts";
import { elasticIp, type Filter, taggedAddresses } from "../aws.ts";
import { today } from "../clock.ts";
import { thisStack } from "../engine.ts";
import type { Bindings } from "./bindings.ts";
import { giveBack, type WantedName } from "./give-back.ts";
import type { LookUps } from "./look-ups.ts";
import { knownValue, type Reason, type Registrations } from "./registrations.ts";

/** An address of the stack, and what each witness says of its release. */
interface KeptAddress extends Pick<LiveAddress, "allocationId" | "publicIp"> {
  key: string;
  tenant: string | undefined;
  /** Whether the program wants it. */
  wanted: boolean;
  /** Why it does not go: that not all of state, EC2 and the program let it, or until when it drains. */
  stays?: "undeployed" | { drainsUntil: string };
}

/** Keeps the addresses of a stack, and what hangs on them. */
export class Keeper {
  readonly #registrations: Registrations;
  readonly #bindings: Bindings;
  readonly #lookUps: LookUps;
  readonly #deployed: () => Promise<DeployedStack>;
  /** How the program has an address leave, by tenant and key; undefined where it stays. */
  readonly #wanted = new Map<string, WantedRetirement | undefined>();
  /** The tags of its Elastic IP as this run leaves them, by tenant and key. */
  readonly #tags = new Map<string, pulumi.Output<Tags | undefined>>();
  /** Where the program wants records. */
  readonly #names: WantedName[] = [];
  /** Logical names of addresses that a run must screen before it allocates them, and has not. */
  readonly unscreened = new Set<string>();
  /** Components whose names get nothing back. */
  readonly #restoresNothing = new Set<pulumi.ComponentResource>();
  #addresses: Promise<KeptAddress[]> | undefined;

  /** @param deployed what is deployed of the stack, from before this run changed anything. */
  constructor(
    registrations: Registrations,
    bindings: Bindings,
    lookUps: LookUps,
    deployed: () => Promise<DeployedStack>,
  ) {
    this.#registrations = registrations;
    this.#bindings = bindings;
    this.#lookUps = lookUps;
    this.#deployed = deployed;
  }

  /** Says that the program wants an address, and how it is to leave; undefined where it stays. */
  wants(tenant: string, key: string, retirement: WantedRetirement | undefined): void {
    this.#wanted.set(`${tenant}/${key}`, retirement);
  }

  /** Says what the engine has answered to the registration of an address's Elastic IP. */
  registers(tenant: string, key: string, tags: pulumi.Output<Tags | undefined>): void {
    this.#tags.set(`${tenant}/${key}`, tags);
  }

  /** Says that the program wants a record at a name of a zone. */
  names(wanted: WantedName): void {
    this.#names.push(wanted);
  }

  /** Says that a component's names get nothing back when their records go. */
  restoresNothing(component: pulumi.ComponentResource): void {
    this.#restoresNothing.add(component);
  }

  /** Before any resource of a tenant is deleted. Runs in a preview, too. */
  async keep(args: pulumi.ResourceHookArgs): Promise<void> {
    const reason = await this.#registrations.reasonOf(args);
    await this.#refuse(args, reason);
    if (args.type !== TYPES.dnsRecord) return;
    const { leaves } = (await this.#deployed()).outputs;
    const component = this.#registrations.of(args)?.component;
    const restores = component === undefined || !this.#restoresNothing.has(component);
    await giveBack(args, reason, {
      ...{ leaves, wanted: this.#names, restores },
      // Nobody knows whose a forgotten record was: a token that may not touch it is refused.
      component: component ?? this.#registrations.components()[0],
    });
  }

  async #refuse(args: pulumi.ResourceHookArgs, reason: Reason): Promise<void> {
    const { type, oldOutputs = {} } = args;
    if (reason === "move") {
      if (type === TYPES.eipAssociation) await this.#bindings.beforeMove(args);
      return;
    }
    const registered = this.#registrations.of(args);
    let tenant = registered?.tenant;
    const inTheWay: KeptAddress[] = [];
    if (type === TYPES.eip || type === TYPES.eipAssociation || type === TYPES.eipDomainName) {
      const address = await this.#address(
        String(oldOutputs["allocationId"]),
        oldOutputs["region"],
        registered?.component,
      );
      // It was released by hand: nothing hangs on it any more.
      if (address === undefined) return;
      if (address.stays !== undefined) {
        // A PTR that is set anew stays in EC2, and is set in place.
        const retained = registered?.retained === true;
        if (type === TYPES.eipDomainName && reason === "replace" && retained) return;
        inTheWay.push(address);
      }
      tenant ??= address.tenant;
    }
    // Who destroys is told of every address that is in the way, not of the one alone that comes first.
    if (inTheWay.length === 0 || reason === "destroy") {
      const others = (await this.#allAddresses()).filter(
        (address) =>
          address.stays !== undefined &&
          !inTheWay.includes(address) &&
          // Nobody knows whose tenant a resource is that the program has forgotten altogether.
          (tenant === undefined || address.tenant === undefined || address.tenant === tenant),
      );
      for (const address of others) {
        if (reason !== "edit" || !address.wanted || (await this.#isOnlyWritten(address))) {
          inTheWay.push(address);
        }
      }
    }
    if (inTheWay.length > 0) throw new Error(refusal(inTheWay));
  }

  /**
   * Whether the program has an address leave and this run does not carry that out: it is a destroy, which registers
   * everything as it stands, or it has failed. What goes with the address, its streams' records, stays then as well.
   */
  async #isOnlyWritten({ tenant, key }: KeptAddress): Promise<boolean> {
    const asks = this.#wanted.get(`${tenant}/${key}`);
    const answered = this.#tags.get(`${tenant}/${key}`);
    if (asks === undefined || answered === undefined) return false;
    // The registration of one that failed is never answered.
    const tags = await Promise.race([knownValue(answered), sleep(50)]);
    return tags !== undefined && wayOutTagged(tags) !== asks.how;
  }

  /**
   * Before an Elastic IP is allocated. None is under a key that has one: `--replace`, `--refresh`, a state that
   * lost it. Runs in a preview, too.
   */
  async refuseAnother({ name, type, newInputs = {} }: pulumi.ResourceHookArgs): Promise<void> {
    const { address: key = name, tenant } = readTags(tagsOf(newInputs));
    if (this.unscreened.has(name)) {
      throw new Error(
        `${pulumi.getStack()}: ${addressPath(key)}: is new, and sendips:screen has it asked of blocklists before it is allocated, which this run does not (--target)\n` +
          "  deploy without --target; nothing was allocated",
      );
    }
    const held = rememberedAddresses(await this.#deployed()).find(
      (address) =>
        address.key === key && (address.tenant === undefined || address.tenant === tenant),
    );
    const component = this.#registrations.of({ type, name })?.component;
    const tagged = held === undefined ? await this.#taggedAddresses(key, tenant, component) : [];
    const publicIp = held?.publicIp ?? tagged[0]?.publicIp;
    if (publicIp === undefined) return;
    // One that was lost is asked for again, that very one; what the state holds is not, whatever --replace names.
    const { lost } = await this.#deployed();
    if (newInputs["address"] === publicIp && lost.some((one) => one.publicIp === publicIp)) return;
    throw new Error(
      `${pulumi.getStack()}: ${addressPath(key)}: is deployed as ${publicIp}, and no other address is allocated in its place, which would begin cold\n` +
        "  deploy without --replace and --refresh: the guards then say what the state lacks, and how it comes back",
    );
  }

  /**
   * After an Elastic IP was allocated: names a second one under its key. The provider's client asks again when it
   * hears no answer, and EC2 knows no token by which that would be the same call.
   */
  async nameSecond({ name, type, id, newInputs = {} }: pulumi.ResourceHookArgs): Promise<void> {
    const { address: key = name, tenant } = readTags(tagsOf(newInputs));
    const component = this.#registrations.of({ type, name })?.component;
    const all = await this.#taggedAddresses(key, tenant, component);
    // What is bound may send: the guards of the next run say what it is.
    const idle = all.filter((one) => one.allocationId !== id && one.networkInterfaceId === "");
    for (const { allocationId, publicIp } of idle) {
      await pulumi.log.warn(
        `${pulumi.getStack()}: ${addressPath(key)}: EC2 has allocated ${publicIp} (${allocationId}) too, by a call whose answer was lost; nothing is bound to it, and it is paid for\n` +
          `  let it go: aws ec2 release-address --allocation-id ${allocationId}`,
      );
    }
  }

  /** Where EC2 allocates no more: names those of the stack's addresses that no state knows. Tries nothing again. */
  async nameUnheld({ name, newInputs = {} }: pulumi.ErrorHookArgs): Promise<void> {
    const component = this.#registrations.of({ type: TYPES.eip, name })?.component;
    const deployed = await this.#deployed();
    const held = new Set(deployed.addresses.map(({ allocationId }) => allocationId));
    const { tenant } = readTags(tagsOf(newInputs));
    for (const opts of await this.#lookUps.ways(component)) {
      for (const live of await ownedAddresses(opts)) {
        const { allocationId, publicIp, networkInterfaceId } = live;
        const { address: key = "?", tenant: its } = readTags(live.tags);
        if (isLetGo(live) || held.has(allocationId) || networkInterfaceId !== "" || its !== tenant)
          continue;
        await pulumi.log.error(
          `${pulumi.getStack()}: ${addressPath(key)}: ${publicIp} (${allocationId}) is allocated, by a call whose answer was lost, and bound to nothing\n` +
            "  deploy again: it is used then, and none is allocated in its place",
        );
      }
    }
  }

  /** The addresses of this stack under a key, by their tags. */
  async #taggedAddresses(
    key: string,
    tenant: string | undefined,
    component: pulumi.ComponentResource | undefined,
  ): Promise<LiveAddress[]> {
    const filters = [{ name: `tag:${tagName("address")}`, values: [key] }];
    const ways = await this.#lookUps.ways(component);
    const found = await Promise.all(ways.map((opts) => ownedAddresses(opts, filters)));
    return found.flat().filter((live) => readTags(live.tags).tenant === tenant && !isLetGo(live));
  }

  /** The address, also one that neither tags nor state call the stack's; undefined when it is gone. */
  async #address(
    allocationId: string,
    region: unknown,
    component: pulumi.ComponentResource | undefined,
  ): Promise<KeptAddress | undefined> {
    const known = (await this.#allAddresses()).find(
      (address) => address.allocationId === allocationId,
    );
    if (known !== undefined) return known;
    const deployed = await this.#deployed();
    // One of the state that is not among all is gone.
    if (deployed.addresses.some((address) => address.allocationId === allocationId)) {
      return undefined;
    }
    const live = await this.#live(allocationId, region, component);
    if (live === undefined) return undefined;
    const { publicIp, tags } = live;
    const key = readTags(tags).address ?? "?";
    return { allocationId, publicIp, key, tenant: undefined, wanted: false, stays: "undeployed" };
  }

  async #live(
    allocationId: string,
    region: unknown,
    component: pulumi.ComponentResource | undefined,
  ): Promise<LiveAddress | undefined> {
    const what = `the address ${allocationId}`;
    for (const opts of await this.#lookUps.waysInto(what, region, component)) {
      const live = await addressOf(allocationId, opts);
      if (live !== undefined) return live;
    }
    return undefined;
  }

  /**
   * All addresses of the stack, by its tags and by the state, asked once, before any of them has gone. To keep
   * one, either is enough; to let it go, both must say that its release is deployed, and the program must not
   * have taken that back.
   */
  #allAddresses(): Promise<KeptAddress[]> {
    this.#addresses ??= this.#readAddresses();
    return this.#addresses;
  }

  async #readAddresses(): Promise<KeptAddress[]> {
    const deployed = await this.#deployed();
    if (this.#wanted.size === 0 && hasNoAddress(deployed)) return [];
    const providers = await this.#lookUps.ways();
    const tagged = new Map<string, LiveAddress>();
    for (const opts of providers) {
      for (const live of await ownedAddresses(opts)) tagged.set(live.allocationId, live);
    }
    const all: KeptAddress[] = [];
    for (const state of deployed.addresses) {
      const live = tagged.get(state.allocationId) ?? (await this.#find(state, providers));
      tagged.delete(state.allocationId);
      if (live !== "gone") all.push(this.#judge(state, live === "unasked" ? undefined : live));
    }
    // One that the state does not know goes by what EC2 says alone; one that was kept is nobody's any more.
    const others = [...tagged.values()].filter((live) => !isLetGo(live));
    all.push(...others.map((live) => this.#judge(undefined, live)));
    return all.sort((a, b) => (a.publicIp < b.publicIp ? -1 : 1));
  }

  /** What state, EC2 and the program say together of an address; at least one of `state` and `live` is given. */
  #judge(state: StateAddress | undefined, live: LiveAddress | undefined): KeptAddress {
    const tags = live?.tags ?? state?.tags ?? {};
    const registered =
      state === undefined
        ? undefined
        : this.#registrations.of({ type: TYPES.eip, name: state.name });
    const tenant = registered?.tenant ?? readTags(tags).tenant;
    const key = state?.key ?? readTags(tags).address ?? "?";
    const named = `${tenant}/${key}`;
    const isWanted = this.#wanted.has(named);
    const asks = this.#wanted.get(named);
    const deployed = state?.retirement;
    // A release that is asked for where it was deployed that the address is kept is another one, and the reverse.
    const witnesses = [
      ...(state === undefined ? [] : [deployed?.how]),
      ...(live === undefined ? [] : [wayOutTagged(tags)]),
      ...(isWanted ? [asks?.how] : []),
    ];
    const [how] = witnesses;
    const agree = how !== undefined && witnesses.every((witness) => witness === how);
    const asked =
      asks === undefined || asks.now ? undefined : drainOf(asks, deployed, today())?.mayGoFrom;
    const drainsUntil = latest(deployed?.mayGoFrom, readTags(tags).mayGoFrom, asked);
    return {
      allocationId: state?.allocationId ?? live?.allocationId ?? "",
      publicIp: state?.publicIp ?? live?.publicIp ?? "",
      ...{ key, tenant, wanted: registered !== undefined || isWanted },
      ...(agree
        ? drainsUntil !== undefined && isDraining(drainsUntil, today())
          ? { stays: { drainsUntil } }
          : {}
        : { stays: "undeployed" }),
    };
  }

  /** An address of the state in EC2; "unasked" where no provider of the program asks where it is. */
  async #find(
    { name, allocationId, account, region }: StateAddress,
    providers: readonly pulumi.InvokeOptions[],
  ): Promise<LiveAddress | "gone" | "unasked"> {
    const component = this.#registrations.of({ type: TYPES.eip, name })?.component;
    if (component !== undefined) {
      return (await addressOf(allocationId, { parent: component })) ?? "gone";
    }
    for (const opts of providers) {
      const place = await this.#lookUps.place(opts);
      // In another account or Region it would seem to be gone.
      if (place.account !== account || place.region !== region) continue;
      return (await addressOf(allocationId, opts)) ?? "gone";
    }
    return "unasked";
  }
}

async function ownedAddresses(
  opts: pulumi.InvokeOptions,
  filters: readonly Filter[] = [],
): Promise<LiveAddress[]> {
  const found = await taggedAddresses(thisStack(), filters, opts);
  const all = await Promise.all([...found.values()].map((id) => addressOf(id, opts)));
  return all.flatMap((address) =>
    // One that nobody has decided for stands in no one's way: whoever screens it lets it go, or takes it.
    address !== undefined && isOwned(address.tags, thisStack()) && !isCandidate(address.tags)
      ? [address]
      : [],
  );
}

async function addressOf(
  allocationId: string,
  opts: pulumi.InvokeOptions,
): Promise<LiveAddress | undefined> {
  try {
    return await elasticIp(allocationId, opts);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function refusal(kept: readonly KeptAddress[]): string {
  const ordered = kept.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const lines = ordered.map(({ publicIp, key, stays }) => {
    const why =
      typeof stays === "object"
        ? drainText(publicIp, stays.drainsUntil)
        : `${publicIp} is deployed and its release is not`;
    return `${pulumi.getStack()}: ${addressPath(key)}: ${why}: it stays allocated, bound and named, and so do the tenant's records`;
  });
  const drains = kept.some(({ stays }) => typeof stays === "object");
  const undeployed = kept.some(({ stays }) => stays === "undeployed");
  const waysOut = [...(undeployed ? [ADDRESS_WAY_OUT] : []), ...(drains ? [DRAIN_WAY_OUT] : [])];
  return [...lines, ...waysOut.map((way) => `  ${way}`)].join("\n");
}
