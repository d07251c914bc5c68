/**
 * What is deployed stays deployed: the hooks before every deletion of a tenant's resource and before
 * every allocation.
 *
 * The program refuses what it can see before anything is registered (`core/guards/`). It cannot see that
 * it runs for a `destroy`, nor which resources `--replace` names: the engine deletes those all the same.
 * The engine's own protection would stop it at the address, last of all, when association, PTR and
 * records are gone; and it can be talked away (`state unprotect`, `--ignore-protect`). So the hooks ask
 * the state and the tags of the addresses.
 */
import * as pulumi from "@pulumi/pulumi";
import { type LiveAddress, pathOf } from "../core/guards/address-context.ts";
import { ADDRESS_WAY_OUT } from "../core/guards/addresses.ts";
import { type Deployed, hasNoAddress, rememberedAddresses } from "../core/state/deployed.ts";
import { TYPES } from "../core/state/resources.ts";
import { ADDRESS_TAG, isOwned, isReleased, TENANT_TAG, tagsOf } from "../core/state/tags.ts";
import { Bindings } from "./bindings.ts";
import { elasticIp, type Filter, isGone, taggedAddresses, thisStack } from "./cloud.ts";
import { giveBack, type WantedName } from "./give-back.ts";
import { type Reason, Registrations } from "./registrations.ts";
import { asking, lastDeployment, reportFindings } from "./stack.ts";

/** A resource that was taken into the state by hand, `pulumi import` without a parent, is the same one. */
export const ALONE: pulumi.Alias = { parent: pulumi.rootStackResource };

/** An address of the tenant that EC2 has, and what each witness says of its release. */
interface Known extends LiveAddress {
  key: string;
  /** Whether state, EC2 and the program all let it go. */
  released: boolean;
}

/**
 * Keeps what hangs on the addresses of one tenant, and the addresses. One a tenant: its hooks are named
 * after it, the same in every run, because the engine looks them up by name in order to delete what the
 * program no longer mentions.
 */
export class Keeper {
  /** For `beforeDelete` of every resource of the tenant. Runs in a preview, too. */
  readonly beforeDelete: pulumi.ResourceHook;
  /** For `beforeCreate` of its Elastic IPs. Runs in a preview, too. */
  readonly beforeAllocate: pulumi.ResourceHook;
  /** Where its addresses are bound. */
  readonly bindings: Bindings;
  readonly #tenant: string;
  readonly #registrations = new Registrations();
  readonly #opts: pulumi.InvokeOptions;
  /** Whether the program lets an address go, by the keys that it wants. */
  readonly #wanted = new Map<string, boolean>();
  /** Where the program wants records. */
  readonly #names: WantedName[] = [];
  #restores = true;
  #whole = false;
  readonly #deployed: Promise<Deployed>;
  #addresses: Promise<Known[]> | undefined;

  /**
   * @param name unique among the program's hooks: that of the component.
   * @param tenant the value of its tag `sendips:tenant`.
   * @param deployed what is deployed of the stack, from before this run changed anything. Default: it is
   *   read now.
   */
  constructor(
    name: string,
    tenant: string,
    deployed: Deployed | undefined,
    opts: pulumi.InvokeOptions,
  ) {
    this.#tenant = tenant;
    this.#opts = opts;
    this.#deployed = deployed === undefined ? readNow() : Promise.resolve(deployed);
    // Whoever needs it meets the failure then, and refuses.
    this.#deployed.catch(() => {});
    this.bindings = new Bindings(name, this.#deployed, opts);
    const keep = asking((args) => this.#keep(args));
    this.beforeDelete = new pulumi.ResourceHook(`${name}-keep`, keep, { onDryRun: true });
    // What sendips 0.1 deployed asks for the hook by this name, when it is deleted.
    new pulumi.ResourceHook(`${name}-bound`, keep);
    const refuse = asking((args) => this.#refuseAnother(args));
    this.beforeAllocate = new pulumi.ResourceHook(`${name}-another`, refuse, { onDryRun: true });
  }

  /** Says that the program wants an address, and whether it asks for its release. */
  wants(key: string, release: boolean): void {
    this.#wanted.set(key, release);
  }

  /**
   * Says that the program wants no other addresses of the tenant: what it has forgotten is then kept with
   * everything that the same edit would take away.
   */
  wantsNoOthers(): void {
    this.#whole = true;
  }

  /** Says that the program registers a resource of the tenant, see {@link Registrations.add}. */
  keeps(...registration: Parameters<Registrations["add"]>): void {
    this.#registrations.add(...registration);
  }

  /** Says that the program wants a record at a name of a zone. */
  names(wanted: WantedName): void {
    this.#names.push(wanted);
  }

  /** Says that names get nothing back when their records go. */
  restoresNothing(): void {
    this.#restores = false;
  }

  async #keep(args: pulumi.ResourceHookArgs): Promise<void> {
    const reason = await this.#registrations.reasonOf(args);
    await this.#refuse(args, reason);
    if (args.type === TYPES.dnsRecord) {
      await giveBack(
        args,
        reason,
        (await this.#deployed).outputs.leaves,
        this.#names,
        this.#restores,
      );
    }
  }

  async #refuse(args: pulumi.ResourceHookArgs, reason: Reason): Promise<void> {
    const { type, oldOutputs = {} } = args;
    if (reason === "move") {
      if (type === TYPES.eipAssociation) await this.bindings.beforeMove(args);
      return;
    }
    if (type === TYPES.eip || type === TYPES.eipAssociation || type === TYPES.eipDomainName) {
      const address = await this.#known(String(oldOutputs["allocationId"]));
      // Gone by hand: nothing hangs on it any more.
      if (address === undefined) return;
      if (!address.released) {
        // A PTR that is set anew stays in EC2, and is set in place.
        const retained = this.#registrations.isRetained(args);
        if (type === TYPES.eipDomainName && reason === "replace" && retained) return;
        throw new Error(this.#refusal([address]));
      }
    }
    if (reason === "edit" && !this.#whole) return;
    const kept = (await this.#all()).filter(
      ({ key, released }) => !released && (reason !== "edit" || !this.#wanted.has(key)),
    );
    if (kept.length > 0) throw new Error(this.#refusal(kept));
  }

  /** No address is allocated under a key that has one: `--replace`, `--refresh`, a state that lost it. */
  async #refuseAnother({ name, newInputs = {} }: pulumi.ResourceHookArgs) {
    const key = tagsOf(newInputs)[ADDRESS_TAG] ?? name;
    const held = rememberedAddresses(await this.#deployed).find((address) => address.key === key);
    const publicIp = held?.publicIp ?? (await this.#tagged(key))?.publicIp;
    if (publicIp === undefined) return;
    throw new Error(
      `${pulumi.getStack()}: ${pathOf(key)}: is deployed as ${publicIp}, and no other address is allocated in its place, which would begin cold\n` +
        "  deploy without --replace and --refresh: the guards then say what the state lacks, and how it comes back",
    );
  }

  async #tagged(key: string): Promise<LiveAddress | undefined> {
    const [own] = await this.#owned([{ name: `tag:${ADDRESS_TAG}`, values: [key] }]);
    return own;
  }

  /** The address, also one that neither tags nor state call the tenant's; undefined when it is gone. */
  async #known(allocationId: string): Promise<Known | undefined> {
    const all = await this.#all();
    const known = all.find((address) => address.allocationId === allocationId);
    if (known !== undefined) return known;
    const live = await this.#address(allocationId);
    if (live === undefined) return undefined;
    return { ...live, key: live.tags[ADDRESS_TAG] ?? "?", released: false };
  }

  /**
   * All addresses of the tenant that EC2 has, by its tags and by the state, asked once, before any of them
   * has gone. To keep one, either is enough; to let it go, both must say that its release is deployed, and
   * the program must not have taken that back.
   */
  #all(): Promise<Known[]> {
    this.#addresses ??= this.#ask();
    return this.#addresses;
  }

  async #ask(): Promise<Known[]> {
    const deployed = await this.#deployed;
    if (this.#wanted.size === 0 && hasNoAddress(deployed)) return [];
    const { addresses } = deployed;
    const held = addresses.filter(({ tags, name }) => {
      const tagged = tags[TENANT_TAG];
      return tagged === this.#tenant || this.#registrations.has({ type: TYPES.eip, name });
    });
    const tagged = await this.#owned();
    const ids = new Set([...held, ...tagged].map(({ allocationId }) => allocationId));
    const all = await Promise.all(
      [...ids].map(async (id): Promise<Known | undefined> => {
        const live =
          tagged.find(({ allocationId }) => allocationId === id) ?? (await this.#address(id));
        if (live === undefined) return undefined;
        const state = held.find(({ allocationId }) => allocationId === id);
        const key = state?.key ?? live.tags[ADDRESS_TAG] ?? "?";
        // One that the state does not know goes by what EC2 says alone.
        const deployed = isReleased(live.tags) && (state?.release ?? true);
        return { ...live, key, released: deployed && this.#wanted.get(key) !== false };
      }),
    );
    return all
      .filter((address) => address !== undefined)
      .sort((a, b) => (a.publicIp < b.publicIp ? -1 : 1));
  }

  async #owned(filters: Filter[] = []): Promise<LiveAddress[]> {
    const found = await taggedAddresses(thisStack(), filters, this.#opts);
    const all = await Promise.all([...found.values()].map((id) => this.#address(id)));
    return all
      .filter((address) => address !== undefined)
      .filter(({ tags }) => isOwned(tags, thisStack()) && tags[TENANT_TAG] === this.#tenant);
  }

  async #address(allocationId: string): Promise<LiveAddress | undefined> {
    try {
      return await elasticIp(allocationId, this.#opts);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  #refusal(kept: readonly Known[]): string {
    const lines = kept.map(
      ({ publicIp, key }) =>
        `${pulumi.getStack()}: ${pathOf(key)}: ${publicIp} is deployed and its release is not: it stays allocated, bound and named, and so do the tenant's records`,
    );
    return `${lines.join("\n")}\n  ${ADDRESS_WAY_OUT}`;
  }
}

/** What is deployed, for a program that has not read it. What cannot be read lets nothing go. */
async function readNow(): Promise<Deployed> {
  const { deployed, findings } = await lastDeployment();
  reportFindings(findings);
  return deployed;
}
