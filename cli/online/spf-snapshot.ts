/** What SPF includes hold at this moment: asked from DNS, for a plan that counts what they cost. */
import type { Resolver } from "node:dns/promises";
import { configPath } from "../../core/config/config.ts";
import type { Finding } from "../../core/problem.ts";
import { contextOf } from "../../core/tenant/context.ts";
import type { TenantStack } from "../../core/tenant/plan.ts";
import { mergedSpf, spfNames } from "../../core/tenant/spf/records.ts";
import { isAbsent, resolverAt } from "../../dns/name-reader.ts";
import { NEAR_LIMIT, type SpfBudget, spfBudget } from "../../mail/spf/budget.ts";
import { isSpf, limitText } from "../../mail/spf/finding.ts";
import { hasMacro } from "../../mail/spf/macro.ts";
import { parseSpf } from "../../mail/spf/parse.ts";
import { TERM_LIMIT } from "../../mail/spf/types.ts";

/** An SPF record as DNS has it, or why there is none; only `failed` may be otherwise a moment later. */
export type SpfAnswer =
  | { status: "found"; text: string }
  | { status: "none" }
  | { status: "several"; count: number }
  | { status: "failed"; reason: string };

/** Asks for the SPF record of a name. */
export type AskSpf = (name: string) => Promise<SpfAnswer>;

/** Records by name, and what could not be had. */
export interface SpfSnapshot {
  records: Record<string, string>;
  findings: Finding[];
}

/** RFC 7208 §4.6.4 ends an evaluation after 10; more are followed only to say what each costs. */
const NAME_LIMIT = 100;

/**
 * Asks DNS through the servers of the operator's config, else through the machine's own. Each name
 * is asked once.
 */
export function spfFromDns(servers: readonly string[] | undefined): AskSpf {
  const resolver = resolverAt(servers);
  let cutOff: Promise<string | undefined> | undefined;
  const answers = new Map<string, Promise<SpfAnswer>>();
  const ask = async (name: string): Promise<SpfAnswer> => {
    const answer = await askOnce(resolver, name);
    if (answer.status !== "none" || servers !== undefined) return answer;
    // A machine's own resolver may deny all names of the world, as in a closed network.
    cutOff ??= rootFault(resolver);
    const reason = await cutOff;
    return reason === undefined ? answer : { status: "failed", reason };
  };
  return (name) => {
    const answer = answers.get(name) ?? ask(name);
    answers.set(name, answer);
    return answer;
  };
}

/** Why the root cannot be seen; undefined when it can. */
async function rootFault(resolver: Resolver): Promise<string | undefined> {
  try {
    await resolver.resolveNs(".");
    return undefined;
  } catch (error) {
    return `this machine's resolver does not see the DNS root: ${codeOf(error)}`;
  }
}

async function askOnce(resolver: Resolver, name: string): Promise<SpfAnswer> {
  try {
    const texts = (await resolver.resolveTxt(name)).map((strings) => strings.join(""));
    const [text, ...more] = texts.filter(isSpf);
    if (text === undefined) return { status: "none" };
    return more.length > 0
      ? { status: "several", count: more.length + 1 }
      : { status: "found", text };
  } catch (error) {
    return isAbsent(error) ? { status: "none" } : { status: "failed", reason: codeOf(error) };
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

/** Follows every `include` and `redirect` of a tenant's SPF, and those in what they point to. */
export async function spfSnapshot(stack: TenantStack, ask: AskSpf): Promise<SpfSnapshot> {
  const snapshot: SpfSnapshot = { records: {}, findings: [] };
  const changed = new Map<string, string>();
  let wave = ownTargets(stack);
  const seen = new Set<string>();
  while (wave.length > 0) {
    const fresh = wave.filter(
      ({ name }) => !seen.has(name) && seen.size < NAME_LIMIT && seen.add(name),
    );
    const answers = await Promise.all(fresh.map(({ name }) => ask(name)));
    wave = fresh.flatMap((from, index) => {
      const answer = answers[index];
      if (answer === undefined) return [];
      const old = stack.operator.spfSnapshot[from.name];
      snapshot.findings.push(...findingsOf(from, answer, old));
      // A temporary failure leaves standing what was seen before.
      if (answer.status === "failed" && old !== undefined) snapshot.records[from.name] = old;
      if (answer.status !== "found") return [];
      snapshot.records[from.name] = answer.text;
      if (old !== undefined && old !== answer.text) changed.set(from.name, answer.text);
      return targetsOf(answer.text).map((name) => ({ name, path: from.path, via: from.name }));
    });
  }
  snapshot.findings.push(...costChanges(stack, snapshot.records, changed));
  return snapshot;
}

/** What the changed records cost now and then; all have been asked for before, as one may hold another. */
function costChanges(
  stack: TenantStack,
  now: Readonly<Record<string, string>>,
  changed: ReadonlyMap<string, string>,
): Finding[] {
  if (changed.size === 0) return [];
  const then = new Map(Object.entries(stack.operator.spfSnapshot));
  const records = new Map([...then, ...Object.entries(now)]);
  const own = ownRecords(stack, records);
  const [whole] = own;
  // What was within the limit when it was looked at, and is deployed so, gives permerror from now on. The plan
  // alone would not say so of a record that stands: over the limit it is left to its owner.
  const overrun = own.some(
    ({ name, text, budget }) =>
      budget.lookups > TERM_LIMIT &&
      spfBudget(text, { domain: name, records: then }).lookups <= TERM_LIMIT,
  );
  return [...changed].map(([name, text]) => {
    const include = `v=spf1 include:${name} -all`;
    const [after, before] = [
      spfBudget(include, { records }),
      spfBudget(include, { records: then }),
    ];
    const costs =
      lookups(after) === lookups(before)
        ? `${lookups(after)}, as in the snapshot`
        : `${lookups(after)} now, ${atLeast(before)} in the snapshot`;
    const all =
      whole !== undefined && whole.budget.lookups >= NEAR_LIMIT
        ? `; the whole record of ${whole.name} comes to ${limitText(whole.budget.lookups, whole.budget.atLeast)}`
        : "";
    return {
      code: "spf-snapshot-old",
      level: overrun && after.lookups > before.lookups ? "error" : "warning",
      path: `sendips:spfSnapshot["${name}"]`,
      message: `is not what DNS says now, so the plan without --online counts wrongly: ${costs}${all}`,
      fix: `now: ${text}`,
      rule: "RFC 7208 §4.6.4",
    };
  });
}

function atLeast({ atLeast: open, lookups: count }: SpfBudget): string {
  return `${open ? "at least " : ""}${count}`;
}

/** `4 look-ups`. */
function lookups(budget: SpfBudget): string {
  return `${atLeast(budget)} look-up${budget.lookups === 1 ? "" : "s"}`;
}

/** The tenant's records as they would be published, the one that asks DNS most first: addresses cost nothing. */
function ownRecords(
  stack: TenantStack,
  records: ReadonlyMap<string, string>,
): { name: string; text: string; budget: SpfBudget }[] {
  return spfNames(contextOf(stack.name, stack.tenant, stack.operator))
    .map((sender) => {
      const text = mergedSpf(sender).text ?? sender.standing[0]?.text ?? "v=spf1 -all";
      const budget = spfBudget(text, { domain: sender.name, records });
      return { name: sender.name, text, budget };
    })
    .toSorted((a, b) => b.budget.lookups - a.budget.lookups);
}

interface Target {
  name: string;
  /** The config that leads there. */
  path: string;
  /** The record that names it; absent when the config does. */
  via?: string;
}

function ownTargets(stack: TenantStack): Target[] {
  return spfNames(contextOf(stack.name, stack.tenant, stack.operator)).flatMap(
    ({ name, standing, spf }) => {
      const own = name === stack.tenant.domain;
      const path = own ? ["tenant", "spf"] : ["tenant", "domains", name, "spf"];
      const include = (spf?.include ?? []).map((target, index) => ({
        name: nameOf(target),
        path: `${configPath([...path, "include"])}[${index}]`,
      }));
      const stands = standing.flatMap(({ text, path: at }) =>
        targetsOf(text).map((target) => ({ name: target, path: at })),
      );
      return [...include, ...stands];
    },
  );
}

/** Names with macros depend on the mail, so that no snapshot can hold them. */
function targetsOf(text: string): string[] {
  return parseSpf(text).terms.flatMap(({ term }) => {
    const names = term.type === "include" || term.type === "redirect";
    return names && !hasMacro(term.domain) ? [nameOf(term.domain)] : [];
  });
}

function nameOf(domain: string): string {
  return domain.toLowerCase().replace(/\.$/, "");
}

function findingsOf({ name, path, via }: Target, answer: SpfAnswer, old?: string): Finding[] {
  const what = via === undefined ? name : `${name}, which ${via} includes,`;
  switch (answer.status) {
    case "none":
      return [
        {
          code: "spf-include-none",
          level: "error",
          path,
          message: `${what} has no SPF record: receivers give permerror for every mail that gets so far`,
          fix: "remove the include, or ask its owner for the right name",
          rule: "RFC 7208 §5.2",
        },
      ];
    case "several":
      return [
        {
          code: "spf-include-several",
          level: "error",
          path,
          message: `${what} has ${answer.count} SPF records: receivers give permerror`,
          fix: "remove the include, or ask its owner to publish one",
          rule: "RFC 7208 §4.5",
        },
      ];
    case "failed":
      return [
        {
          code: "spf-include-unanswered",
          level: "warning",
          path,
          message: `${what} could not be asked for (${answer.reason}): this says nothing about its record`,
          fix:
            old === undefined
              ? "try again; until then it counts as at least one look-up"
              : "try again; until then sendips:spfSnapshot stands for it",
          rule: "RFC 7208 §2.6.6",
        },
      ];
    case "found":
      return [];
  }
}
