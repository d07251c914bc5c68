/** SPF in a template: own terms alone, since the DNS provider merges them into what stands (section 7.7). */
import type { PlannedRecord, Text } from "../tenant/record.ts";
import {
  addressVariable,
  boundedTarget,
  operatorZoneOf,
  type TemplatePlace,
} from "./template-place.ts";

/** What of a record's SPF goes into the template. */
export interface Rules {
  /** Own terms; empty where there are none. */
  rules: string;
  /** Terms of others that the name sends through: they stand there now, and a merge keeps them. */
  others: string[];
  /** True when the plan ends in `-all`, which a merge may soften. */
  strict: boolean;
}

/**
 * The own terms of an SPF record. At the organisational domain the plan's record also names what the domain
 * sends through besides: those terms differ between tenants and are the customer's already.
 *
 * @param text without macros, whose % would be read as a variable's
 */
export function spfRules(record: PlannedRecord, text: Text, place: TemplatePlace): Rules {
  const merged = record.name === place.plan.domain;
  const terms = rulesText(text, place).split(" ").slice(1);
  const rules: string[] = [];
  const others: string[] = [];
  let strict = false;
  for (const term of terms) {
    if (/^[-~?+]?all$/.test(term)) strict = term === "-all";
    else {
      const own = ownTerm(term, place);
      if (own !== undefined) rules.push(own);
      else if (merged) others.push(term);
      else rules.push(term);
    }
  }
  return { rules: rules.join(" "), others, strict };
}

/** A term that names own addresses or a zone of the operator's. */
function ownTerm(term: string, place: TemplatePlace): string | undefined {
  if (/^ip4:%ip\d+%$/.test(term)) return term;
  const [, mechanism = "", name = ""] = /^(include:|a:|mx:)([^/]+)$/.exec(term) ?? [];
  if (operatorZoneOf(name, place) === undefined) return undefined;
  return `${mechanism}${boundedTarget(name, place, "spf").text}`;
}

/** The text with a variable for each address; ranges one by one, as their count is not the tenant's shape. */
function rulesText(text: Text, place: TemplatePlace): string {
  const ip = (key: string) => addressVariable("ip", key, place);
  return text
    .map((part) => {
      if (typeof part === "string") return part;
      if ("ranges" in part) return part.ranges.map((key) => `ip4:${ip(key)}`).join(" ");
      return "address" in part ? ip(part.address) : "";
    })
    .join("");
}
