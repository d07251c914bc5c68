/** The `sendips` command: what `pulumi` itself does not do. */
import { messageOf, Refusal, type Surroundings, UsageError } from "./engine/surroundings.ts";

const USAGE = `sendips <command>

  init <folder>          a new project with a first tenant
  plan <stack…|--all>    the records of a tenant, and everything wrong with them; offline
  lint [stack…|--all]    problems only, across tenants too
  show <stack>           what is deployed, and as JSON for programs
  zone <stack>           what the tenant's names publish today, and the config that keeps it
  dkim new <stack>       make a DKIM key, straight into the encrypted config
  dkim rotate <stack>    the next step of a rotation, when its day has come
  adopt <stack>          a tenant's config from what sends already
  drift [stack…|--all]   what differs between config, state, clouds and DNS
  recover <stack>        what a run that was cut short has left, and what puts it right
  rename <stack> <new>   another name for a stack; nothing is replaced
  connect <stack>        a Domain Connect template, or links for the customer
  iam <stack…|--all>     the IAM policy and the Cloudflare scopes that are enough

  --help after a command says more. Exit status: 0 fine, 1 problems, 2 wrong usage.
  Deploying is Pulumi's: npx pulumi up -s <stack>
`;

interface Command {
  usage: string;
  run(args: readonly string[], surroundings: Surroundings): Promise<number>;
}

/** Loaded one at a time: who makes a key need not wait for the plan's modules. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => {
    const { INIT_USAGE, initCommand } = await import("./commands/init.ts");
    return { usage: INIT_USAGE, run: initCommand };
  },
  plan: async () => {
    const { PLAN_USAGE, planCommand } = await import("./commands/plan.ts");
    return { usage: PLAN_USAGE, run: planCommand };
  },
  lint: async () => {
    const { LINT_USAGE, lintCommand } = await import("./commands/lint.ts");
    return { usage: LINT_USAGE, run: lintCommand };
  },
  show: async () => {
    const { SHOW_USAGE, showCommand } = await import("./commands/show.ts");
    return { usage: SHOW_USAGE, run: showCommand };
  },
  zone: async () => {
    const { ZONE_USAGE, zoneCommand } = await import("./commands/zone.ts");
    return { usage: ZONE_USAGE, run: zoneCommand };
  },
  dkim: async () => {
    const { DKIM_USAGE, dkimCommand } = await import("./commands/dkim.ts");
    return { usage: DKIM_USAGE, run: dkimCommand };
  },
  adopt: async () => {
    const { ADOPT_USAGE, adoptCommand } = await import("./commands/adopt.ts");
    return { usage: ADOPT_USAGE, run: adoptCommand };
  },
  drift: async () => {
    const { DRIFT_USAGE, driftCommand } = await import("./commands/drift.ts");
    return { usage: DRIFT_USAGE, run: driftCommand };
  },
  recover: async () => {
    const { RECOVER_USAGE, recoverCommand } = await import("./commands/recover.ts");
    return { usage: RECOVER_USAGE, run: recoverCommand };
  },
  rename: async () => {
    const { RENAME_USAGE, renameCommand } = await import("./commands/rename.ts");
    return { usage: RENAME_USAGE, run: renameCommand };
  },
  connect: async () => {
    const { CONNECT_USAGE, connectCommand } = await import("./commands/connect.ts");
    return { usage: CONNECT_USAGE, run: connectCommand };
  },
  iam: async () => {
    const { IAM_USAGE, iamCommand } = await import("./commands/iam.ts");
    return { usage: IAM_USAGE, run: iamCommand };
  },
};

/**
 * Runs a command line.
 *
 * @returns the exit status: 0 fine, 1 problems or a failure, 2 wrong usage.
 */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { out, err } = surroundings;
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h" || name === "help") {
    out(USAGE);
    return 0;
  }
  const load = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    const wrong = name === undefined ? "no command" : `no command ${JSON.stringify(name)}`;
    err(`sendips: ${wrong}\n\n${USAGE}`);
    return 2;
  }
  const { usage, run } = await load();
  if (rest.includes("--help") || rest.includes("-h")) {
    out(usage);
    return 0;
  }
  try {
    return await run(rest, surroundings);
  } catch (error) {
    if (error instanceof UsageError || isParseError(error)) {
      err(`sendips ${name}: ${messageOf(error)}\n\n${usage}`);
      return 2;
    }
    if (error instanceof Refusal) {
      err(`sendips: ${error.message}\n`);
      return 1;
    }
    if (isAwsAnswer(error)) {
      const { missingPermission, permissionFix } = await import("../core/foreign-errors.ts");
      const said = `${error.name}: ${error.message}`;
      const fix = missingPermission(said) === undefined ? "" : `\n  ${permissionFix("<stack>")}`;
      err(`sendips: AWS answers ${said}${fix}\n`);
      return 1;
    }
    throw error;
  }
}

/** What the AWS SDK throws where a call failed: its words are enough, and where it was thrown tells nobody anything. */
function isAwsAnswer(error: unknown): error is Error {
  return error instanceof Error && "$metadata" in error;
}

/** What node:util parseArgs throws at an option that it does not know. */
function isParseError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^ERR_PARSE_ARGS/.test(String(error.code));
}
