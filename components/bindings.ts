/**
 * Binds addresses to private IPs, and takes none of either from anybody.
 *
 * EC2 binds an address to a private IP even where the one is bound elsewhere or the other carries another
 * address, and says nothing. `allowReassociation: false` does not help: the provider sends the parameter
 * only where it is true (hashicorp/terraform-provider-aws#36406). So EC2 is asked before each association,
 * before an address leaves its old place for a new one, and afterwards.
 */
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { type LiveAddress, pathOf } from "../core/guards/address-context.ts";
import {
  type Binding,
  bindingOf,
  checkBinding,
  isSame,
  movers,
  type WantedBinding,
} from "../core/guards/bindings.ts";
import type { PrivateIps } from "../core/host/mail-host.ts";
import { formatProblems } from "../core/problem.ts";
import type { Deployed } from "../core/state/deployed.ts";
import type { Plan } from "../core/tenant/plan.ts";
import { boundBy, elasticIp, holdersAndClaimants, thisStack } from "./cloud.ts";
import { promptly } from "./registrations.ts";
import { pause } from "./release.ts";
import { asking, reportFindings } from "./stack.ts";
import { pauseFor } from "./waiting.ts";

/**
 * Looks up, before anything is registered, whether what a plan binds anew is free, and whether what stays
 * is still bound where the state says. One call where nothing has changed.
 *
 * @throws RunError with all that stands in the way.
 */
export async function checkBindings(
  { addresses }: Plan,
  privateIps: PrivateIps,
  deployed: Deployed,
): Promise<void> {
  const program = new Map<string, Binding>();
  const all = addresses.map(({ key, privateIp, release }) => {
    const binding = { privateIp, networkInterfaceId: privateIps[privateIp] ?? "" };
    program.set(key, binding);
    const state = deployed.addresses.find((address) => address.key === key);
    const known = deployed.outputs.addresses[key];
    // What the outputs say counts where the state says the same.
    const association =
      isSame(state?.bound, binding) &&
      isSame(known, binding) &&
      known?.allocationId === state?.allocationId
        ? known?.associationId
        : undefined;
    return { key, release, binding, held: state?.bound, id: state?.allocationId, association };
  });
  const bound = await boundBy(all.flatMap(({ association }) => association ?? []));
  const asked = all.filter(
    ({ association, id = "" }) => association === undefined || !bound.has(id),
  );
  if (asked.length === 0) return;
  const wanted: WantedBinding[] = await Promise.all(
    asked.map(async ({ id, ...one }) => ({
      ...one,
      live: id === undefined ? undefined : await elasticIp(id),
    })),
  );
  const there = await holdersAndClaimants(
    wanted.map(({ binding }) => binding),
    new Set(),
  );
  reportFindings(
    wanted.flatMap((one) => {
      const others = there.filter(({ allocationId }) => allocationId !== one.live?.allocationId);
      return checkBinding(thisStack(), program, one, others);
    }),
  );
}

/** Rounds before an address of the same program that was to let go by itself is moved: about 15 seconds. */
const ROUNDS = 6;

/** Rounds of reading back: EC2 may show an association late. */
const READ_BACK = 10;
const PAUSE = 1_000;

/** An address that a program binds. */
interface Bound {
  key: string;
  privateIp: string;
  networkInterfaceId: pulumi.Input<string>;
  release: boolean;
}

/** The associations of one tenant: what each is asked before and after it is made. */
export class Bindings {
  /** For `beforeCreate` of every association. */
  readonly beforeCreate: pulumi.ResourceHook;
  /** For `afterCreate` of every association. */
  readonly afterCreate: pulumi.ResourceHook;
  readonly #opts: pulumi.InvokeOptions;
  readonly #deployed: Promise<Deployed>;
  /** By the logical name of the association. */
  readonly #bound = new Map<string, Bound>();

  /**
   * @param name unique among the program's hooks: that of the component.
   * @param deployed what is deployed of the stack, from before this run changed anything.
   * @param opts whose provider is asked.
   */
  constructor(name: string, deployed: Promise<Deployed>, opts: pulumi.InvokeOptions) {
    this.#opts = opts;
    this.#deployed = deployed;
    const before = asking((args) => this.#wait(args));
    this.beforeCreate = new pulumi.ResourceHook(`${name}-binds`, before);
    const after = asking((args) => this.#readBack(args));
    this.afterCreate = new pulumi.ResourceHook(`${name}-binds-back`, after);
    // What sendips 0.1 deployed asks for the hook by this name, when it is deleted.
    new pulumi.ErrorHook(`${name}-associate`, async () => false);
  }

  /** Says what the program binds, under the logical name of its association. */
  wants(name: string, bound: Bound): void {
    this.#bound.set(name, bound);
  }

  /**
   * Refuses to take an address from its place while the place that it goes to is somebody else's: it would
   * be bound to nothing.
   */
  async beforeMove({ name, oldOutputs = {} }: pulumi.ResourceHookArgs): Promise<void> {
    const binding = (await this.#program()).get(name);
    if (binding === undefined) return;
    await this.#others(name, binding, String(oldOutputs["allocationId"]));
  }

  /** Returns once nothing of ours stands in the way, and refuses where somebody else does. */
  async #wait({ name, newInputs = {} }: pulumi.ResourceHookArgs): Promise<void> {
    const { binding, allocationId } = wantedIn(newInputs);
    for (let round = 1; ; round += 1) {
      const { live, moving } = await this.#others(name, binding, allocationId);
      const at = bindingOf(live);
      // Bound already: an answer that was lost, or a hand that was quicker.
      if (isSame(at, binding) || (moving.length === 0 && at === undefined)) return;
      // With one step at a time (--parallel 1) nobody lets go meanwhile: EC2 moves the other one, whose own
      // association follows.
      if (round === ROUNDS) return;
      await pauseFor(pause(round));
    }
  }

  /** @throws with what stands in the way. */
  async #others(
    name: string,
    binding: Binding,
    allocationId: string,
  ): Promise<{ live: LiveAddress; moving: LiveAddress[] }> {
    const [program, deployed] = await Promise.all([this.#program(), this.#deployed]);
    const live = await elasticIp(allocationId, this.#opts);
    const others = await holdersAndClaimants([binding], new Set([allocationId]), this.#opts);
    const byKey = new Map(
      [...program].map(([bound, at]) => [this.#bound.get(bound)?.key ?? bound, at]),
    );
    const state = deployed.addresses.find((address) => address.allocationId === allocationId);
    const { key = name, release = false } = this.#bound.get(name) ?? {};
    const held = isSame(state?.bound, binding) ? undefined : state?.bound;
    const wanted = { ...{ key, binding, live, held }, release };
    const findings = checkBinding(thisStack(), byKey, wanted, others);
    if (findings.length > 0) {
      const stack = pulumi.getStack();
      throw new Error(formatProblems(findings.map((finding) => ({ ...finding, stack }))));
    }
    return { live, moving: movers(thisStack(), byKey, binding, others) };
  }

  /** What the program binds, by logical name, as far as it is known by now. */
  async #program(): Promise<Map<string, Binding>> {
    const known = await Promise.all(
      [...this.#bound].map(async ([name, { privateIp, networkInterfaceId }]) => {
        // One that a later step makes is not waited for: that step may wait for this one.
        const id = await Promise.race([promptly(pulumi.output(networkInterfaceId)), sleep(50)]);
        return id === undefined ? [] : [[name, { privateIp, networkInterfaceId: id }] as const];
      }),
    );
    return new Map(known.flat());
  }

  /**
   * What was bound is still bound: two who ask at the same moment both hear that a private IP is free.
   */
  async #readBack({ name, newInputs = {} }: pulumi.ResourceHookArgs): Promise<void> {
    const { binding, allocationId } = wantedIn(newInputs);
    let live = await elasticIp(allocationId, this.#opts);
    for (let round = 1; !isSame(bindingOf(live), binding) && round < READ_BACK; round += 1) {
      await pauseFor(PAUSE);
      live = await elasticIp(allocationId, this.#opts);
    }
    const at = bindingOf(live);
    if (isSame(at, binding)) return;
    const { key = name } = this.#bound.get(name) ?? {};
    const stack = pulumi.getStack();
    const where = at === undefined ? "nothing" : `${at.privateIp} on ${at.networkInterfaceId}`;
    throw new Error(
      `${stack}: ${pathOf(key)}.privateIp: ${live.publicIp} was bound to ${binding.privateIp} on ${binding.networkInterfaceId}, but EC2 has it bound to ${where}: somebody else took one of the two\n` +
        "  deploy again with --refresh: what stands in the way is then named",
    );
  }
}

function wantedIn(inputs: Record<string, unknown>): { binding: Binding; allocationId: string } {
  const [allocationId = "", networkInterfaceId = "", privateIp = ""] = [
    inputs["allocationId"],
    inputs["networkInterfaceId"],
    inputs["privateIpAddress"],
  ].map(String);
  return { allocationId, binding: { networkInterfaceId, privateIp } };
}
