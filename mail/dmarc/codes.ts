/** Codes of findings about DMARC records, and about consents to get reports. */
import type { Codes } from "../code-meaning.ts";

export const dmarcCodes = {
  "dmarc-version": { level: "error", meaning: "The record does not begin with `v=DMARC1`." },
  "dmarc-policy-not-second": {
    level: "warning",
    meaning: "`p=` is not the second tag, where older receivers want it.",
  },
  "dmarc-no-policy": {
    level: "either",
    meaning: "`p=` is absent: older receivers take the record for none.",
  },
  "dmarc-policy-none": { level: "warning", meaning: "`p=none` asks receivers for no action." },
  "dmarc-tag-value": { level: "either", meaning: "A tag has a value that it does not take." },
  "dmarc-dropped-tag": { level: "warning", meaning: "A tag is no longer part of DMARC." },
  "dmarc-unknown-tag": { level: "warning", meaning: "The record has a tag that receivers ignore." },
  "dmarc-report-size": {
    level: "warning",
    meaning: "A report address has a size limit, which reporters ignore.",
  },
  "dmarc-report-uri": { level: "either", meaning: "A report address is not a URI for reports." },
  "dmarc-report-not-mailto": {
    level: "warning",
    meaning: "Reports are asked for by another way than mail, which few support.",
  },
  "dmarc-no-reports": { level: "warning", meaning: "No `rua=`: nobody will see who fails." },
  "dmarc-failure-options-idle": {
    level: "warning",
    meaning: "`fo=` has no effect without `ruf=`.",
  },
  "dmarc-failure-options-double": {
    level: "warning",
    meaning: "`fo=` asks for reports when all fail, and when any fails.",
  },
  "dmarc-public-suffix": {
    level: "warning",
    meaning: "`psd=y` declares a public suffix, as a registry would.",
  },
  "dmarc-testing": {
    level: "warning",
    meaning: "`t=y`: receivers apply the policy one level weaker.",
  },
  "dmarc-testing-idle": { level: "warning", meaning: "`t=y` has no effect beside `p=none`." },
  "dmarc-weaker-subdomains": {
    level: "warning",
    meaning: "`sp=` is weaker than the domain's own policy: subdomains can be forged.",
  },
  "dmarc-weaker-nonexistent": {
    level: "warning",
    meaning: "`np=` is weaker than the policy of subdomains that exist.",
  },
  "dmarc-subdomain-policy-idle": {
    level: "warning",
    meaning: "`sp=` or `np=` stands below the organisational domain, where it does not count.",
  },
  "dmarc-several-records": {
    level: "error",
    meaning: "Several DMARC records stand at a name, which counts as none.",
  },
  "dmarc-organization-differs": {
    level: "warning",
    meaning: "The organisational domain differs between the tree walk and the public suffix list.",
  },
  "dmarc-consent-version": {
    level: "error",
    meaning: "A consent to get reports does not begin with `v=DMARC1`.",
  },
  "dmarc-consent-uri": {
    level: "error",
    meaning: "A consent names what is not a URI for reports.",
  },
  "dmarc-consent-for-all": {
    level: "warning",
    meaning: "A consent is to reports about every domain.",
  },
  "dmarc-consent-elsewhere": {
    level: "error",
    meaning: "A consent sends reports on to another host, which reporters ignore.",
  },
} as const satisfies Codes;
