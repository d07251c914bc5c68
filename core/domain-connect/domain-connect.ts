/**
 * Domain Connect 2.3 (github.com/Domain-Connect/spec): the records that a customer must publish, as a
 * template that DNS providers take once and as links that a customer follows.
 */

import type { OperatorConfig } from "../config/schema.ts";
import type { Finding } from "../problem.ts";
import { isCustomers } from "../publishers/publishers.ts";
import type { Plan } from "../tenant/plan.ts";
import type { KnownAddresses, PlannedRecord } from "../tenant/record.ts";
import { applicationNameOf, type TemplatePlace } from "./template-place.ts";
import { type TemplateNote, templateRecordOf } from "./template-record.ts";
import type { Application, Template, TemplateRecord } from "./types.ts";
import { describeVariables, Variables } from "./variables.ts";

export {
  domainConnectLink,
  signingKey,
  signingKeyRecords,
  urlPrefix,
} from "./link.ts";
export type { Application, Template } from "./types.ts";

/** A template, what each application of it fills in, and what a person should know. */
export interface TemplateResult {
  /** Absent when nothing of the zone can be expressed, or the operator's config has no `domainConnect`. */
  template?: Template;
  /** One for each name that the template is applied to: the zone or its From domains. */
  applications: Application[];
  /** Records that are left out, each with its reason; and what the DNS provider does otherwise. */
  findings: Finding[];
}

/** The standard, for the rule of a finding. */
const RULE = "Domain Connect 2.3";

/** The zones that the customer publishes, in order. */
export function customerZones({ records }: Plan): string[] {
  const zones = records.flatMap(({ publisher }) =>
    isCustomers(publisher) ? [publisher.zone] : [],
  );
  return [...new Set(zones)].sort();
}

/**
 * The template of a plan's records in one zone of the customer's. What differs between tenants is a
 * variable, so that tenants whose plans have the same shape have the same template, and each is bounded:
 * a selector before `._domainkey`, labels before a zone of the operator's, an address, a key. All links are
 * signed (`syncPubKeyDomain`).
 *
 * @param zone one of {@link customerZones}
 * @param known IPv4 by address key; one that is missing is named in the application's `unknown`
 */
export function domainConnectTemplate(
  plan: Plan,
  operator: Pick<OperatorConfig, "zones" | "domainConnect">,
  { zone, known }: { zone: string; known: KnownAddresses },
): TemplateResult {
  const { domainConnect, zones } = operator;
  const findings: Finding[] = [];
  const say = (path: string, { code, message, fix }: TemplateNote) =>
    findings.push({ code, level: "warning", path, message, fix, rule: RULE });
  if (domainConnect === undefined) {
    say("sendips:domainConnect", {
      code: "domain-connect-operator-missing",
      message: "is missing: who the operator is to DNS providers",
      fix: "set it in Pulumi.yaml, see docs/domain-connect.md",
    });
    return { applications: [], findings };
  }
  const places = new Map<string, TemplatePlace>();
  const groups = new Groups();
  const softened: string[] = [];
  for (const record of plan.records) {
    const { publisher, path, name, data } = record;
    if (!isCustomers(publisher) || publisher.zone !== zone) continue;
    const leaveOut = (reason: string, fix: string) =>
      say(path, {
        code: "domain-connect-left-out",
        message: `${nameText(record)} ${data.type} is left out: ${reason}`,
        fix,
      });
    if (typeof name !== "string") {
      leaveOut("its name holds an address", "use spf.addresses: list or ranges");
      continue;
    }
    const fqdn = applicationNameOf(name, record, plan, zone);
    const place = places.get(fqdn) ?? {
      ...{ fqdn, zone, plan, zones, known },
      variables: new Variables(),
    };
    const one = templateRecordOf(record, name, place);
    if ("leftOut" in one) {
      leaveOut(one.leftOut, one.fix);
      continue;
    }
    places.set(fqdn, place);
    groups.add(fqdn, one.record);
    for (const note of one.notes) say(path, note);
    if (one.softened) softened.push(name);
  }
  if (softened.length > 0) {
    say("sendips:tenant.streams", {
      code: "domain-connect-softened",
      message: `SPF of ${softened.join(", ")} ends in -all in the plan; a DNS provider ends a new record in ~all and keeps the end of one that stands`,
      fix: "nothing: DMARC rests on what passes; or hand these records to the customer",
    });
  }
  const { records, names } = groups.finish();
  if (records.length === 0) return { applications: [], findings };
  const applications = [...places.values()].map(({ fqdn, variables }) => ({
    fqdn,
    domain: zone,
    host: fqdn === zone ? "" : fqdn.slice(0, -zone.length - 1),
    groups: names.get(fqdn) ?? [],
    variables: Object.fromEntries([...variables.values].sort(([a], [b]) => (a < b ? -1 : 1))),
    unknown: [...variables.unknown].sort(),
  }));
  const { providerId, providerName, serviceId, serviceName, syncPubKeyDomain } = domainConnect;
  const { logoUrl, description } = domainConnect;
  const used = describeVariables([...places.values()].map(({ variables }) => variables));
  const template: Template = {
    ...{ providerId, providerName, serviceId, serviceName, version: 1 },
    ...(logoUrl === undefined ? {} : { logoUrl }),
    ...(description === undefined ? {} : { description }),
    ...(used === "" ? {} : { variableDescription: used }),
    syncPubKeyDomain,
    records,
  };
  return { template, applications, findings };
}

function nameText({ name }: PlannedRecord): string {
  if (typeof name === "string") return name;
  return name.below === undefined ? `{${name.address}}` : `{${name.address}}.${name.below}`;
}

/**
 * The groups of a template: what a link may apply apart. One for each name and type, so that From domains
 * with the same records share them, and a tenant without some of them leaves those out.
 */
class Groups {
  /** By application, then by group. */
  readonly #byPlace = new Map<string, Map<string, TemplateRecord[]>>();

  add(fqdn: string, record: TemplateRecord): void {
    const own = this.#byPlace.get(fqdn) ?? new Map<string, TemplateRecord[]>();
    this.#byPlace.set(fqdn, own);
    const group = groupOf(record);
    own.set(group, [...(own.get(group) ?? []), record]);
  }

  /**
   * The records of all, each once, and the groups of each application. A group that differs between names is
   * counted behind a dot, which no group has otherwise.
   */
  finish(): { records: TemplateRecord[]; names: Map<string, string[]> } {
    /** Group by what it holds. */
    const shapes = new Map<string, string>();
    const records: TemplateRecord[] = [];
    const names = new Map<string, string[]>();
    for (const [fqdn, groups] of this.#byPlace) {
      names.set(fqdn, []);
      for (const [group, own] of groups) {
        const shape = `${group} ${JSON.stringify(own)}`;
        const known = shapes.get(shape);
        const taken = [...shapes.keys()].filter((one) => one.startsWith(`${group} `)).length;
        const groupId = known ?? (taken === 0 ? group : `${group}.${taken + 1}`);
        shapes.set(shape, groupId);
        names.get(fqdn)?.push(groupId);
        if (known === undefined) records.push(...own.map((record) => ({ ...record, groupId })));
      }
    }
    if (shapes.size > 1) return { records: records.map(withGroupFirst), names };
    // One group alone is no group: some providers' checks say so.
    const ungrouped = records.map(({ groupId: _, ...record }) => record as TemplateRecord);
    return { records: ungrouped, names: new Map() };
  }
}

/** `bounce`, `dkim1`, `_dmarc` for CNAMEs, `spf`, `mx-bounce`, `txt-dkim1` for others. */
function groupOf({ type, host }: TemplateRecord): string {
  const name = host
    .replaceAll("%", "")
    .replace(/\._domainkey(?=\.|$)/, "")
    .replaceAll(".", "-");
  if (type === "CNAME") return name;
  const kind = type === "SPFM" ? "spf" : type.toLowerCase();
  return host === "@" ? kind : `${kind}-${name}`;
}

/** The group in front, as people read it. */
function withGroupFirst({ groupId, ...record }: TemplateRecord): TemplateRecord {
  return { ...(groupId === undefined ? {} : { groupId }), ...record } as TemplateRecord;
}
