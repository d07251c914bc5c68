/** Whom the hooks ask about what stands in AWS. */
import * as pulumi from "@pulumi/pulumi";
import { rpcKeepAlive } from "@pulumi/pulumi/runtime/settings.js";
import { checkPlace } from "../../core/guards/stack-place.ts";
import { formatProblems } from "../../core/problem.ts";
import {
  type DeployedStack,
  hasNoAddress,
  type StackPlace,
} from "../../core/state/deployed-stack.ts";
import { accountAndRegion, configuredPlace } from "../aws.ts";
import type { Registrations } from "./registrations.ts";

/**
 * The AWS providers of a program. The engine deletes when the program has ended, and takes no new provider then:
 * a look-up that needs one waits for ever. So where a program has nothing of ours left in AWS, and the state has,
 * the default provider is asked as long as the program runs.
 */
export class LookUps {
  readonly #registrations: Registrations;
  readonly #deployed: () => Promise<DeployedStack>;
  readonly #places = new Map<pulumi.InvokeOptions, Promise<Omit<StackPlace, "stack">>>();
  #byDefault: Promise<unknown> | undefined;

  /** @param deployed what is deployed of the stack, from before this run changed anything. */
  constructor(registrations: Registrations, deployed: () => Promise<DeployedStack>) {
    this.#registrations = registrations;
    this.#deployed = deployed;
  }

  /** Has the engine know the default provider, where it alone can be asked. To be called while the program runs. */
  prepare(): void {
    const ended = rpcKeepAlive();
    this.#deployed()
      .then((deployed) => {
        const nothing = hasNoAddress(deployed) && deployed.networkInterfaces.length === 0;
        if (nothing || this.#components().length > 0) return;
        this.#byDefault = askByDefault(deployed);
        return this.#byDefault;
      })
      // Whoever needs it meets the failure then, and refuses.
      .catch(() => {})
      .finally(ended);
  }

  /** How to ask about something of a component; where it is left out, about anything of the program's: each way. */
  async ways(component?: pulumi.ComponentResource): Promise<pulumi.InvokeOptions[]> {
    if (component !== undefined) return [{ parent: component }];
    const byProvider = new Map<pulumi.ProviderResource | undefined, pulumi.InvokeOptions>();
    for (const parent of this.#components()) {
      const provider = parent.getProvider("aws:ec2/eip:Eip");
      if (!byProvider.has(provider)) byProvider.set(provider, { parent });
    }
    if (byProvider.size > 0) return [...byProvider.values()];
    await this.#byDefault;
    return [{}];
  }

  /** The account and Region that one of the ways asks in. */
  place(way: pulumi.InvokeOptions): Promise<Omit<StackPlace, "stack">> {
    const place = this.#places.get(way) ?? accountAndRegion(way);
    this.#places.set(way, place);
    return place;
  }

  /**
   * How to ask about something of a component, or, where it is left out, about what stands in a Region.
   *
   * @param what for the error: `the address eipalloc-…`.
   * @param region as the state has it; where it does not say, each way will do.
   * @throws where none of the program's providers asks there: what is not found elsewhere is not gone.
   */
  async waysInto(
    what: string,
    region: unknown,
    component?: pulumi.ComponentResource,
  ): Promise<pulumi.InvokeOptions[]> {
    const ways = await this.ways(component);
    if (component !== undefined || typeof region !== "string") return ways;
    const places = await Promise.all(ways.map((way) => this.place(way)));
    const into = ways.filter((_, index) => places[index]?.region === region);
    if (into.length > 0) return into;
    throw new Error(
      `${pulumi.getStack()}: ${what} is in ${region}, where no AWS provider of this program asks; nothing of it is taken away\n` +
        "  keep a component of that Region in the program until its release is deployed and it is gone",
    );
  }

  #components(): pulumi.ComponentResource[] {
    return this.#registrations.components("aws:");
  }
}

/** Asks the default provider anything; not in another Region, which the state would then hold it to be in. */
async function askByDefault(deployed: DeployedStack): Promise<void> {
  const { region } = configuredPlace();
  const findings = checkPlace(deployed, region === undefined ? {} : { region });
  if (findings.length > 0) {
    const stack = pulumi.getStack();
    throw new Error(formatProblems(findings.map((finding) => ({ ...finding, stack }))));
  }
  await accountAndRegion();
}
