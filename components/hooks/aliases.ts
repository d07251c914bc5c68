/** Aliases of ours that must be gone before a record takes their name. */
import type * as pulumi from "@pulumi/pulumi";
import type { StateRecord } from "../../core/state/resources.ts";
import { clearAliases } from "./give-back.ts";

/** The aliases of the state that a program wants no more, and where a record comes to their name. */
export class Aliases {
  readonly #all: StateRecord[] = [];
  #component: pulumi.ComponentResource | undefined;

  /** Says that records of a component come to the names of these. */
  giveWay(aliases: readonly StateRecord[], component: pulumi.ComponentResource): void {
    this.#all.push(...aliases);
    this.#component = component;
  }

  /** Before such a record is created. */
  clear(args: pulumi.ResourceHookArgs): Promise<void> {
    return clearAliases(args, this.#all, this.#component);
  }
}
