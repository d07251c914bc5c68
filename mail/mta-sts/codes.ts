/** Codes of findings about MTA-STS: the TXT record and the policy file. */
import type { Codes } from "../code-meaning.ts";

export const mtaStsCodes = {
  "mta-sts-version": { level: "error", meaning: "The record does not begin with `v=STSv1`." },
  "mta-sts-field": { level: "error", meaning: "A field of the record is not `name=value`." },
  "mta-sts-id": { level: "error", meaning: "`id=` is absent, or not of letters and digits." },
  "mta-sts-repeated": {
    level: "warning",
    meaning: "A field stands twice; senders take the first.",
  },
  "mta-sts-policy-version": { level: "error", meaning: "The policy's version is not STSv1." },
  "mta-sts-policy-line": { level: "error", meaning: "A line of the policy is not `name: value`." },
  "mta-sts-unknown-field": {
    level: "warning",
    meaning: "The policy has a field that senders ignore.",
  },
  "mta-sts-mode": {
    level: "error",
    meaning: "The policy's mode is none of enforce, testing and none.",
  },
  "mta-sts-max-age": {
    level: "error",
    meaning: "`max_age` is not a number of seconds, or too large.",
  },
  "mta-sts-short-max-age": {
    level: "warning",
    meaning: "`max_age` is so short that senders soon forget the policy.",
  },
  "mta-sts-no-mx": {
    level: "error",
    meaning: "The policy names no MX host, which refuses every one.",
  },
  "mta-sts-mx": {
    level: "error",
    meaning: "An mx of the policy is neither a host name nor a wildcard of a domain.",
  },
  "mta-sts-mx-shut-out": {
    level: "either",
    meaning: "An MX host of the domain matches no mx of the policy.",
  },
  "mta-sts-testing": {
    level: "warning",
    meaning: "`mode: testing` reports failures and prevents none.",
  },
} as const satisfies Codes;
