/** `sendips dkim new` and `sendips dkim rotate`. */
import { parseArgs } from "node:util";
import { addDays, PUBLISH_DAYS } from "../../core/tenant/dkim/rotation.ts";
import { type Pulumi, pulumiCommand } from "../engine/pulumi.ts";
import { type Surroundings, UsageError } from "../engine/surroundings.ts";
import { addDkimKey, freeSelector, loadTenant, selectorRecords } from "../project/dkim-config.ts";
import { RSA_BITS } from "../project/new-dkim-key.ts";
import { openProject, type Project } from "../project/project.ts";
import { rotateCommand } from "./dkim-rotate.ts";

export const DKIM_USAGE = `sendips dkim new <stack> [selector] [options]
  Makes a DKIM key in memory and puts it straight into the encrypted config of the stack.
  Default selector: s and the month, such as s202611.
  --type rsa|ed25519  default rsa
  --bits <number>     of an RSA key: ${RSA_BITS.least} (default) to ${RSA_BITS.most}
  --sign              sign with it at once: for a first key only

sendips dkim rotate <stack> [options]
  Takes the next step of publish, sign, retire, remove, when its day has come.
  --force             take it before its day, with a warning
  --yes               agree to a removal
`;

/** Runs `dkim <args>`. */
export async function dkimCommand(
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const [action, ...rest] = args;
  if (action === "new") return newKey(rest, surroundings);
  if (action === "rotate") return rotateKeys(rest, surroundings);
  throw new UsageError(
    action === undefined ? "dkim needs an action" : `dkim has no action ${JSON.stringify(action)}`,
  );
}

async function newKey(args: string[], surroundings: Surroundings): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      type: { type: "string", default: "rsa" },
      bits: { type: "string" },
      sign: { type: "boolean", default: false },
    },
  });
  const [stack, selector, ...more] = positionals;
  if (stack === undefined) throw new UsageError("dkim new needs a stack");
  if (more.length > 0) throw new UsageError(`too many arguments: ${more.join(" ")}`);
  const { type, sign } = values;
  if (type !== "rsa" && type !== "ed25519") {
    throw new UsageError(`--type ${type}: allowed are rsa and ed25519`);
  }
  const bits = bitsOf(type, values.bits);
  const { project, pulumi } = engine(surroundings);
  const { today } = surroundings;
  const name = selector ?? freeSelector(loadTenant(project, stack).tenant.dkim, today);
  await addDkimKey(project, stack, pulumi, { type, bits, selector: name, today, sign });
  sayNewKey(project, stack, name, surroundings);
  return 0;
}

function bitsOf(type: "rsa" | "ed25519", bits: string | undefined): number {
  if (bits === undefined) return RSA_BITS.least;
  if (type === "ed25519") throw new UsageError("--bits: an Ed25519 key has one size only");
  const number = Number(bits);
  if (!Number.isInteger(number) || number < RSA_BITS.least || number > RSA_BITS.most) {
    throw new UsageError(
      `--bits ${bits}: allowed are ${RSA_BITS.least} to ${RSA_BITS.most} (RFC 8301 §3.2)`,
    );
  }
  return number;
}

async function rotateKeys(args: string[], surroundings: Surroundings): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      force: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
    },
  });
  const [stack, ...more] = positionals;
  if (stack === undefined) throw new UsageError("dkim rotate needs a stack");
  if (more.length > 0) throw new UsageError(`too many arguments: ${more.join(" ")}`);
  const { project, pulumi } = engine(surroundings);
  return rotateCommand(project, stack, pulumi, {
    ...values,
    surroundings,
    onNewKey: (selector) => sayNewKey(project, stack, selector, surroundings),
  });
}

function engine({ cwd, env }: Surroundings): { project: Project; pulumi: Pulumi } {
  const project = openProject(cwd);
  const { folder } = project;
  return { project, pulumi: { command: pulumiCommand(env, folder), cwd: folder, env } };
}

/** The record, and what to do next. */
function sayNewKey(
  project: Project,
  stack: string,
  selector: string,
  { out, today }: Surroundings,
): void {
  const tenant = loadTenant(project, stack);
  const key = tenant.tenant.dkim[selector];
  const { lines, external } = selectorRecords(tenant, selector);
  out(
    `${selector}: a new DKIM key of stack ${stack}, ${key?.state} since ${today}; its private half is encrypted\n\n`,
  );
  out(
    lines.length > 0
      ? `${lines.join("\n")}\n`
      : "It is published nowhere yet: no stream of the tenant sends.\n",
  );
  out(
    `\nNext:\n  npx pulumi up -s ${stack}\n      publishes the record; do it today: the days are counted from today\n`,
  );
  if (external) {
    out(
      `  npx sendips plan ${stack} --customer\n      what the customer must publish: hand it over\n`,
    );
  }
  if (key?.state === "published") {
    out(
      `  npx sendips dkim rotate ${stack}\n      from ${addDays(today, PUBLISH_DAYS)} on: lets it sign\n`,
    );
  }
}
