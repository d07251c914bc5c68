/** Where the template is applied: names relative to it, and names of elsewhere with as few variables as can be. */

import type { OperatorConfig } from "../config/schema.ts";
import { isOurs } from "../publishers/publishers.ts";
import type { Plan } from "../tenant/plan.ts";
import type { KnownAddresses, PlannedRecord } from "../tenant/record.ts";
import { publisherOf } from "../tenant/zones.ts";
import type { VariableKind, Variables } from "./variables.ts";

/** One name that the template is applied to, and what is known of the tenant. */
export interface TemplatePlace {
  /** The name. */
  fqdn: string;
  /** The customer's zone. */
  zone: string;
  plan: Plan;
  zones: OperatorConfig["zones"];
  known: KnownAddresses;
  variables: Variables;
}

/**
 * The name that the template is applied to for a record: the From domain that it belongs to, else the
 * tenant's domain, else the zone. So a From domain is said in the link (`host=`), as the rules of
 * templates want it, and no variable decides below which name a record is written.
 */
export function applicationNameOf(
  name: string,
  record: PlannedRecord,
  plan: Plan,
  zone: string,
): string {
  const names = [zone, plan.domain, ...plan.streams.map(({ from }) => from)];
  const holds = (candidate: string) =>
    name.endsWith(`.${candidate}`) ||
    // A CNAME at the very name would need `hostRequired`, and shut the zone itself out of the template.
    (name === candidate && (record.data.type !== "CNAME" || candidate === zone));
  return names
    .filter((candidate) => candidate === zone || candidate.endsWith(`.${zone}`))
    .filter(holds)
    .reduce(
      (longest, candidate) => (candidate.length > longest.length ? candidate : longest),
      zone,
    );
}

/** `bounce`, or `@` for the name itself. */
export function hostWithin(name: string, fqdn: string): string {
  return name === fqdn ? "@" : name.slice(0, -fqdn.length - 1);
}

/**
 * A name that a record points to. The customer's own name in it becomes one of the standard's variables,
 * `%fqdn%` or `%domain%`, which the DNS provider fills in and no link can change. Else what stands before a
 * zone of the operator's becomes a variable, so that a link can name nothing outside of that zone.
 *
 * @returns the text, and whether it serves other tenants too: a name of somebody else's is no variable, since
 * one could name anything.
 */
export function boundedTarget(
  target: string,
  place: TemplatePlace,
  kind: VariableKind,
): { text: string; shared: boolean } {
  const { fqdn, zone, plan, variables } = place;
  const operators = operatorZoneOf(target, place);
  const tail = operators === undefined ? "" : `.${operators}`;
  const head = tail === "" ? target : target.slice(0, -tail.length);
  const own = replaceLabels(head, fqdn, "%fqdn%") ?? replaceLabels(head, zone, "%domain%");
  if (own !== undefined) {
    const labels = own.split(".");
    const text = labels.map((label) =>
      label === plan.stack ? variables.use("stack", label) : label,
    );
    return { text: `${text.join(".")}${tail}`, shared: true };
  }
  if (operators === undefined) return { text: target, shared: false };
  if (target === operators) return { text: target, shared: true };
  return { text: `${variables.use(kind, target, head)}${tail}`, shared: true };
}

/** The variable of an address: its IPv4 where it is known. */
export function addressVariable(
  kind: "ip" | "address",
  key: string,
  { known, variables }: TemplatePlace,
): string {
  return variables.useAddress(kind, key, Object.hasOwn(known, key) ? known[key] : undefined);
}

/** The operator's zone that holds a name; undefined for a customer's and for everybody else's. */
export function operatorZoneOf(
  name: string,
  { zones }: Pick<TemplatePlace, "zones">,
): string | undefined {
  const publisher = publisherOf(name, zones);
  return isOurs(publisher) ? publisher.zone : undefined;
}

/** `a.b.c.d` with `b.c` as `%x%` is `a.%x%.d`; undefined where the labels do not stand so. */
function replaceLabels(name: string, labels: string, variable: string): string | undefined {
  const at = `.${name}.`.indexOf(`.${labels}.`);
  return at < 0 ? undefined : name.slice(0, at) + variable + name.slice(at + labels.length);
}
