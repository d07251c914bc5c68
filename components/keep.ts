/**
 * What is deployed stays deployed: the hooks before every deletion of a tenant's resource and before
 * every allocation.
 *
 * The program refuses what it can see before anything is registered (`plan/guards/`). It cannot see that
 * it runs for a `destroy`, nor which resources `--replace` names: the engine deletes those all the same.
 * The engine's own protection would stop it at the address, last of all, when association, PTR and
 * records are gone; and it can be talked away (`state unprotect`, `--ignore-protect`). So the hooks ask
 * the tags that stand on the addresses themselves.
 */
import * as pulumi from "@pulumi/pulumi";
import { ADDRESS_WAY_OUT, type LiveAddress } from "../plan/guards/addresses.ts";
import { type RememberedAddress, TYPES } from "../plan/state/resources.ts";
import { ADDRESS_TAG, isOwned, isReleased, TENANT_TAG, tagsOf } from "../plan/state/tags.ts";
import { elasticIp, type Filter, isGone, taggedAddresses, thisStack } from "./cloud.ts";
import { Registrations } from "./registrations.ts";
import { worded } from "./stack.ts";

/** A resource that was taken into the state by hand, `pulumi import` without a parent, is the same one. */
export const ALONE: pulumi.Alias = { parent: pulumi.rootStackResource };

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
  readonly #tenant: string;
  readonly #known: readonly RememberedAddress[];
  readonly #registrations = new Registrations();
  readonly #opts: pulumi.InvokeOptions;
  #keys: ReadonlySet<string> | undefined;
  #kept: Promise<LiveAddress[]> | undefined;

  /**
   * @param name unique among the program's hooks: that of the component.
   * @param tenant the value of its tag `sendips:tenant`.
   * @param known addresses that were deployed under their keys: none is allocated under them again.
   */
  constructor(
    name: string,
    tenant: string,
    known: readonly RememberedAddress[],
    opts: pulumi.InvokeOptions,
  ) {
    this.#tenant = tenant;
    this.#known = known;
    this.#opts = opts;
    // A guard that cannot ask refuses, and says why.
    const asking = (ask: (args: pulumi.ResourceHookArgs) => Promise<void>) => {
      return async (args: pulumi.ResourceHookArgs) => {
        try {
          await ask(args);
        } catch (error) {
          throw worded(error);
        }
      };
    };
    const keep = asking((args) => this.#keep(args));
    this.beforeDelete = new pulumi.ResourceHook(`${name}-keep`, keep, { onDryRun: true });
    // What sendips 0.1 deployed asks for the hook by this name, when it is deleted.
    new pulumi.ResourceHook(`${name}-bound`, keep);
    const refuse = asking((args) => this.#refuseAnother(args));
    this.beforeAllocate = new pulumi.ResourceHook(`${name}-another`, refuse, { onDryRun: true });
  }

  /**
   * Says which addresses the program wants, by key, where that is all of the tenant's: what it has
   * forgotten is then kept with everything that the same edit would take away.
   */
  wantsOnly(keys: Iterable<string>): void {
    this.#keys = new Set(keys);
  }

  /** Says that the program registers a resource of the tenant, see {@link Registrations.add}. */
  keeps(...registration: Parameters<Registrations["add"]>): void {
    this.#registrations.add(...registration);
  }

  async #keep(args: pulumi.ResourceHookArgs): Promise<void> {
    const { type, oldOutputs = {} } = args;
    const reason = await this.#registrations.reasonOf(args);
    if (reason === "move") return;
    if (type === TYPES.eip || type === TYPES.eipAssociation || type === TYPES.eipDomainName) {
      const address = await this.#address(String(oldOutputs["allocationId"]));
      // Gone by hand: nothing hangs on it any more.
      if (address === undefined) return;
      const deployed = type !== TYPES.eip || isReleased(tagsOf(oldOutputs));
      if (!isReleased(address.tags) || !deployed) {
        // A PTR that is set anew stays in EC2, and is set in place.
        const retained = this.#registrations.isRetained(args);
        if (type === TYPES.eipDomainName && reason === "replace" && retained) return;
        throw new Error(this.#refusal([address]));
      }
    }
    const keys = this.#keys;
    if (reason === "edit" && keys === undefined) return;
    const all = await this.#all();
    const kept =
      reason === "edit" ? all.filter(({ tags }) => !keys?.has(tags[ADDRESS_TAG] ?? "")) : all;
    if (kept.length > 0) throw new Error(this.#refusal(kept));
  }

  /** No address is allocated under a key that has one: `--replace`, `--refresh`, a state that lost it. */
  async #refuseAnother({ name, newInputs = {} }: pulumi.ResourceHookArgs) {
    const key = tagsOf(newInputs)[ADDRESS_TAG] ?? name;
    const known = this.#known.find((address) => address.key === key)?.publicIp;
    const tagged = known === undefined ? await this.#tagged(key) : undefined;
    const publicIp = known ?? tagged?.publicIp;
    if (publicIp === undefined) return;
    throw new Error(
      `${pulumi.getStack()}: sendips:tenant.addresses.${key}: is deployed as ${publicIp}, and no other address is allocated in its place, which would begin cold\n` +
        "  deploy without --replace and --refresh: the guards then say what the state lacks, and how it comes back",
    );
  }

  async #tagged(key: string): Promise<LiveAddress | undefined> {
    const own = await this.#owned([{ name: `tag:${ADDRESS_TAG}`, values: [key] }]);
    return own[0];
  }

  /** All addresses of the tenant that must stay; asked once, before any of them has gone. */
  #all(): Promise<LiveAddress[]> {
    this.#kept ??= this.#owned().then((own) => own.filter(({ tags }) => !isReleased(tags)));
    return this.#kept;
  }

  async #owned(filters: Filter[] = []): Promise<LiveAddress[]> {
    const found = await taggedAddresses(thisStack(), filters, this.#opts);
    const all = await Promise.all([...found.values()].map((id) => this.#address(id)));
    return all
      .filter((address) => address !== undefined)
      .filter(({ tags }) => isOwned(tags, thisStack()) && tags[TENANT_TAG] === this.#tenant)
      .sort((a, b) => (a.publicIp < b.publicIp ? -1 : 1));
  }

  async #address(allocationId: string): Promise<LiveAddress | undefined> {
    try {
      return await elasticIp(allocationId, this.#opts);
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  #refusal(kept: readonly LiveAddress[]): string {
    const lines = kept.map(({ publicIp, tags }) => {
      const key = tags[ADDRESS_TAG] ?? "?";
      return `${pulumi.getStack()}: sendips:tenant.addresses.${key}: ${publicIp} is deployed and its release is not: it stays allocated, bound and named, and so do the tenant's records`;
    });
    return `${lines.join("\n")}\n  ${ADDRESS_WAY_OUT}`;
  }
}
