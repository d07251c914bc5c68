/** The plan as text, in the format that the reader wants. */

import { formatProblems, type Problem, sortedByRank } from "../problem.ts";
import type { Plan } from "../tenant/plan.ts";
import type { ProviderVerdict } from "../tenant/receivers/provider-rules.ts";
import type { KnownAddresses } from "../tenant/record.ts";
import { bindText } from "./bind.ts";
import { type Departure, type DeployedRetirements, departuresOf } from "./departures.ts";
import { planJson } from "./json.ts";
import {
  markdownDepartures,
  markdownProblems,
  markdownText,
  markdownVerdicts,
} from "./markdown.ts";
import { departureTable, tableText, verdictTable } from "./table.ts";

/** What {@link renderPlan} can write. */
export const PLAN_FORMATS = ["bind", "table", "markdown", "json"] as const;

export type PlanFormat = (typeof PLAN_FORMATS)[number];

export interface RenderOptions {
  /** @default "bind" */
  format?: PlanFormat;
  /** IPv4 by address key, once the stack has been deployed. @default {} and references stand in their place */
  known?: KnownAddresses;
  /** What is deployed of addresses that leave, once the stack has been deployed. @default nothing */
  retirements?: DeployedRetirements;
  /** What mailbox providers ask of the tenant; in a zone file as comments. @default none shown */
  verdicts?: readonly ProviderVerdict[];
  /** The stack's name, for the JSON of one without a plan. @default that of its first problem */
  stack?: string;
}

/**
 * A plan and its problems as text that ends in a line break; without a plan, the problems alone.
 * Problems come after the plan, errors first, accepted warnings last. In a zone file they are comments, so that it stays one.
 * The JSON is one object, described by `PlanJson`.
 *
 * @example
 * renderPlan(result.plan, result.problems, { format: "bind", known: { tx1: "192.0.2.1" } })
 */
export function renderPlan(
  plan: Plan | undefined,
  problems: readonly Problem[],
  options: RenderOptions = {},
): string {
  const { format = "bind", known = {}, retirements = {}, verdicts = [], stack } = options;
  const ordered = sortedByRank(problems);
  if (format === "json")
    return `${JSON.stringify(planJson(plan, ordered, { known, retirements, verdicts, stack }), null, 2)}\n`;
  const parts: string[] = [];
  if (plan !== undefined) {
    parts.push(RENDERERS[format](plan, known));
    const departures = departuresOf(plan, retirements);
    if (departures.length > 0) parts.push(DEPARTURE_RENDERERS[format](departures));
    if (verdicts.length > 0) parts.push(VERDICT_RENDERERS[format](verdicts));
  }
  if (problems.length > 0) parts.push(problemText(ordered, format));
  return parts.join("\n");
}

const RENDERERS = { bind: bindText, table: tableText, markdown: markdownText } as const;

const VERDICT_RENDERERS = {
  bind: (verdicts: readonly ProviderVerdict[]) => asZoneComment(verdictTable(verdicts)),
  table: verdictTable,
  markdown: markdownVerdicts,
} as const;

const DEPARTURE_RENDERERS = {
  bind: (departures: readonly Departure[]) => asZoneComment(departureTable(departures)),
  table: departureTable,
  markdown: markdownDepartures,
} as const;

/** A zone file stays one. */
function asZoneComment(text: string): string {
  return `${text.trimEnd().replace(/^/gm, "; ")}\n`;
}

function problemText(problems: readonly Problem[], format: "bind" | "table" | "markdown"): string {
  if (format === "markdown") return markdownProblems(problems);
  const text = formatProblems(problems);
  return format === "bind" ? asZoneComment(text) : `${text}\n`;
}
