/** Aliases of ours that must be gone before a record takes their name. */
import type * as pulumi from "@pulumi/pulumi";
import type { StateRecord } from "../../core/state/resources.ts";
import { clearAliases } from "./give-back.ts";
import type { Registrations } from "./registrations.ts";

/** The aliases of the state that a program wants no more, and where a record comes to their name. */
export class Aliases {
  readonly #registrations: Registrations;
  readonly #records: StateRecord[] = [];

  constructor(registrations: Registrations) {
    this.#registrations = registrations;
  }

  /** Says that records come to the names of these. */
  add(aliases: readonly StateRecord[]): void {
    this.#records.push(...aliases);
  }

  /** Before such a record is created. */
  clear(args: pulumi.ResourceHookArgs): Promise<void> {
    return clearAliases(args, this.#records, this.#registrations.of(args)?.component);
  }
}
