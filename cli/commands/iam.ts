/** `sendips iam`: the least that a stack's deployments, or a job that only looks, must be allowed. */
import { parseArgs } from "node:util";
import {
  type Access,
  accessFor,
  POLICY_LIMIT,
  policyOf,
  policySize,
  type Role,
} from "../../core/access/access.ts";
import type { Place } from "../../core/access/grant.ts";
import { needsOf } from "../../core/access/stack-needs.ts";
import { accessText } from "../../core/access/words.ts";
import type { Stack } from "../../core/config/config.ts";
import { formatProblems, hasErrors } from "../../core/problem.ts";
import { publisherOfZone } from "../../core/publishers/publishers.ts";
import { plan } from "../../core/tenant/plan.ts";
import { Refusal, type Surroundings, UsageError } from "../engine/surroundings.ts";
import { type LoadedStack, loadStack, openProject, type Project } from "../project/project.ts";
import { stacksAskedFor } from "../project/stacks.ts";

const ROLES: readonly Role[] = ["deploy", "drift"];
const CLOUDS = ["aws", "cloudflare"] as const;
const KINDS = ["tenant", "mail-host"] as const;

export const IAM_USAGE = `sendips iam <stack…|--all> [options]
  The IAM policy and the scopes of the Cloudflare token that are enough for a tenant or a mail host, each
  permission with why it is there. Reads files only.
  --all         every stack of the project with one policy, by the project's tag and not by each stack's
  --kind        with --all: ${KINDS.join(" or ")} stacks alone; together they are more than IAM takes as one policy
  --role        ${ROLES.join(" or ")} (a job that only looks). Default: deploy
  --adopt       an address that is to be taken over and that the config does not name yet, by its allocation id or IPv4;
                may be repeated
  --account     the AWS account's number. Default: any; credentials reach one only
  --json        ${CLOUDS.join(" or ")}: the policy as IAM takes it, or the body of POST /user/tokens
`;

/** Runs `iam <args>`. */
export async function iamCommand(
  args: readonly string[],
  { cwd, env, out, err }: Surroundings,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      all: { type: "boolean", default: false },
      kind: { type: "string" },
      role: { type: "string", default: "deploy" },
      adopt: { type: "string", multiple: true, default: [] },
      account: { type: "string" },
      json: { type: "string" },
    },
  });
  const role = oneOf(ROLES, values.role, "--role");
  const cloud = values.json === undefined ? undefined : oneOf(CLOUDS, values.json, "--json");
  const kind = values.kind === undefined ? undefined : oneOf(KINDS, values.kind, "--kind");
  if (kind !== undefined && !values.all) throw new UsageError("--kind goes with --all");
  const { account } = values;
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw new UsageError(`--account ${account}: an AWS account's number has 12 digits`);
  }
  for (const address of values.adopt) {
    if (!/^(eipalloc-[0-9a-f]+|\d{1,3}(\.\d{1,3}){3})$/.test(address)) {
      throw new UsageError(`--adopt ${address}: an allocation id (eipalloc-…) or a public IPv4`);
    }
  }
  const project = openProject(cwd);
  const names = stacksAskedFor(project, positionals, { all: values.all, otherwise: "none" });
  const loaded = names.map((name) => loadStack(project, name));
  const { stacks: read, problems } = readable(loaded);
  if (problems.length > 0) {
    throw new Refusal(`the config has errors; mend them first\n${formatProblems(problems)}`);
  }
  const stacks = read.filter((stack) => kind === undefined || kindOf(stack) === kind);
  const region = regionOf(loaded, env);
  const place: Place = {
    project: project.name,
    ...(values.all ? {} : { stacks: names.map((name) => name.split("/").at(-1) ?? name) }),
    ...(region === undefined ? {} : { region }),
    ...(account === undefined ? {} : { account }),
  };
  const needs = needsOf(stacks, values.adopt);
  const access = accessFor(role, place, needs);
  const of = values.all ? `every ${kind ?? "stack"} of ${project.name}` : names.join(", ");
  if (cloud !== undefined) {
    out(`${JSON.stringify(documentOf(of, access, cloud), null, 2)}\n`);
    return 0;
  }
  if (region === undefined) err("the config does not say one aws:region: any Region is allowed\n");
  out(accessText(of, access, zonesOf(project, stacks, needs.zoneIds)));
  return 0;
}

function oneOf<Value extends string>(
  allowed: readonly Value[],
  value: string,
  option: string,
): Value {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new UsageError(`${option} ${value}: ${allowed.join(" or ")}`);
}

/** A policy for half of a plan would be one that fails halfway. */
function readable(loaded: readonly LoadedStack[]) {
  const stacks: Stack[] = [];
  const problems = loaded.flatMap(({ read }) => {
    if (!("stack" in read)) return read.problems;
    stacks.push(read.stack);
    const planned = read.stack.kind === "tenant" ? plan(read.stack).problems : [];
    return hasErrors(planned) ? planned : [];
  });
  return { stacks, problems: problems.filter(({ level }) => level === "error") };
}

/** The one Region of all of them. */
function regionOf(loaded: readonly LoadedStack[], env: NodeJS.ProcessEnv): string | undefined {
  const ambient = env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  const [region, ...others] = new Set(loaded.map((stack) => stack.region ?? ambient));
  return others.length === 0 ? region : undefined;
}

function kindOf({ kind }: Stack): (typeof KINDS)[number] {
  return kind === "tenant" ? "tenant" : "mail-host";
}

function documentOf(of: string, { grants, token }: Access, cloud: (typeof CLOUDS)[number]) {
  if (cloud === "aws" && grants.length > 0) {
    const policy = policyOf(grants);
    const size = policySize(policy);
    if (size <= POLICY_LIMIT) return policy;
    throw new Refusal(
      `${of}: a policy of ${size} characters, and IAM takes ${POLICY_LIMIT}\n` +
        `  print one for tenants and one for mail hosts: sendips iam --all --kind ${KINDS[0]}, --kind ${KINDS[1]}`,
    );
  }
  if (cloud === "cloudflare" && token !== undefined) return token;
  throw new Refusal(`${of}: needs nothing of ${cloud === "aws" ? "AWS" : "Cloudflare"}`);
}

/** The ids of the zones by their names. */
function zonesOf(
  project: Project,
  stacks: readonly Stack[],
  zoneIds: readonly string[],
): Record<string, string> {
  const zones = [project.operator.operator, ...stacks.map(({ operator }) => operator)].flatMap(
    (operator) => Object.entries(operator?.zones ?? {}),
  );
  return Object.fromEntries(
    zones.flatMap(([zone, config]): [string, string][] => {
      const publisher = publisherOfZone(zone, config);
      const id = publisher !== undefined && "zoneId" in publisher ? publisher.zoneId : "";
      return zoneIds.includes(id) ? [[zone, id]] : [];
    }),
  );
}
