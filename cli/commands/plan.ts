/** `sendips plan`: the records of tenants, and everything wrong with them, without the engine. */
import { parseArgs } from "node:util";
import { problemsByStack, withAcceptances } from "../../core/acceptance.ts";
import { formatProblems } from "../../core/problem.ts";
import {
  CUSTOMER_FORMATS,
  type CustomerFormat,
  customerText,
} from "../../core/render/customer/page.ts";
import type { DeployedRetirements } from "../../core/render/departures.ts";
import { PLAN_FORMATS, type PlanFormat, renderPlan } from "../../core/render/plan.ts";
import { contextOf } from "../../core/tenant/context.ts";
import { providerVerdicts } from "../../core/tenant/receivers/provider-rules.ts";
import type { KnownAddresses } from "../../core/tenant/record.ts";
import { deployedAddresses } from "../engine/deployed-addresses.ts";
import { type Surroundings, UsageError } from "../engine/surroundings.ts";
import { addNameFindings } from "../online/online-names.ts";
import { openProject } from "../project/project.ts";
import { type ReadStack, readStacks, stacksAskedFor, statusOf } from "../project/stacks.ts";

export const PLAN_USAGE = `sendips plan <stack…|--all> [options]
  The records of a tenant as a zone file, with why each is there, which of the mailbox providers'
  rules it meets, then every problem, and when addresses that leave may go. Reads files only; for
  the addresses of a stack that is deployed it asks the stack's state.
  --format ${PLAN_FORMATS.join("|")}  default bind
  --json      the same as --format json: one object, a list of them for several stacks
  --customer  only what the customer must publish, as a page to hand over:
              --format ${CUSTOMER_FORMATS.join("|")}, default markdown
  --strict    exit status 1 for warnings too that the config does not accept
  --online    ask what SPF includes hold, and what stands at the plan's names today
  --offline   do not ask for the addresses of deployed stacks: show references
`;

/** Runs `plan <args>`. */
export async function planCommand(
  args: readonly string[],
  { cwd, env, today, out, err }: Surroundings,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      all: { type: "boolean", default: false },
      format: { type: "string" },
      json: { type: "boolean", default: false },
      customer: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      online: { type: "boolean", default: false },
      offline: { type: "boolean", default: false },
    },
  });
  const customerFormat = values.customer ? customerFormatOf(values) : undefined;
  const format = customerFormat === undefined ? formatOf(values) : "bind";
  const project = openProject(cwd);
  const requestedStacks = stacksAskedFor(project, positionals, {
    all: values.all,
    otherwise: "none",
  });
  const stacks = await readStacks(project, requestedStacks, { online: () => values.online, today });
  const plannedStacks = stacks.filter(({ result }) => "plan" in result).map(({ name }) => name);
  let known: ReadonlyMap<string, KnownAddresses> = new Map();
  let retirements: ReadonlyMap<string, DeployedRetirements> = new Map();
  let isDeployed: ReadonlySet<string> = new Set();
  if (!values.offline && plannedStacks.length > 0) {
    const answer = await deployedAddresses(plannedStacks, { cwd: project.folder, env });
    known = answer.known;
    retirements = answer.retirements;
    isDeployed = answer.deployed;
    for (const reason of answer.reasons) err(`addresses are shown as references: ${reason}\n`);
  }
  const knownAddressesOf = ({ name }: ReadStack) => known.get(name) ?? {};
  const knownOf = ({ name }: ReadStack) => ({
    known: known.get(name) ?? {},
    retirements: retirements.get(name) ?? {},
  });
  if (values.online) await addNameFindings(project, stacks, { known, deployed: isDeployed });
  const problems = withAcceptances(
    stacks.flatMap(({ result }) => result.problems),
    stacks,
    { today, sources: [values.online ? "online" : "plan"] },
  );
  const byStack = problemsByStack(problems);
  for (const stack of stacks) {
    stack.result = { ...stack.result, problems: byStack.get(stack.name) ?? [] };
  }
  if (customerFormat !== undefined) {
    sayCustomerPages(stacks, knownAddressesOf, customerFormat, { out, err });
  } else if (format === "json" && (values.all || requestedStacks.length > 1)) {
    const objects = stacks.map((stack) => textOf(stack, knownOf(stack), format).trimEnd());
    out(`[\n${objects.join(",\n")}\n]\n`);
  } else {
    const heading = stacks.length > 1 ? headingOf : () => "";
    out(
      stacks
        .map((stack) => heading(stack, format) + textOf(stack, knownOf(stack), format))
        .join("\n"),
    );
  }
  return statusOf(problems, values.strict);
}

/** A mail host has no records of its own: what it is, and its problems. */
function textOf(
  { name, stack, result }: ReadStack,
  deployed: { known: KnownAddresses; retirements: DeployedRetirements },
  format: PlanFormat,
): string {
  const plan = "plan" in result ? result.plan : undefined;
  const verdicts =
    plan !== undefined && stack?.kind === "tenant"
      ? providerVerdicts({
          ...contextOf(name, stack.tenant, stack.operator),
          records: plan.records,
        })
      : [];
  const text = renderPlan(plan, result.problems, { format, ...deployed, verdicts, stack: name });
  if (stack?.kind !== "mailHost" || format === "json") return text;
  const { instanceType, networkInterfaces } = stack.mailHost;
  const count = Object.values(networkInterfaces).flatMap(({ privateIps }) => privateIps).length;
  const line = `${stack.name}: a mail host (${instanceType}, ${count} private IPs); it publishes no records`;
  return `${format === "bind" ? "; " : ""}${line}\n${text}`;
}

/** The pages alone go to standard output: problems are not the customer's to read. */
function sayCustomerPages(
  stacks: readonly ReadStack[],
  knownAddressesOf: (stack: ReadStack) => KnownAddresses,
  format: CustomerFormat,
  { out, err }: Pick<Surroundings, "out" | "err">,
): void {
  const pages: string[] = [];
  for (const stack of stacks) {
    const { name, result } = stack;
    if (result.problems.length > 0) err(`${formatProblems(result.problems)}\n`);
    if (!("plan" in result)) continue;
    const page = customerText(result.plan, knownAddressesOf(stack), format);
    if (page === undefined)
      err(`${name}: no zone of this tenant is the customer's: nothing to hand over\n`);
    else pages.push(page);
  }
  if (pages.length > 1 && (format === "html" || format === "csv")) {
    throw new UsageError(
      `--customer --format ${format} is one document: name one stack; ${pages.length} have a page`,
    );
  }
  out(pages.join("\n"));
}

function formatOf(values: { format?: string; json: boolean }): PlanFormat {
  const named = values.format ?? (values.json ? "json" : "bind");
  const format = PLAN_FORMATS.find((one) => one === named);
  if (format === undefined) {
    const other = CUSTOMER_FORMATS.some((one) => one === named)
      ? `; ${named} is a format of --customer`
      : "";
    throw new UsageError(`--format ${named}: allowed are ${PLAN_FORMATS.join(", ")}${other}`);
  }
  if (values.json && format !== "json") throw new UsageError(`either --json or --format ${format}`);
  return format;
}

function customerFormatOf(values: { format?: string; json: boolean }): CustomerFormat {
  const named = values.format ?? (values.json ? "json" : "markdown");
  const format = CUSTOMER_FORMATS.find((one) => one === named);
  if (format === undefined || values.json) {
    const option = values.json ? "--json" : `--format ${named}`;
    throw new UsageError(
      `--customer ${option}: allowed are --format ${CUSTOMER_FORMATS.join(", ")}`,
    );
  }
  return format;
}

function headingOf({ name }: ReadStack, format: PlanFormat): string {
  if (format === "markdown") return "";
  return `${format === "bind" ? "; " : ""}===== ${name} =====\n\n`;
}
