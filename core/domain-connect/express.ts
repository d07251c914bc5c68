/** One planned record as a record of a template, or the reason why it cannot be one. */

import { isSpf } from "../../mail/spf/finding.ts";
import { type PlannedRecord, renderText, type Text } from "../tenant/record.ts";
import { addressVariable, hostWithin, narrowed, type Place } from "./place.ts";
import { spfRules } from "./spf.ts";
import type { TemplateRecord } from "./types.ts";

/** What a person should know or do. */
export interface Note {
  message: string;
  fix: string;
}

/** A record without its group, and notes; or the reason why there is none. */
export type Expressed =
  | { record: TemplateRecord; notes: Note[]; softened?: true }
  | { leftOut: string; fix: string };

const BY_HAND = "hand it to the customer: sendips plan <stack> --customer";
/** Cloudflare's "automatic" means nothing to others. */
const AUTOMATIC = { ttl: 1, instead: 3600 };

/** Tags whose values are the tenant's, by version, with the kind of their variable; the rest is the same for all. */
const TAGS: Readonly<Record<string, Readonly<Record<string, Tag>>>> = {
  DKIM1: { p: "dkimkey" },
  STSv1: { id: "stsid" },
  TLSRPTv1: { rua: "rua" },
  BIMI1: { l: "logo", a: "certificate" },
};
type Tag = "dkimkey" | "stsid" | "rua" | "logo" | "certificate";

/** Expresses a record whose name is a text, at the place where it belongs. */
export function expressed(record: PlannedRecord, name: string, place: Place): Expressed {
  const { data } = record;
  const host = hostWithin(name, place.fqdn);
  const ttl = record.ttl === AUTOMATIC.ttl ? AUTOMATIC.instead : record.ttl;
  switch (data.type) {
    case "CNAME":
      return cname(data.target, host, ttl, place);
    case "MX":
      return mx(data, { host, name, ttl }, place);
    case "A": {
      if (typeof data.address === "string") {
        return { record: { type: "A", host, pointsTo: data.address, ttl }, notes: [] };
      }
      const pointsTo = addressVariable("address", data.address.address, place);
      const message = `the address in the A record of ${name} is a variable that only the link's signature guards`;
      const fix = "say so in the pull request, or give the tenant host names in a zone of yours";
      return { record: { type: "A", host, pointsTo, ttl }, notes: [{ message, fix }] };
    }
    case "TXT":
      return isSpf(renderText(data.text, () => ""))
        ? spf(record, data.text, host, place)
        : tagged(data.text, { host, ttl }, place);
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

function cname(target: string, host: string, ttl: number, place: Place): Expressed {
  if (host === "@") {
    return { leftOut: "a CNAME cannot stand at a zone itself", fix: "choose a name below it" };
  }
  const selector = selectorOf(host);
  const variable = selector === undefined ? undefined : place.variables.use("dkim", selector);
  const { text, shared } = narrowed(target, place, "target");
  const pointsTo =
    selector !== undefined && text.startsWith(`${selector}.`)
      ? `${variable}${text.slice(selector.length)}`
      : text;
  const notes: Note[] = [];
  if (!shared) {
    const message = `${target} is below no zone of yours: it stands in the template as it is, which so serves only tenants with the same target`;
    notes.push({ message, fix: "point it below a zone of yours" });
  }
  const policy = host === "_dmarc" || host.startsWith("_dmarc.");
  if (policy) {
    const message = `the CNAME at ${host} takes the place of the DMARC record that the customer has now`;
    const fix = `see that ${target} is no weaker than it before the customer follows the link`;
    notes.push({ message, fix });
  }
  const type = "CNAME";
  const written = selector === undefined ? host : `${variable}${host.slice(selector.length)}`;
  return {
    record: { type, ...(policy ? { essential: "OnApply" } : {}), host: written, pointsTo, ttl },
    notes,
  };
}

/** Of `s1._domainkey`, and of `s1._domainkey.sub` where a key's domain is no From domain. */
function selectorOf(host: string): string | undefined {
  return /^([^.]+)\._domainkey(?:\.|$)/.exec(host)?.[1];
}

function mx(
  { preference, exchange }: { preference: number; exchange: string },
  { host, name, ttl }: { host: string; name: string; ttl: number },
  place: Place,
): Expressed {
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
  const { text, shared } = narrowed(exchange, place, "mx");
  const notes: Note[] = [];
  if (!shared) {
    const message = `the mail server ${exchange} is below no zone of yours: it stands in the template as it is, which so serves only tenants with the same one`;
    notes.push({ message, fix: "name mail servers below a zone of yours" });
  }
  return { record: { type: "MX", host, pointsTo: text, priority: preference, ttl }, notes };
}

function spf(record: PlannedRecord, text: Text, host: string, place: Place): Expressed {
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
  const notes: Note[] = [];
  if (others.length > 0) {
    const message = `SPF of ${record.name}: ${others.join(" ")} ${others.length > 1 ? "are" : "is"} the customer's own and left out: a DNS provider merges the rest into what stands there`;
    notes.push({ message, fix: "see that the customer's record has what is left out" });
  }
  return {
    record: { type: "SPFM", host, spfRules: rules },
    notes,
    ...(strict ? { softened: true } : {}),
  };
}

/** TXT of the form `v=…; tag=value`. */
function tagged(
  value: Text,
  { host, ttl }: { host: string; ttl: number },
  { variables }: Place,
): Expressed {
  if (value.some((part) => typeof part !== "string")) {
    return { leftOut: "its DKIM key is not known", fix: "give publicKey beside privateKey" };
  }
  const text = renderText(value, () => "");
  const version = /^v=([A-Za-z0-9]+)(?:;|$)/.exec(text)?.[1] ?? "";
  if (version === "DMARC1") {
    return {
      leftOut:
        "the DNS provider would put it in the place of the DMARC record that the customer has now, which may be stricter",
      fix: `${BY_HAND}, or let _dmarc be a CNAME into a zone of yours`,
    };
  }
  const tags = Object.hasOwn(TAGS, version) ? TAGS[version] : undefined;
  if (tags === undefined) return { leftOut: "it has no form in a template", fix: BY_HAND };
  const selector = selectorOf(host);
  const data = text
    .split(/;\s*/)
    .map((part) => {
      const [, tag = "", content = ""] = /^([a-z]+)=(.+)$/.exec(part) ?? [];
      const kind = Object.hasOwn(tags, tag) ? tags[tag] : undefined;
      return kind === undefined ? part : `${tag}=${variables.use(kind, `${host} ${tag}`, content)}`;
    })
    .join("; ")
    .trim();
  const notes: Note[] = [];
  if (version !== "DKIM1") {
    const message = `the TXT record at ${host} takes the place of one that begins with v=${version}, if the customer has it`;
    notes.push({ message, fix: "ask the customer before the link is followed" });
  }
  const record: TemplateRecord = {
    type: "TXT",
    ...(version === "TLSRPTv1" || version === "BIMI1" ? { essential: "OnApply" } : {}),
    host:
      selector === undefined
        ? host
        : `${variables.use("dkim", selector)}${host.slice(selector.length)}`,
    data,
    ttl,
    txtConflictMatchingMode: "Prefix",
    txtConflictMatchingPrefix: `v=${version}`,
  };
  return { record, notes };
}
