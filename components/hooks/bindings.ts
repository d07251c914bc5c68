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
import { addressPath, type LiveAddress } from "../../core/guards/address-context.ts";
import {
  type Binding,
  bindingOf,
  checkBinding,
  isSameBinding,
  movingAddresses,
} from "../../core/guards/bindings.ts";
import { formatProblems } from "../../core/problem.ts";
import type { DeployedStack } from "../../core/state/deployed-stack.ts";
import { addressesOnOrClaiming, elasticIp } from "../aws.ts";
import { thisStack } from "../engine.ts";
import { TELL_EVERY } from "../waits.ts";
import { pauseFor } from "./interruption.ts";
import { knownValue } from "./registrations.ts";
import { retryPause } from "./release.ts";

/** Milliseconds before an address of the same program that was to let go by itself is moved. */
const LIMIT = 15_000;

/** Rounds of reading back: EC2 may show an association late. */
const READ_BACK = 10;
const PAUSE = 1_000;

/** An address that a program binds. */
interface BoundAddress {
  key: string;
  privateIp: pulumi.Input<string>;
  networkInterfaceId: pulumi.Input<string>;
  /** Whether the program has it leave. */
  leaves: boolean;
  /** Whose provider is asked. */
  component: pulumi.ComponentResource;
  /** Milliseconds; see {@link LIMIT}. */
  limit?: number;
}

/** The associations of a program: what each is asked before and after it is made. */
export class Bindings {
  readonly #deployed: () => Promise<DeployedStack>;
  /** By the logical name of the association. */
  readonly #bound = new Map<string, BoundAddress>();

  /** @param deployed what is deployed of the stack, from before this run changed anything. */
  constructor(deployed: () => Promise<DeployedStack>) {
    this.#deployed = deployed;
  }

  /** Says what the program binds, under the logical name of its association. */
  wants(name: string, bound: BoundAddress): void {
    this.#bound.set(name, bound);
  }

  /**
   * Refuses to take an address from its place while the place that it goes to is somebody else's: it would
   * be bound to nothing.
   */
  async beforeMove({ name, oldOutputs = {} }: pulumi.ResourceHookArgs): Promise<void> {
    const binding = (await this.#programBindings()).get(name);
    if (binding === undefined) return;
    await this.#otherAddresses(name, binding, String(oldOutputs["allocationId"]));
  }

  /** Before an association: returns once nothing of ours stands in the way, refuses where somebody else does. */
  async beforeCreate({ name, newInputs = {} }: pulumi.ResourceHookArgs): Promise<void> {
    const { binding, allocationId } = wantedBinding(newInputs);
    const { limit = LIMIT, component } = this.#bound.get(name) ?? {};
    const begun = Date.now();
    let told = 0;
    for (let round = 1; ; round += 1) {
      const { live, moving } = await this.#otherAddresses(name, binding, allocationId);
      const at = bindingOf(live);
      // Bound already: an answer that was lost, or a hand that was quicker.
      if (isSameBinding(at, binding) || (moving.length === 0 && at === undefined)) return;
      // With one step at a time (--parallel 1) nobody lets go meanwhile: EC2 moves the other one, whose own
      // association follows.
      const waited = Date.now() - begun;
      if (waited >= limit) return;
      if (told === 0 || Date.now() - told >= TELL_EVERY) {
        told = Date.now();
        const what =
          at === undefined
            ? `${binding.privateIp} carries ${moving.map(({ publicIp }) => publicIp).join(", ")}, which this deployment moves away`
            : `${live.publicIp} is still bound to ${at.privateIp}`;
        const seconds = `${Math.round(waited / 1_000)} s of at most ${Math.round(limit / 1_000)} s`;
        const line = `${pulumi.getStack()}: ${name}: waits until the mail host's private IP is free: ${what} (${seconds})`;
        // Ephemeral: shown as it comes, and not once more at the end.
        void pulumi.log.info(line, component, undefined, true);
      }
      await pauseFor(retryPause(round));
    }
  }

  /** @throws with what stands in the way. */
  async #otherAddresses(
    name: string,
    binding: Binding,
    allocationId: string,
  ): Promise<{ live: LiveAddress; moving: LiveAddress[] }> {
    const [program, deployed] = await Promise.all([this.#programBindings(), this.#deployed()]);
    const opts = this.#optionsOf(name);
    const live = await elasticIp(allocationId, opts);
    const others = await addressesOnOrClaiming([binding], new Set([allocationId]), opts);
    const byKey = new Map(
      [...program].map(([bound, at]) => [this.#bound.get(bound)?.key ?? bound, at]),
    );
    const state = deployed.addresses.find((address) => address.allocationId === allocationId);
    const { key = name, leaves = false } = this.#bound.get(name) ?? {};
    const held = isSameBinding(state?.bound, binding) ? undefined : state?.bound;
    const wanted = { ...{ key, binding, live, held }, leaves };
    const findings = checkBinding(thisStack(), byKey, wanted, others);
    if (findings.length > 0) {
      const stack = pulumi.getStack();
      throw new Error(formatProblems(findings.map((finding) => ({ ...finding, stack }))));
    }
    return { live, moving: movingAddresses(thisStack(), byKey, binding, others) };
  }

  #optionsOf(name: string): pulumi.InvokeOptions {
    const component = this.#bound.get(name)?.component;
    return component === undefined ? {} : { parent: component };
  }

  /** What the program binds, by logical name, as far as it is known by now. */
  async #programBindings(): Promise<Map<string, Binding>> {
    const known = await Promise.all(
      [...this.#bound].map(async ([name, { privateIp, networkInterfaceId }]) => {
        const binding = pulumi.output({ privateIp, networkInterfaceId });
        // One that a later step makes is not waited for: that step may wait for this one.
        const known = await Promise.race([knownValue(binding), sleep(50)]);
        return known === undefined ? [] : [[name, known] as const];
      }),
    );
    return new Map(known.flat());
  }

  /**
   * After an association: what was bound is still bound. Two who ask at the same moment both hear that a private
   * IP is free.
   */
  async afterCreate({ name, newInputs = {} }: pulumi.ResourceHookArgs): Promise<void> {
    const { binding, allocationId } = wantedBinding(newInputs);
    const opts = this.#optionsOf(name);
    let live = await elasticIp(allocationId, opts);
    for (let round = 1; !isSameBinding(bindingOf(live), binding) && round < READ_BACK; round += 1) {
      await pauseFor(PAUSE);
      live = await elasticIp(allocationId, opts);
    }
    const at = bindingOf(live);
    if (isSameBinding(at, binding)) return;
    const { key = name } = this.#bound.get(name) ?? {};
    const stack = pulumi.getStack();
    const where = at === undefined ? "nothing" : `${at.privateIp} on ${at.networkInterfaceId}`;
    throw new Error(
      `${stack}: ${addressPath(key)}.privateIp: ${live.publicIp} was bound to ${binding.privateIp} on ${binding.networkInterfaceId}, but EC2 has it bound to ${where}: somebody else took one of the two\n` +
        "  deploy again with --refresh: what stands in the way is then named",
    );
  }
}

function wantedBinding(inputs: Record<string, unknown>): {
  binding: Binding;
  allocationId: string;
} {
  const [allocationId = "", networkInterfaceId = "", privateIp = ""] = [
    inputs["allocationId"],
    inputs["networkInterfaceId"],
    inputs["privateIpAddress"],
  ].map(String);
  return { allocationId, binding: { networkInterfaceId, privateIp } };
}
