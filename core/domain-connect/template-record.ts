/** One planned record as a record of a template, or the reason why it cannot be one. */

import { DKIM_TEXT } from "../../mail/dkim/record.ts";
import { DMARC_TEXT } from "../../mail/dmarc/record.ts";
import { SPF_TEXT } from "../../mail/spf/finding.ts";
import { automaticTtlKind } from "../publishers/publishers.ts";
import { type PlannedRecord, renderText, singletonOfRecord, type Text } from "../tenant/record.ts";
import type { domainConnectCodes } from "./codes.ts";
import { spfRules } from "./spf.ts";
import {
  addressVariable,
  boundedTarget,
  hostWithin,
  type TemplatePlace,
} from "./template-place.ts";
import type { TemplateRecord } from "./types.ts";

/** What a person should know or do. */
export interface TemplateNote {
  code: keyof typeof domainConnectCodes;
  message: string;
  fix: string;
}

/** A record without its group, and notes; or the reason why there is none. */
export type TemplateRecordResult =
  | { record: TemplateRecord; notes: TemplateNote[]; softened?: true }
  | { leftOut: string; fix: string };

const BY_HAND = "hand it to the customer: sendips plan <stack> --customer";
/** In place of a TTL that is automatic at one provider and means nothing to others. */
const USUAL_TTL = 3600;

/** Expresses a record whose name is a text, at the place where it belongs. */
export function templateRecordOf(
  record: PlannedRecord,
  name: string,
  place: TemplatePlace,
): TemplateRecordResult {
  const { data } = record;
  const host = hostWithin(name, place.fqdn);
  const ttl = automaticTtlKind(record.ttl) === undefined ? record.ttl : USUAL_TTL;
  switch (data.type) {
    case "CNAME":
      return cnameRecord(record, data.target, host, ttl, place);
    case "MX":
      return mxRecord(data, { host, name, ttl }, place);
    case "A": {
      if (typeof data.address === "string") {
        return { record: { type: "A", host, pointsTo: data.address, ttl }, notes: [] };
      }
      const pointsTo = addressVariable("address", data.address.address, place);
      const message = `the address in the A record of ${name} is a variable that only the link's signature guards`;
      const fix = "say so in the pull request, or give the tenant host names in a zone of yours";
      return {
        record: { type: "A", host, pointsTo, ttl },
        notes: [{ code: "domain-connect-address-variable", message, fix }],
      };
    }
    case "TXT":
      return singletonOfRecord(record) === SPF_TEXT
        ? spfRecord(record, data.text, host, place)
        : tagListRecord(record, data.text, { host, ttl }, place);
    case "CAA":
      return {
        leftOut:
          "DNS providers need not take CAA, and one that does not refuses the whole template",
        fix: BY_HAND,
      };
    case "PTR":
      return { leftOut: "reverse names are not in the customer's zone", fix: "AWS sets it" };
  }
}

function cnameRecord(
  record: PlannedRecord,
  target: string,
  host: string,
  ttl: number,
  place: TemplatePlace,
): TemplateRecordResult {
  if (host === "@") {
    return { leftOut: "a CNAME cannot stand at a zone itself", fix: "choose a name below it" };
  }
  const selector = selectorOf(record);
  const variable = selector === undefined ? undefined : place.variables.use("dkim", selector);
  const { text, shared } = boundedTarget(target, place, "target");
  const pointsTo =
    selector !== undefined && text.startsWith(`${selector}.`)
      ? `${variable}${text.slice(selector.length)}`
      : text;
  const notes: TemplateNote[] = [];
  if (!shared) {
    const message = `${target} is below no zone of yours: it stands in the template as it is, which so serves only tenants with the same target`;
    notes.push({
      code: "domain-connect-not-shared",
      message,
      fix: "point it below a zone of yours",
    });
  }
  const policy = record.purpose?.single === DMARC_TEXT;
  if (policy) {
    const message = `the CNAME at ${host} takes the place of the DMARC record that the customer has now`;
    const fix = `see that ${target} is no weaker than it before the customer follows the link`;
    notes.push({ code: "domain-connect-replaces-dmarc", message, fix });
  }
  const type = "CNAME";
  const written = selector === undefined ? host : `${variable}${host.slice(selector.length)}`;
  return {
    record: { type, ...(policy ? { essential: "OnApply" } : {}), host: written, pointsTo, ttl },
    notes,
  };
}

/** The selector of a DKIM key; none where it is of several labels, which one variable does not hold. */
function selectorOf({ value }: PlannedRecord): string | undefined {
  const selector = value?.dkim?.selector;
  return selector?.includes(".") === true ? undefined : selector;
}

function mxRecord(
  { preference, exchange }: { preference: number; exchange: string },
  { host, name, ttl }: { host: string; name: string; ttl: number },
  place: TemplatePlace,
): TemplateRecordResult {
  // Section 7.3: an MX of a template replaces every MX at its name.
  if (exchange === "") {
    return { leftOut: "a template has no form for a null MX (RFC 7505)", fix: BY_HAND };
  }
  if (name === place.zone || name === place.plan.domain) {
    return {
      leftOut: "the DNS provider would put it in the place of the customer's own mail servers",
      fix: "give the stream a return path below the domain",
    };
  }
  const { text, shared } = boundedTarget(exchange, place, "mx");
  const notes: TemplateNote[] = [];
  if (!shared) {
    const message = `the mail server ${exchange} is below no zone of yours: it stands in the template as it is, which so serves only tenants with the same one`;
    notes.push({
      code: "domain-connect-not-shared",
      message,
      fix: "name mail servers below a zone of yours",
    });
  }
  return { record: { type: "MX", host, pointsTo: text, priority: preference, ttl }, notes };
}

function spfRecord(
  record: PlannedRecord,
  text: Text,
  host: string,
  place: TemplatePlace,
): TemplateRecordResult {
  if (text.some((part) => typeof part === "string" && part.includes("%"))) {
    return {
      leftOut: "it holds SPF macros, whose % marks variables in a template",
      fix: "use spf.addresses: list or ranges",
    };
  }
  const { rules, others, strict } = spfRules(record, text, place);
  if (rules === "") {
    return {
      leftOut: "it holds no own term: a merge adds terms and cannot say that nobody else may send",
      fix: BY_HAND,
    };
  }
  const notes: TemplateNote[] = [];
  if (others.length > 0) {
    const message = `SPF of ${record.name}: ${others.join(" ")} ${others.length > 1 ? "are" : "is"} the customer's own and left out: a DNS provider merges the rest into what stands there`;
    notes.push({
      code: "domain-connect-spf-partial",
      message,
      fix: "see that the customer's record has what is left out",
    });
  }
  return {
    record: { type: "SPFM", host, spfRules: rules },
    notes,
    ...(strict ? { softened: true } : {}),
  };
}

/** TXT of the form `v=…; tag=value`. */
function tagListRecord(
  record: PlannedRecord,
  value: Text,
  { host, ttl }: { host: string; ttl: number },
  { variables }: TemplatePlace,
): TemplateRecordResult {
  if (value.some((part) => typeof part !== "string")) {
    return { leftOut: "its DKIM key is not known", fix: "give publicKey beside privateKey" };
  }
  const text = renderText(value, () => "");
  const kind = singletonOfRecord(record);
  if (kind === DMARC_TEXT) {
    return {
      leftOut:
        "the DNS provider would put it in the place of the DMARC record that the customer has now, which may be stricter",
      fix: `${BY_HAND}, or let _dmarc be a CNAME into a zone of yours`,
    };
  }
  const form = record.purpose?.template;
  if (kind === undefined || form === undefined) {
    return { leftOut: "it has no form in a template", fix: BY_HAND };
  }
  const own = new Map(Object.entries(form.variables));
  const selector = selectorOf(record);
  const data = text
    .split(/;\s*/)
    .map((part) => {
      const [, tag = "", content = ""] = /^([a-z]+)=(.+)$/.exec(part) ?? [];
      const variable = own.get(tag);
      if (variable === undefined) return part;
      return `${tag}=${variables.useOwn(variable, `${host} ${tag}`, content)}`;
    })
    .join("; ")
    .trim();
  const notes: TemplateNote[] = [];
  if (kind !== DKIM_TEXT) {
    const message = `the TXT record at ${host} takes the place of one that begins with v=${kind.version}, if the customer has it`;
    notes.push({
      code: "domain-connect-replaces-txt",
      message,
      fix: "ask the customer before the link is followed",
    });
  }
  const made: TemplateRecord = {
    type: "TXT",
    ...(form.optional === true ? { essential: "OnApply" } : {}),
    host:
      selector === undefined
        ? host
        : `${variables.use("dkim", selector)}${host.slice(selector.length)}`,
    data,
    ttl,
    txtConflictMatchingMode: "Prefix",
    txtConflictMatchingPrefix: `v=${kind.version}`,
  };
  return { record: made, notes };
}
