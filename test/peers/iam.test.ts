/**
 * What somebody else's evaluator of IAM policies says, against the sandbox's own: of what `sendips iam` prints, in every
 * way in which a request can miss it, and of conditions made by chance. And what Amazon's Service Authorization Reference
 * says: which action takes which resource, and knows which condition keys there.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, type TestContext, test } from "vitest";
import { accessFor, policyOf } from "../../core/access/access.ts";
import { type AccessRequest, evaluate } from "../../sandbox/access/evaluate.ts";
import { type Policy, policySchema, type Statement } from "../../sandbox/access/policy.ts";
import { withLock } from "../../sandbox/engine/lock.ts";
import { REPOSITORY } from "../../sandbox/project.ts";
import { skipFor } from "../contract/commands.ts";
import { ownEnv, run } from "../package/support.ts";

const SOURCE = join(import.meta.dirname, "iam");
const FOLDER = join(REPOSITORY, ".sandbox", "peers-iam");
const STAMP = join(FOLDER, "stamp");

interface Question {
  policies: Policy[];
  request: AccessRequest;
}

type Answer = { result: string } | { error: { message: string } };

/** Installs the evaluator once, below `.sandbox`; a test that cannot have it is skipped with the reason. */
async function needEvaluator(context: Pick<TestContext, "skip">): Promise<void> {
  const files = ["package.json", "package-lock.json", "evaluate.mjs"];
  const texts = await Promise.all(files.map((file) => readFile(join(SOURCE, file), "utf8")));
  const wanted = createHash("sha256").update(texts.join()).digest("hex");
  const failed = await withLock(
    `${FOLDER}.lock`,
    async () => {
      if (existsSync(STAMP) && (await readFile(STAMP, "utf8")) === wanted) return undefined;
      await rm(FOLDER, { recursive: true, force: true });
      await mkdir(FOLDER, { recursive: true });
      for (const file of files) await cp(join(SOURCE, file), join(FOLDER, file));
      const options = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
      const ended = await run("npm", ["ci", ...options], { cwd: FOLDER, env: ownEnv() });
      if (ended.code !== 0) return ended.output;
      await writeFile(STAMP, wanted);
      return undefined;
    },
    () => {},
  );
  if (failed !== undefined) {
    skipFor(context, "npm cannot install the packages of test/peers/iam", failed);
  }
}

/** What Amazon's reference says of an action. */
interface Reference {
  keys: string[];
  /** By the type of the resource. */
  resources: Record<string, string[]>;
  /** Those of them that every such call is asked about. */
  required: string[];
}

async function ask(questions: readonly Question[]): Promise<Answer[]> {
  return (await askAll(questions, [])).answers;
}

function askAll(
  questions: readonly Question[],
  actions: readonly string[],
): Promise<{ answers: Answer[]; reference: Record<string, Reference> }> {
  return new Promise((resolve, reject) => {
    const options = { cwd: FOLDER, maxBuffer: 1e9 };
    const child = execFile(process.execPath, ["evaluate.mjs"], options, (error, stdout) =>
      error === null ? resolve(JSON.parse(stdout)) : reject(error),
    );
    child.stdin?.end(JSON.stringify({ questions, actions }));
  });
}

const PLACE = { project: "mail", stacks: ["acme", "shop"], region: "us-east-1" };
const NEEDS = {
  tenant: {
    networkInterfaces: ["eni-0123456789abcdef0"],
    pools: ["ipv4pool-ec2-0123456789abcdef0"],
    adopt: ["eipalloc-0123456789abcdef0", "198.51.100.1"],
  },
  mailHost: {
    subnets: ["subnet-0123456789abcdef0"],
    instance: {
      images: ["ami-0123456789abcdef0"],
      keyPairs: ["ops"],
      instanceProfiles: ["mail"],
    },
  },
  zoneIds: [],
};

function printed(): Policy[] {
  const { stacks: _, ...whole } = PLACE;
  const ofOurs = { ...NEEDS, tenant: { ...NEEDS.tenant, networkInterfaces: [] } };
  return [accessFor("deploy", PLACE, NEEDS), accessFor("deploy", whole, ofOurs)].map(({ grants }) =>
    policySchema.parse(policyOf(grants)),
  );
}

const listOf = (value: string | string[]): string[] => [value].flat();

/** A resource that a pattern stands for. */
function instanceOf(pattern: string): string {
  const ids: Readonly<Record<string, string>> = { "elastic-ip": "eipalloc-0fedcba9876543210" };
  return pattern
    .replace(":us-east-1:*:", ":us-east-1:123456789012:")
    .replace("iam::*:", "iam::123456789012:")
    .replace(/([a-z0-9-]+)\/\*$/, (_, type) => `${type}/${ids[type] ?? `${type}-0123`}`);
}

/** A context that meets all conditions of a statement. */
function fitting({ Condition = {} }: Statement): Record<string, string | string[]> {
  const context: Record<string, string | string[]> = {};
  for (const [operator, keys] of Object.entries(Condition)) {
    for (const [key, wanted] of Object.entries(keys)) {
      const [first = ""] = listOf(wanted);
      if (operator.startsWith("ForAllValues")) context[key] = ["Name", "sendips:release"];
      else if (operator !== "Null") context[key] = first.replaceAll("*", "any");
      else if (first === "false") context[key] ??= "there";
    }
  }
  const { "ec2:Subnet": subnet } = context;
  if (typeof subnet === "string") context["ec2:Subnet"] = subnet.replace(":any:", ":123456789012:");
  return context;
}

/** The same request, and it with each key of its context missing, or otherwise. */
function variants(request: AccessRequest): AccessRequest[] {
  return [
    request,
    ...Object.keys(request.context).flatMap((key) => {
      const { [key]: value, ...context } = request.context;
      const changed =
        key === "ec2:Subnet"
          ? "arn:aws:ec2:us-east-1:123456789012:subnet/subnet-0fedcba9876543210"
          : Array.isArray(value)
            ? [...value, "sendips:stack"]
            : "another";
      return [
        { ...request, context },
        { ...request, context: { ...context, [key]: changed } },
      ];
    }),
  ];
}

test("others agree on what is printed, in whichever way a request misses it", {
  timeout: 600_000,
}, async (context) => {
  await needEvaluator(context);
  const questions = printed().flatMap((policy) =>
    policy.Statement.flatMap((statement) =>
      listOf(statement.Action).flatMap((action) =>
        listOf(statement.Resource).flatMap((pattern) =>
          variants({ action, resource: instanceOf(pattern), context: fitting(statement) }).map(
            (request) => ({ policies: [policy], request, statement: statement.Sid ?? "" }),
          ),
        ),
      ),
    ),
  );
  const answers = await ask(questions);
  const sensible = new Set<string>();
  const every = new Set<string>();
  const differing = questions.flatMap(({ policies, request, statement }, index) => {
    const answer = answers[index];
    const parts = [`${statement} ${request.action}`, `${statement} ${request.resource}`];
    for (const part of parts) every.add(part);
    // An action on a resource that it does not take: the statement has it for another of its actions.
    if (answer === undefined || "error" in answer) return [];
    for (const part of parts) sensible.add(part);
    const ours = evaluate(policies, request).allowed;
    return ours === (answer.result === "Allowed") ? [] : [{ request, ours, ...answer }];
  });
  expect(differing).toEqual([]);
  expect([...every].filter((part) => !sensible.has(part))).toEqual([]);
});

/** A key of every request (IAM User Guide, global condition context keys). */
const GLOBAL = "aws:RequestedRegion";

test("no condition rests on a key that Amazon's reference does not list for the action or its resource", {
  timeout: 600_000,
}, async (context) => {
  await needEvaluator(context);
  const statements = printed().flatMap(({ Statement }) => Statement);
  const actions = [...new Set(statements.flatMap(({ Action }) => listOf(Action)))];
  const { reference } = await askAll([], actions);
  const isListed = (key: string, keys: readonly string[] = []) =>
    key === GLOBAL || keys.some((known) => key === known || isTagOf(key, known));
  const wrong = statements.flatMap(({ Sid, Action, Resource, Condition = {} }) => {
    const keys = [...new Set(Object.values(Condition).flatMap((entry) => Object.keys(entry)))];
    const types = [...new Set(listOf(Resource).flatMap((arn) => typeOf(arn) ?? []))];
    return listOf(Action).flatMap((action) => {
      const { keys: own = [], resources = {} } = reference[action] ?? {};
      const taken = types.filter((type) => type in resources);
      // An action without resources is granted on all of them, and one with resources on some of them.
      const fits = types.length === 0 ? Object.keys(resources).length === 0 : taken.length > 0;
      const unknown = (taken.length === 0 ? [""] : taken).flatMap((type) =>
        keys.flatMap((key) =>
          isListed(key, [...own, ...(resources[type] ?? [])])
            ? []
            : [`${Sid}: ${action} ${type} ${key}`],
        ),
      );
      return fits ? unknown : [`${Sid}: ${action} takes none of ${types}`];
    });
  });
  expect(wrong).toEqual([]);
  const missing = printed().flatMap(({ Statement }) =>
    actions.flatMap((action) => {
      const granted = Statement.filter(({ Action }) => listOf(Action).includes(action))
        .flatMap(({ Resource }) => listOf(Resource))
        .map(typeOf);
      const required = granted.length === 0 ? [] : (reference[action]?.required ?? []);
      return required.flatMap((type) => (granted.includes(type) ? [] : [`${action} on ${type}`]));
    }),
  );
  expect(missing).toEqual([]);
});

/** `aws:ResourceTag/${TagKey}` stands for every tag. */
function isTagOf(key: string, known: string): boolean {
  return /\/\$\{TagKey\}$/.test(known) && key.startsWith(known.slice(0, known.indexOf("$")));
}

/** `elastic-ip`; undefined for `*`. */
function typeOf(arn: string): string | undefined {
  return /:([a-z0-9-]+)\/[^/]*$/.exec(arn)?.[1];
}

const VALUES = ["acme", "shop", "ac*", "*", "a?me"];
const TEXTS = ["acme", "shop", "ACME", "other"];
const KEYS = ["aws:ResourceTag/a", "aws:RequestTag/b", "aws:TagKeys"];
const NAMES = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"];

/** A set operator is for a list, and without one a list is no case of IAM's. */
const condition = fc
  .tuple(
    fc.constantFrom(...NAMES, "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "Null"),
    fc.constantFrom("ForAllValues:", "ForAnyValue:"),
    fc.constantFrom("", "IfExists"),
    fc.constantFrom(...KEYS),
    fc.subarray(VALUES, { minLength: 1 }),
    fc.constantFrom("true", "false"),
  )
  .map(([name, set, ifExists, key, wanted, absent]): [string, string, string[]] => {
    if (name === "Null") return [name, key, [absent]];
    return [key === "aws:TagKeys" ? set + name : name + ifExists, key, wanted];
  });
/** One value, but of the tag keys, which are the list among IAM's keys. */
const contexts = fc
  .tuple(
    fc.option(fc.constantFrom(...TEXTS)),
    fc.option(fc.constantFrom(...TEXTS)),
    fc.option(fc.subarray(TEXTS, { minLength: 1 })),
  )
  .map((values) =>
    Object.fromEntries(
      values.flatMap((value, index) => (value === null ? [] : [[KEYS[index] ?? "", value]])),
    ),
  );
test("others agree on conditions made by chance", { timeout: 600_000 }, async (context) => {
  await needEvaluator(context);
  const made = fc.tuple(
    fc.array(condition, { minLength: 1, maxLength: 3 }),
    fc.constantFrom<"Allow" | "Deny">("Allow", "Allow", "Deny"),
    contexts,
  );
  const questions = fc.sample(made, 500).map(([conditions, Effect, values]): Question => {
    const Condition: Statement["Condition"] = {};
    for (const [operator, key, wanted] of conditions) {
      Condition[operator] = { ...Condition[operator], [key]: wanted };
    }
    const allow = { Effect: "Allow" as const, Action: "ec2:CreateTags", Resource: "*" };
    const Statement =
      Effect === "Allow" ? [{ ...allow, Condition }] : [allow, { ...allow, Effect, Condition }];
    return {
      policies: [{ Version: "2012-10-17", Statement }],
      request: {
        action: "ec2:CreateTags",
        resource: "arn:aws:ec2:us-east-1:123456789012:elastic-ip/eipalloc-0123456789abcdef0",
        context: values,
      },
    };
  });
  const answers = await ask(questions);
  const differing = questions.flatMap(({ policies, request }, index) => {
    const answer = answers[index];
    const { allowed: ours, explicitDeny } = evaluate(policies, request);
    const said = ours ? "Allowed" : explicitDeny ? "ExplicitlyDenied" : "ImplicitlyDenied";
    return answer !== undefined && "result" in answer && answer.result === said
      ? []
      : [{ policies: JSON.stringify(policies), context: request.context, said, answer }];
  });
  expect(differing.slice(0, 3)).toEqual([]);
});
