/**
 * What the engine's runs may do: for each stack credentials of its own, with the policy and the token that `sendips iam`
 * prints for its config as it stands. Who edits a config prints again; what was granted before stays.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadStack, openProject, stackNames } from "../../cli/project/project.ts";
import { accessFor, type Needs, policyOf, type Role } from "../../core/access/access.ts";
import type { Place } from "../../core/access/grant.ts";
import { needsOf } from "../../core/access/stack-needs.ts";
import {
  changeAccess,
  type Policy,
  policySchema,
  type TokenPolicies,
  tokenPolicies,
} from "../../sandbox/access/policy.ts";
import type { Sandbox } from "../../sandbox/server.ts";

/** Credentials for one command line. */
export interface GrantedAccess {
  /** An environment with the credentials of the stack that a command line names; where it names none, as it was. */
  env(env: NodeJS.ProcessEnv, args: readonly string[]): NodeJS.ProcessEnv;
  /** Has a stack's credentials do no more than this, from now on. */
  restrict(stack: string, role: Role): void;
  /** Prints no more for a stack: its credentials keep what they have. */
  freeze(stack: string): void;
  /** Runs what is in it with credentials that may do everything, as somebody else's may. */
  unlimited<T>(work: () => Promise<T>): Promise<T>;
}

/** The access key of a stack. */
export function accessKeyOf(stack: string): string {
  return `AKIA-${stack}`;
}

export function grantedAccess(sandbox: Sandbox, cwd: string): GrantedAccess {
  const { state } = sandbox.world;
  const roles = new Map<string, Role>();
  const adopted = new Set<string>();
  const frozen = new Set<string>();
  let limited = true;
  return {
    env(env, args) {
      const stack = stackNamed(args, cwd);
      if (stack === undefined || !limited) return env;
      for (const arg of args) if (arg.startsWith("eipalloc-")) adopted.add(arg);
      const { AWS_ACCESS_KEY_ID, CLOUDFLARE_API_TOKEN } = env;
      const token = `sandbox-${stack.replaceAll(/[^A-Za-z0-9_-]/g, "-")}`;
      const printed = printedFor(cwd, stack, roles.get(stack) ?? "deploy", [...adopted], sandbox);
      const { aws, cloudflare } = changeAccess(state.access, {});
      if (!frozen.has(stack)) {
        state.access = changeAccess(state.access, {
          aws: { [accessKeyOf(stack)]: together(aws[accessKeyOf(stack)], printed.policies) },
          cloudflare: { [token]: together(cloudflare[token], printed.token) },
        });
      }
      return {
        ...env,
        ...(AWS_ACCESS_KEY_ID === undefined ? {} : { AWS_ACCESS_KEY_ID: accessKeyOf(stack) }),
        ...(CLOUDFLARE_API_TOKEN === undefined ? {} : { CLOUDFLARE_API_TOKEN: token }),
      };
    },
    restrict(stack, role) {
      roles.set(stack, role);
      state.access = changeAccess(state.access, {
        aws: { [accessKeyOf(stack)]: null },
        cloudflare: { [`sandbox-${stack}`]: null },
      });
    },
    freeze(stack) {
      frozen.add(stack);
    },
    async unlimited(work) {
      limited = false;
      try {
        return await work();
      } finally {
        limited = true;
      }
    },
  };
}

/** Each once. */
function together<T>(before: readonly T[] = [], more: readonly T[]): T[] {
  const all = new Map([...before, ...more].map((one) => [JSON.stringify(one), one]));
  return [...all.values()];
}

/** By `--stack` or `-s`; else the first word that a stack file is named after. */
function stackNamed(args: readonly string[], cwd: string): string | undefined {
  const at = args.findIndex((arg) => arg === "--stack" || arg === "-s");
  if (at >= 0) return args[at + 1];
  const files = existsSync(join(cwd, "stacks")) ? stackNames(openProject(cwd)) : [];
  return args.find((arg) => files.includes(arg));
}

function printedFor(
  cwd: string,
  stack: string,
  role: Role,
  adopt: readonly string[],
  sandbox: Sandbox,
): { policies: Policy[]; token: TokenPolicies } {
  const project = openProject(cwd);
  const short = stack.split("/").at(-1) ?? stack;
  const base = { project: project.name, stacks: [short] };
  const loaded = stackNames(project).includes(short) ? loadStack(project, short) : undefined;
  const ours = readFileSync(join(cwd, "Pulumi.yaml"), "utf8").includes("main: index.ts");
  if (loaded === undefined || !ours) return documents(role, base, componentNeeds(adopt, sandbox));
  // Of a config that cannot be read nothing is printed, and a deployment refuses it.
  if (!("stack" in loaded.read)) return { policies: [], token: [] };
  const { region } = loaded;
  const place = { ...base, ...(region === undefined ? {} : { region }) };
  return documents(role, place, needsOf([loaded.read.stack], adopt));
}

/** Of a program of somebody else's that uses components: nobody knows which of them. */
function componentNeeds(adopt: readonly string[], { world }: Sandbox): Needs {
  return {
    tenant: { networkInterfaces: ["*"], pools: ["*"], adopt },
    mailHost: {
      subnets: ["*"],
      instance: { images: ["*"], keyPairs: ["*"], instanceProfiles: ["*"] },
    },
    zoneIds: Object.keys(world.state.cloudflare.zones),
  };
}

function documents(role: Role, place: Place, needs: Needs) {
  const { grants, token } = accessFor(role, place, needs);
  return {
    policies: grants.length === 0 ? [] : [policySchema.parse(policyOf(grants))],
    token: tokenPolicies.parse(token?.policies ?? []),
  };
}
