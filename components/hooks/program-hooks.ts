/** The hooks of a program: registered once, under names that no component owns. */
import { AsyncLocalStorage } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime/settings.js";
import type { DeployedStack } from "../../core/state/deployed-stack.ts";
import { TYPES } from "../../core/state/resources.ts";
import { lastDeployment, lookUpHook, reportFindings } from "../engine.ts";
import type { WaitsArgs } from "../waits.ts";
import { Aliases } from "./aliases.ts";
import { Bindings } from "./bindings.ts";
import { explainExistingRecord } from "./existing-record.ts";
import { formerHookNames, HOOKS } from "./hook-names.ts";
import { MailHostInterfaces } from "./interfaces.ts";
import { Keeper } from "./keeper.ts";
import { explainLeftBehind } from "./left-behind.ts";
import { LookUps } from "./look-ups.ts";
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
  /** For `afterCreate` of Elastic IPs. */
  readonly allocated: pulumi.ResourceHook;
  /** For `onError` of Elastic IPs. */
  readonly release: pulumi.ErrorHook;
  /** For `beforeCreate` of associations. */
  readonly bind: pulumi.ResourceHook;
  /** For `afterCreate` of associations. */
  readonly bound: pulumi.ResourceHook;
  /** For `onError` of the parts of mail hosts. */
  readonly leftBehind: pulumi.ErrorHook;
  /** For `onError` of records. */
  readonly recordStands: pulumi.ErrorHook;
  /** For `beforeCreate` of records that come where an alias of ours stands. */
  readonly overAlias: pulumi.ResourceHook;
  /** For `beforeCreate` and `beforeUpdate` of PTRs. */
  readonly resolves: pulumi.ResourceHook;
  /** For `onError` of PTRs. */
  readonly unnamed: pulumi.ErrorHook;
  /** For `afterCreate` and `afterUpdate` of PTRs. */
  readonly named: pulumi.ResourceHook;

  /** How long is waited, by the logical name of the address. */
  readonly limits = new Map<string, WaitsArgs>();

  readonly #lookUps: LookUps;
  readonly #former = new Set<string>();
  /**
   * The engine calls a hook from outside. What it then asks of the program, its stack and its monitor, the SDK keeps
   * for each component that another language has constructed.
   */
  readonly #inProgram = AsyncLocalStorage.snapshot();
  #deployed: Promise<DeployedStack> | undefined;
  readonly #keep: pulumi.ResourceHookFunction;

  constructor() {
    const deployed = () => this.deployedStack();
    this.bindings = new Bindings(deployed);
    this.#lookUps = new LookUps(this.registrations, deployed);
    this.keeper = new Keeper(this.registrations, this.bindings, this.#lookUps, deployed);
    this.interfaces = new MailHostInterfaces(this.registrations, this.#lookUps, deployed);
    this.#keep = lookUpHook((args) =>
      MailHostInterfaces.isOfMailHost(args) ? this.interfaces.keep(args) : this.keeper.keep(args),
    );
    const inPreview = { onDryRun: true };
    this.keep = this.#hook(HOOKS.keep, this.#keep, inPreview);
    this.keepPrivateIps = this.#hook(HOOKS.keepPrivateIps, this.#keep, inPreview);
    this.allocate = this.#hook(
      HOOKS.allocate,
      lookUpHook((args) => this.keeper.refuseAnother(args)),
      inPreview,
    );
    this.allocated = this.#hook(
      HOOKS.allocated,
      lookUpHook((args) => this.keeper.nameSecond(args)),
    );
    this.release = this.#errorHook(HOOKS.release, (args) => this.#triesAgain(args));
    this.bind = this.#hook(
      HOOKS.bind,
      lookUpHook((args) => this.bindings.beforeCreate(args)),
    );
    this.bound = this.#hook(
      HOOKS.bound,
      lookUpHook((args) => this.bindings.afterCreate(args)),
    );
    this.leftBehind = this.#errorHook(HOOKS.leftBehind, explainLeftBehind);
    this.recordStands = this.#errorHook(HOOKS.recordStands, explainExistingRecord);
    this.overAlias = this.#hook(HOOKS.overAlias, (args) => this.aliases.clear(args));
    this.resolves = this.#hook(HOOKS.resolves, (args) => this.reverseNames.wait(args));
    this.unnamed = this.#errorHook(HOOKS.unnamed, (args) => this.reverseNames.explain(args));
    this.named = this.#hook(
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
    if (this.#deployed === undefined) {
      this.#deployed = deployed === undefined ? readDeployedStack() : Promise.resolve(deployed);
      // Whoever needs it meets the failure then, and refuses.
      this.#deployed.catch(() => {});
      this.#lookUps.prepare();
    }
    return this.#deployed;
  }

  /** Answers to the hooks that sendips up to 0.1 gave to a component of this name. */
  answerForFormer(component: string): void {
    if (this.#former.has(component)) return;
    this.#former.add(component);
    const { keep, release } = formerHookNames(component);
    for (const name of keep) this.#hook(name, this.#keep, { onDryRun: true });
    for (const name of release) this.#errorHook(name, (args) => this.#triesAgain(args));
  }

  #hook(
    name: string,
    run: pulumi.ResourceHookFunction,
    options?: pulumi.ResourceHookOptions,
  ): pulumi.ResourceHook {
    return new pulumi.ResourceHook(name, (args) => this.#inProgram(run, args), options);
  }

  #errorHook(name: string, run: pulumi.ErrorHookFunction): pulumi.ErrorHook {
    return new pulumi.ErrorHook(name, (args) => this.#inProgram(run, args));
  }

  async #triesAgain(args: pulumi.ErrorHookArgs): Promise<boolean> {
    if (args.failedOperation === "create") {
      // What cannot be asked now is asked by the next run.
      await this.keeper.nameUnheld(args).catch(() => {});
      return false;
    }
    const component = this.registrations.of({ ...args, type: TYPES.eip })?.component;
    const { release } = this.limits.get(args.name) ?? {};
    return retryRelease(args, () => this.#lookUps.ways(component), release);
  }
}

const programs = new WeakMap<object, ProgramHooks>();

/** By where the engine listens: see {@link programHooks}. */
const byEngine = new Map<string, WeakRef<ProgramHooks>>();

/**
 * The hooks of the program that runs; several may run in one process, one after another.
 *
 * Each component that another language asks for is constructed with a client of its own; they are of one program
 * where the clients speak to one engine, and the engine takes the name of a hook once.
 */
export function programHooks(): ProgramHooks {
  const monitor: object | undefined = getMonitor();
  if (monitor === undefined) {
    throw new Error("components of sendips are registered inside a Pulumi program");
  }
  const engine = engineOf(monitor);
  const hooks =
    programs.get(monitor) ??
    (engine === undefined ? undefined : byEngine.get(engine)?.deref()) ??
    new ProgramHooks();
  programs.set(monitor, hooks);
  if (engine !== undefined) byEngine.set(engine, new WeakRef(hooks));
  return hooks;
}

/** Where a client of the engine's resource monitor calls; undefined for a mock. */
function engineOf(monitor: { getChannel?: () => { getTarget(): string } }): string | undefined {
  return monitor.getChannel?.().getTarget();
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
