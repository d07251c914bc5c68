/** PTRs: set once the A record resolves, and read back afterwards. */
import * as pulumi from "@pulumi/pulumi";
import { addressPath } from "../../core/guards/address-context.ts";
import { reverseNameOf } from "../aws.ts";
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
  }

  /**
   * After a PTR was set: what EC2 says now, not what the provider believes that it set.
   *
   * @throws when it is not the host name, after about 10 seconds: receivers refuse mail from an address without
   *   its PTR.
   */
  async readBack({ name, urn }: pulumi.ResourceHookArgs): Promise<void> {
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
