/** Codes of findings about SPF records: their grammar, their cost, and merging them. */
import type { Codes } from "../code-meaning.ts";

export const spfCodes = {
  "spf-version": {
    level: "error",
    meaning: "The record does not begin with `v=spf1` and a space.",
  },
  "spf-charset": {
    level: "error",
    meaning: "The record holds a character that SPF does not allow.",
  },
  "spf-mechanism": { level: "error", meaning: "A term is neither a mechanism nor a modifier." },
  "spf-argument": { level: "error", meaning: "A term has no argument that can be read." },
  "spf-ip4": { level: "error", meaning: "`ip4:` has no IPv4 address." },
  "spf-ip6": { level: "error", meaning: "`ip6:` has no IPv6 address." },
  "spf-family": { level: "error", meaning: "An address is of the other family than its term." },
  "spf-prefix": { level: "error", meaning: "A prefix length is none." },
  "spf-domain": { level: "error", meaning: "A term wants a domain name and has something else." },
  "spf-macro": {
    level: "error",
    meaning: "A macro is not one that SPF has, or not at this place.",
  },
  "spf-glued": { level: "error", meaning: "`all` hangs on the term before it, without a space." },
  "spf-mechanism-as-modifier": {
    level: "error",
    meaning: "A mechanism is written with `=`, and receivers ignore it.",
  },
  "spf-unknown-modifier": {
    level: "warning",
    meaning: "A modifier is unknown, and receivers ignore it.",
  },
  "spf-second-version": { level: "error", meaning: "A second record begins inside the record." },
  "spf-second-record": {
    level: "error",
    meaning: "The name has several SPF records: receivers use none.",
  },
  "spf-several": {
    level: "either",
    meaning: "Several SPF records stand at the name; where they can be merged, one comes of them.",
  },
  "spf-name": { level: "error", meaning: "The name in a term is not one that DNS allows." },
  "spf-ptr": { level: "either", meaning: "`ptr` or `%{p}` is slow, and some receivers ignore it." },
  "spf-constant-exists": {
    level: "warning",
    meaning: "`exists` without a macro is the same for every client.",
  },
  "spf-host-bits": { level: "warning", meaning: "A network has bits set beyond its prefix." },
  "spf-not-public": { level: "either", meaning: "An address is not a public one." },
  "spf-wide": {
    level: "warning",
    meaning: "A network is so wide that it lets very many addresses send.",
  },
  "spf-pass-all": { level: "error", meaning: "The record lets everybody send." },
  "spf-neutral-all": { level: "either", meaning: "`?all` says nothing about anybody." },
  "spf-all-missing": { level: "either", meaning: "Neither `all` nor `redirect=` ends the record." },
  "spf-after-all": { level: "either", meaning: "A term stands behind `all` and is never reached." },
  "spf-redirect-beside-all": { level: "either", meaning: "`redirect=` beside `all` is ignored." },
  "spf-idle-exp": {
    level: "warning",
    meaning: "`exp=` explains a fail in a record that fails nobody.",
  },
  "spf-repeated": { level: "either", meaning: "A term stands twice." },
  "spf-covered": { level: "warning", meaning: "A network lies within another one of the record." },
  "spf-order": {
    level: "warning",
    meaning: "A term that costs a look-up stands before one that costs none.",
  },
  "spf-string-length": {
    level: "error",
    meaning: "A string of the TXT record is longer than 255 octets.",
  },
  "spf-string-join": {
    level: "error",
    meaning: "Two strings of the TXT record join without a space.",
  },
  "spf-length": {
    level: "warning",
    meaning: "The answer is so long that some receivers cannot get it.",
  },
  "spf-lookups": {
    level: "error",
    meaning: "The record takes more than ten look-ups: receivers give permerror.",
  },
  "spf-lookups-near": {
    level: "warning",
    meaning: "The record is near the limit of ten look-ups.",
  },
  "spf-lookups-unknown": {
    level: "warning",
    meaning: "What an include costs is not known; each counts as at least one look-up.",
  },
  "spf-lookups-macro": {
    level: "warning",
    meaning: "An include with macros can be counted by nobody.",
  },
  "spf-void-lookups": {
    level: "either",
    meaning: "Look-ups find nothing; more than two give permerror.",
  },
  "spf-loop": { level: "error", meaning: "Records include each other without end." },
  "spf-include-none": {
    level: "error",
    meaning: "An included name has no SPF record: receivers give permerror.",
  },
  "spf-include-broken": {
    level: "error",
    meaning: "An included record has errors: receivers give permerror.",
  },
  "spf-mx-limit": {
    level: "error",
    meaning: "`mx` names a domain with more MX than receivers look at.",
  },
  "spf-own-term": {
    level: "error",
    meaning: "A term of ours is not one that can be merged into a record.",
  },
  "spf-contradiction": {
    level: "warning",
    meaning: "Two terms for the same senders say different things; the first counts.",
  },
  "spf-redirect": {
    level: "warning",
    meaning: "`redirect=` becomes `include:`, and its own `all` no longer counts.",
  },
  "spf-all-weaker": {
    level: "warning",
    meaning: "`all` becomes weaker than what the domain has now.",
  },
  "spf-all-stricter": {
    level: "warning",
    meaning: "`all` becomes stricter than what the domain has now.",
  },
} as const satisfies Codes;

/** A code of a finding about SPF. */
export type SpfCode = keyof typeof spfCodes;
