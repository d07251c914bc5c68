import { expect, test } from "vitest";
import { parse } from "yaml";
import { readConfig } from "../../core/config/config.ts";
import type { PlanJson } from "../../core/render/json.ts";
import { renderPlan } from "../../core/render/plan.ts";
import { contextOf } from "../../core/tenant/context.ts";
import { plan } from "../../core/tenant/plan.ts";
import { providerVerdicts } from "../../core/tenant/receivers/provider-rules.ts";
import { ACME, raw } from "./support.ts";

/** Acme without a DKIM key: some rules are met, some not, some nobody can tell. */
function acme() {
  const read = readConfig(raw(parse(ACME)));
  if (!("stack" in read) || read.stack.kind !== "tenant") throw new Error("no tenant");
  const result = plan(read.stack);
  if (!("plan" in result)) throw new Error("no plan");
  const { name, tenant, operator } = read.stack;
  const context = { ...contextOf(name, tenant, operator), records: result.plan.records };
  return { plan: result.plan, policies: providerVerdicts(context) };
}

test("providers that ask and find alike share a row, and what is not met comes first", () => {
  const { plan, policies } = acme();
  const text = renderPlan(plan, [], { format: "table", verdicts: policies });
  const block = text.slice(text.indexOf("Mailbox providers' rules")).trimEnd().split("\n");
  expect(block[2]).toMatch(
    /^ {2}SPF and DKIM +Google, Microsoft, Yahoo +bulk senders +marketing +not met +no DKIM key signs/,
  );
  const verdicts = block.slice(2).map((line) => /not met|unknown|met/.exec(line)?.[0]);
  expect([...new Set(verdicts)]).toEqual(["not met", "met", "unknown"]);
  expect(verdicts.lastIndexOf("not met")).toBeLessThan(verdicts.indexOf("met"));
  expect(verdicts.lastIndexOf("met")).toBeLessThan(verdicts.indexOf("unknown"));
});

test("a zone file stays one, Markdown gets a section, JSON the verdicts themselves", () => {
  const { plan, policies } = acme();
  const zone = renderPlan(plan, [], { format: "bind", verdicts: policies });
  expect(zone.startsWith(renderPlan(plan, [], { format: "bind" }))).toBe(true);
  const added = zone
    .slice(renderPlan(plan, [], { format: "bind" }).length)
    .trim()
    .split("\n");
  expect(added.length).toBeGreaterThan(10);
  expect(added.filter((line) => !line.startsWith("; "))).toEqual([]);

  const markdown = renderPlan(plan, [], { format: "markdown", verdicts: policies });
  expect(markdown).toContain("## Mailbox providers' rules\n\n| Rule | Asked by |");
  const json: PlanJson = JSON.parse(renderPlan(plan, [], { format: "json", verdicts: policies }));
  expect(json.policies).toEqual(policies);
  expect(new Set(json.policies.map(({ provider }) => provider)).size).toBe(3);
});
