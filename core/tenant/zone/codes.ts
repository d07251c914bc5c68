/** Codes of findings about the planned records together: names, types, sizes, zones. */
import type { Codes } from "../../../mail/code-meaning.ts";

export const zoneCodes = {
  "zone-unknown": { level: "error", meaning: "A name lies in no zone of sendips:zones." },
  "zone-full": { level: "error", meaning: "A zone is to hold more records than it may." },
  "zone-quota-unknown": {
    level: "warning",
    meaning:
      "A zone is to hold more records than a new free zone may, and its quota is not stated.",
  },
  "record-key-twice": { level: "error", meaning: "Two records of the plan have one key." },
  "record-twice": { level: "error", meaning: "A record stands twice with one value." },
  "record-kind-twice": {
    level: "error",
    meaning: "A name has two records of a kind of which it may have one, such as SPF.",
  },
  "record-size": { level: "error", meaning: "A record is larger than its zone takes." },
  "record-set-size": {
    level: "error",
    meaning: "The records of one name and type are together larger than their zone takes.",
  },
  "record-to-alias": {
    level: "error",
    meaning: "An MX or another record points to a name that is a CNAME.",
  },
  "cname-beside-records": {
    level: "error",
    meaning: "A CNAME stands beside other records of its name.",
  },
  "cname-at-apex": {
    level: "error",
    meaning: "A CNAME stands at the zone itself, beside its SOA and NS records.",
  },
  "mx-to-null-mx": {
    level: "warning",
    meaning: "An MX leads to a host that takes no mail itself.",
  },
  "wildcard-gaps": {
    level: "warning",
    meaning: "A wildcard does not answer for names that exist below it.",
  },
  "ttl-automatic-elsewhere": {
    level: "warning",
    meaning: "A TTL of 1 is automatic at Cloudflare, but one second in another zone.",
  },
  "ttl-differs": { level: "error", meaning: "Records of one name and type have different TTLs." },
  "ttl-refused": { level: "error", meaning: "A TTL is one that Cloudflare refuses." },
} as const satisfies Codes;
