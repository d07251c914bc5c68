/** The hooks of a program: registered once, under names that no component owns. */
import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";
import type { DeployedStack } from "../../core/state/deployed-stack.ts";
import { TYPES } from "../../core/state/resources.ts";
import { lastDeployment, lookUpHook, reportFindings } from "../engine.ts";
import { Aliases } from "./aliases.ts";
import { Bindings } from "./bindings.ts";
import { explainExistingRecord } from "./existing-record.ts";
import { formerHookNames, HOOKS } from "./hook-names.ts";
import { MailHostInterfaces } from "./interfaces.ts";
import { Keeper } from "./keeper.ts";
import { Registrations } from "./registrations.ts";
import { retryRelease } from "./release.ts";
import { ReverseNames } from "./reverse-names.ts";

/**
 * What one program knows of its resources, and the hooks that ask it. The engine looks a hook up by its name in
 * order to delete what the program no longer mentions: so the hooks belong to the program, not to a component.
 */
export class ProgramHooks {
  readonly registrations = new Registrations();
  readonly bindings: Bindings;
  readonly keeper: Keeper;
  readonly aliases = new Aliases(this.registrations);
  readonly interfaces: MailHostInterfaces;
  readonly reverseNames = new ReverseNames();

  /** For `beforeDelete` of every resource of ours. */
  readonly keep: pulumi.ResourceHook;
  /** For `beforeUpdate` of network interfaces. */
  readonly keepPrivateIps: pulumi.ResourceHook;
  /** For `beforeCreate` of Elastic IPs. */
  readonly allocate: pulumi.ResourceHook;
  /** For `onError` of Elastic IPs. */
  readonly release: pulumi.ErrorHook;
  /** For `beforeCreate` of associations. */
  readonly bind: pulumi.ResourceHook;
  /** For `afterCreate` of associations. */
  readonly bound: pulumi.ResourceHook;
  /** For `onError` of records. */
  readonly recordStands: pulumi.ErrorHook;
  /** For `beforeCreate` of records that come where an alias of ours stands. */
  readonly overAlias: pulumi.ResourceHook;
  /** For `beforeCreate` and `beforeUpdate` of PTRs. */
  readonly resolves: pulumi.ResourceHook;
  /** For `afterCreate` and `afterUpdate` of PTRs. */
  readonly named: pulumi.ResourceHook;

  readonly #former = new Set<string>();
  #deployed: Promise<DeployedStack> | undefined;
  readonly #keep: pulumi.ResourceHookFunction;

  constructor() {
    const deployed = () => this.deployedStack();
    this.bindings = new Bindings(deployed);
    this.keeper = new Keeper(this.registrations, this.bindings, deployed);
    this.interfaces = new MailHostInterfaces(this.registrations, deployed);
    this.#keep = lookUpHook((args) =>
      MailHostInterfaces.isOfMailHost(args) ? this.interfaces.keep(args) : this.keeper.keep(args),
    );
    const inPreview = { onDryRun: true };
    this.keep = new pulumi.ResourceHook(HOOKS.keep, this.#keep, inPreview);
    this.keepPrivateIps = new pulumi.ResourceHook(HOOKS.keepPrivateIps, this.#keep, inPreview);
    this.allocate = new pulumi.ResourceHook(
      HOOKS.allocate,
      lookUpHook((args) => this.keeper.refuseAnother(args)),
      inPreview,
    );
    this.release = new pulumi.ErrorHook(HOOKS.release, (args) => this.#triesAgain(args));
    this.bind = new pulumi.ResourceHook(
      HOOKS.bind,
      lookUpHook((args) => this.bindings.beforeCreate(args)),
    );
    this.bound = new pulumi.ResourceHook(
      HOOKS.bound,
      lookUpHook((args) => this.bindings.afterCreate(args)),
    );
    this.recordStands = new pulumi.ErrorHook(HOOKS.recordStands, explainExistingRecord);
    this.overAlias = new pulumi.ResourceHook(HOOKS.overAlias, (args) => this.aliases.clear(args));
    this.resolves = new pulumi.ResourceHook(HOOKS.resolves, (args) => this.reverseNames.wait(args));
    this.named = new pulumi.ResourceHook(
      HOOKS.named,
      lookUpHook((args) => this.reverseNames.readBack(args)),
    );
  }

  /**
   * What is deployed of the stack, from before this run changed anything.
   *
   * @param deployed where the program has read it already; else it is read, at the first call.
   */
  deployedStack(deployed?: DeployedStack): Promise<DeployedStack> {
    this.#deployed ??= deployed === undefined ? readDeployedStack() : Promise.resolve(deployed);
    // Whoever needs it meets the failure then, and refuses.
    this.#deployed.catch(() => {});
    return this.#deployed;
  }

  /** Answers to the hooks that sendips up to 0.1 gave to a component of this name. */
  answerForFormer(component: string): void {
    if (this.#former.has(component)) return;
    this.#former.add(component);
    const { keep, release } = formerHookNames(component);
    for (const name of keep) new pulumi.ResourceHook(name, this.#keep, { onDryRun: true });
    for (const name of release) new pulumi.ErrorHook(name, (args) => this.#triesAgain(args));
  }

  #triesAgain(args: pulumi.ErrorHookArgs): Promise<boolean> {
    const component = this.registrations.of({ ...args, type: TYPES.eip })?.component;
    return retryRelease(args, component === undefined ? {} : { parent: component });
  }
}

const programs = new WeakMap<object, ProgramHooks>();

/** The hooks of the program that runs; several may run in one process, one after another. */
export function programHooks(): ProgramHooks {
  const monitor: object | undefined = getMonitor();
  if (monitor === undefined) {
    throw new Error("components of sendips are registered inside a Pulumi program");
  }
  const hooks = programs.get(monitor) ?? new ProgramHooks();
  programs.set(monitor, hooks);
  return hooks;
}

/**
 * Registers the hooks by which the engine deletes what components of sendips have deployed. Every component does
 * so itself; a program calls it where it has left out its last one, and the engine then says that a hook
 * `sendips:keep` was not registered.
 *
 * @param formerComponents names of components that sendips up to 0.1 deployed and that the program has left out: their
 *   hooks were named after them. Default: none.
 *
 * @example
 * ```ts
 * import { registerHooks } from "sendips";
 *
 * registerHooks();
 * ```
 */
export function registerHooks(formerComponents: readonly string[] = []): void {
  const hooks = programHooks();
  hooks.deployedStack();
  for (const name of formerComponents) hooks.answerForFormer(name);
}

/** What is deployed, for a program that has not read it. What cannot be read lets nothing go. */
async function readDeployedStack(): Promise<DeployedStack> {
  const { deployed, findings } = await lastDeployment();
  reportFindings(findings);
  return deployed;
}
