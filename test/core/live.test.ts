/**
 * Tenants whose domains send already, as operators have them: `live/NN-name.yaml` is a stack file whose first
 * lines say what is expected, `operator.yaml` the project that they share, `.plan` what the plan makes of it.
 *
 * `UPDATE_GOLDEN=1` writes the plans anew; read the difference, and hold it against what is expected.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../core/config/config.ts";
import { formatProblems } from "../../core/problem.ts";
import { renderPlan } from "../../core/render/plan.ts";
import { contextOf } from "../../core/tenant/context.ts";
import { checkKnowledge } from "../../core/tenant/existing/knowledge.ts";
import { type PlanResult, plan } from "../../core/tenant/plan.ts";
import { providerVerdicts } from "../../core/tenant/receivers/provider-rules.ts";
import { LIVE, liveCases, liveValues } from "./live-cases.ts";

const TODAY = "2026-11-26";
const UPDATE = process.env["UPDATE_GOLDEN"] === "1";

function read(file: string): string {
  return readFileSync(new URL(file, LIVE), "utf8");
}

type Values = Record<string, unknown>;

function planOf(name: string, edit: (tenant: Values) => void = () => {}) {
  const raw = readConfig({ stack: "ks", values: liveValues(name, edit) });
  if (!("stack" in raw) || raw.stack.kind !== "tenant") return { problems: raw.problems };
  const { stack } = raw;
  const context = contextOf(stack.name, stack.tenant, stack.operator);
  const result: PlanResult = plan(stack);
  const known = checkKnowledge(context, TODAY).map((finding) => ({ ...finding, stack: "ks" }));
  const problems = [...result.problems, ...known];
  if (!("plan" in result)) return { problems };
  const unmet = providerVerdicts({ ...context, records: result.plan.records }).filter(
    ({ verdict }) => verdict === "not met",
  );
  return { plan: result.plan, problems, unmet };
}

describe("domains that send already", () => {
  test.each(liveCases())("%s", (name) => {
    const { plan: made, problems, unmet = [] } = planOf(name);
    const before = (made?.records ?? []).flatMap(({ key, before: old, leaves, permanent }) => [
      ...(old ?? []).map((text) => `; ${key} takes the place of: ${text}`),
      ...(leaves === undefined ? [] : [`; ${key} leaves: ${leaves}`]),
      ...(permanent === true ? [`; ${key} is for ever`] : []),
    ]);
    const text = [
      made === undefined ? "no plan\n" : renderPlan(made, [], { format: "bind" }),
      ...(before.length > 0 ? [`${before.join("\n")}\n`] : []),
      ...(problems.length > 0 ? [`${formatProblems(problems)}\n`] : []),
      ...(unmet.length > 0
        ? [`${unmet.map(({ provider, rule, why }) => `${provider}: ${rule}: ${why}`).join("\n")}\n`]
        : []),
    ].join("\n");
    const file = `${name}.plan`;
    if (UPDATE) writeFileSync(new URL(file, LIVE), text);
    expect(text).toBe(existsSync(new URL(file, LIVE)) ? read(file) : undefined);
  });

  test("a pool that grows changes nothing that the customer publishes, where it is delegated", () => {
    const theirs = (edit: (tenant: Values) => void) =>
      (planOf("26-external-pool-grows", edit).plan?.records ?? [])
        .filter(({ publisher }) => publisher.by === "external")
        .map(({ name, data }) => JSON.stringify([name, data]));
    const small = (tenant: Values) => {
      const { tx1 } = tenant["addresses"] as Values;
      tenant["addresses"] = { tx1 };
      tenant["streams"] = { news: { from: "news.kitchensink.example", addresses: ["tx1"] } };
    };
    const delegate = (tenant: Values) => {
      tenant["delegate"] = true;
    };
    const both = (tenant: Values) => {
      small(tenant);
      delegate(tenant);
    };
    expect(theirs(delegate).length).toBeGreaterThan(3);
    expect(theirs(delegate)).toEqual(theirs(both));
    // Without it, it does: what this is for.
    expect(theirs(() => {})).not.toEqual(theirs(small));
  });
});
