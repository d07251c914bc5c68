/** PTRs: set once the A record resolves, and read back afterwards. */
import * as pulumi from "@pulumi/pulumi";
import { ptrWayOut } from "../../core/foreign-errors.ts";
import { addressPath } from "../../core/guards/address-context.ts";
import { reverseNameOf } from "../aws.ts";
import { TELL_EVERY } from "../waits.ts";
import { pauseFor } from "./interruption.ts";
import { knownValue } from "./registrations.ts";
import { type ResolvesOptions, waitUntilResolves } from "./resolution.ts";

/** Rounds of reading back before giving up: the provider has waited for the change already. */
const ROUNDS = 10;
const PAUSE = 1_000;

/** A PTR as a program wants it. */
interface ReverseName {
  /** The address's key. */
  key: string;
  hostName: pulumi.Input<string>;
  publicIp: pulumi.Output<string>;
  allocationId: pulumi.Output<string>;
  resolves: ResolvesOptions;
  /** Whose provider is asked. */
  component: pulumi.ComponentResource;
}

/** The PTRs of a program. */
export class ReverseNames {
  /** By the logical name of the PTR. */
  readonly #wanted = new Map<string, ReverseName>();
  readonly #watched = new Map<string, NodeJS.Timeout>();

  /** Says what the program wants, under the logical name of its PTR. */
  wants(name: string, wanted: ReverseName): void {
    this.#wanted.set(name, wanted);
  }

  /** Before a PTR is set: EC2 refuses it until its A record resolves. */
  async wait({ name }: pulumi.ResourceHookArgs): Promise<void> {
    const wanted = this.#wanted.get(name);
    if (wanted === undefined) return;
    const { hostName, publicIp, component, resolves } = wanted;
    const known = await knownValue(pulumi.output({ hostName, publicIp }));
    if (known === undefined) return;
    // Ephemeral: shown as it comes, and not once more at the end.
    const tell = (line: string) =>
      void pulumi.log.info(`${pulumi.getStack()}: ${name}: ${line}`, component, undefined, true);
    await waitUntilResolves(known.hostName, known.publicIp, { tell, ...resolves });
    this.#watch(name, wanted);
  }

  /** Says what EC2 is waited for, while the provider waits in silence. */
  #watch(name: string, { component, hostName, allocationId }: ReverseName): void {
    this.#unwatch(name);
    const begun = Date.now();
    const timer = setInterval(async () => {
      const known = await knownValue(pulumi.output({ hostName, allocationId }));
      if (known === undefined || !this.#watched.has(name)) return;
      const opts = { parent: component };
      const now = await reverseNameOf(known.allocationId, opts).catch(() => undefined);
      if (now === undefined || !this.#watched.has(name)) return;
      const has = now === "" ? "has none" : `is ${now}`;
      const line = `${pulumi.getStack()}: ${name}: waits until EC2 has set the PTR to ${known.hostName}: it ${has} (${Math.round((Date.now() - begun) / 1_000)} s)`;
      void pulumi.log.info(line, component, undefined, true);
    }, TELL_EVERY);
    timer.unref();
    this.#watched.set(name, timer);
  }

  #unwatch(name: string): void {
    clearInterval(this.#watched.get(name));
    this.#watched.delete(name);
  }

  /** After a PTR could not be set: says what to do. Tries nothing again. */
  async explain({ name, failedOperation, errors }: pulumi.ErrorHookArgs): Promise<boolean> {
    this.#unwatch(name);
    const [latest = ""] = errors;
    const { key = name } = this.#wanted.get(name) ?? {};
    if (failedOperation === "delete") return false;
    await pulumi.log.error(
      `${pulumi.getStack()}: ${addressPath(key)}: its PTR was not set\n  ${ptrWayOut(latest)}`,
    );
    return false;
  }

  /**
   * After a PTR was set: what EC2 says now, not what the provider believes that it set.
   *
   * @throws when it is not the host name, after about 10 seconds: receivers refuse mail from an address without
   *   its PTR.
   */
  async readBack({ name, urn }: pulumi.ResourceHookArgs): Promise<void> {
    this.#unwatch(name);
    const wanted = this.#wanted.get(name);
    if (wanted === undefined) return;
    const { key, component, hostName, allocationId } = wanted;
    const known = await knownValue(pulumi.output({ hostName, allocationId }));
    if (known === undefined) return;
    let found = "";
    for (let round = 0; round < ROUNDS; round += 1) {
      found = await reverseNameOf(known.allocationId, { parent: component });
      if (found === known.hostName) return;
      await pauseFor(PAUSE);
    }
    const stack = pulumi.getStack();
    throw new Error(
      `${stack}: ${addressPath(key)}: its PTR was set to ${known.hostName}, but EC2 says ${found === "" ? "that it has none" : found}\n` +
        `  set it again: pulumi up --stack ${stack} --replace '${urn}'`,
    );
  }
}
