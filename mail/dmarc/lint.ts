/** Judging a DMARC record: its faults, what it comes to, and the next step towards reject. */

import type { MailCodeOf } from "../codes.ts";
import { type MailFinding, mailError, mailWarning, quotedExcerpt } from "../finding.ts";
import { isMailto, isReportUri } from "../report-uri.ts";
import {
  DMARC_POLICIES,
  type DmarcPolicy,
  type DmarcRecord,
  droppedBy,
  policyStrength,
} from "./record.ts";

const RULE = "RFC 9989 §4.7";

/** What a message's From domain is to the record's domain. */
export type DmarcSubject = "domain" | "subdomain" | "nonexistent";

/** Which standard a receiver follows. */
export type DmarcStandard = "RFC 9989" | "RFC 7489";

/**
 * The policy a receiver applies to mail that fails. 9989 weakens it by a level under `t=y`;
 * 7489 ignores `t` and `np`, so that an older receiver applies the stated policy in full.
 */
export function effectivePolicy(
  record: DmarcRecord,
  subject: DmarcSubject = "domain",
  standard: DmarcStandard = "RFC 9989",
): DmarcPolicy {
  const p = record.p ?? "none";
  const sp = record.sp ?? p;
  const np = standard === "RFC 9989" ? (record.np ?? sp) : sp;
  const stated = subject === "domain" ? p : subject === "subdomain" ? sp : np;
  return record.t === true && standard === "RFC 9989" ? weakerPolicy(stated) : stated;
}

/** Faults of a record that is to be published. `organizational` is false for a record on a subdomain. */
export function lintDmarc(
  record: DmarcRecord,
  options: { organizational?: boolean } = {},
): MailFinding[] {
  const findings: MailFinding[] = [];
  const warn: Warn = (code, message, fix, rule = RULE) =>
    findings.push(mailWarning(code, rule, message, fix));
  if (record.p === undefined) {
    const message = "p= is absent: none to new receivers, no record to older ones";
    findings.push(
      mailError("dmarc-no-policy", "RFC 7489 §6.3", message, "write p= after v=DMARC1"),
    );
  } else if (record.p === "none") {
    warn(
      "dmarc-policy-none",
      "p=none asks for no action",
      "p=quarantine, then p=reject, as the reports allow",
    );
  }
  lintTest(record, warn);
  lintSubdomains(record, options.organizational ?? true, warn);
  if (record.psd === "y") {
    warn(
      "dmarc-public-suffix",
      "psd=y declares a public suffix, as a registry would",
      "psd=n, or no psd=",
    );
  }
  if ((record.rua ?? []).length === 0) {
    warn("dmarc-no-reports", "no rua=: nobody will see who fails", "rua=mailto:…");
  }
  if (record.fo !== undefined && record.ruf === undefined) {
    warn("dmarc-failure-options-idle", "fo= has no effect without ruf=", "remove fo=, or add ruf=");
  }
  if (record.fo?.includes("0") === true && record.fo.includes("1")) {
    warn(
      "dmarc-failure-options-double",
      "fo= asks for reports when all fail and when any fails",
      "fo=1, which includes fo=0",
    );
  }
  for (const name of ["rua", "ruf"] as const) {
    for (const uri of record[name] ?? []) {
      if (!isReportUri(uri)) {
        const message = `${name}= holds ${quotedExcerpt(uri)}, which is not a URI for reports`;
        findings.push(
          mailError(
            "dmarc-report-uri",
            RULE,
            message,
            "mailto:name@domain, with , and ! as %2C and %21",
          ),
        );
      } else if (!isMailto(uri)) {
        warn(
          "dmarc-report-not-mailto",
          `${quotedExcerpt(uri)} in ${name}= is not mailto:, which few support`,
          "mailto:…",
        );
      }
    }
  }
  for (const name of Object.keys(record.legacy ?? {})) {
    warn(
      "dmarc-dropped-tag",
      `${name}= is no longer part of DMARC`,
      `remove ${name}=`,
      droppedBy(name),
    );
  }
  return findings;
}

type Warn = (code: MailCodeOf<"warning">, message: string, fix: string, rule?: string) => void;

function lintTest(record: DmarcRecord, warn: Warn): void {
  if (record.t !== true) return;
  if (effectivePolicy(record, "domain", "RFC 7489") === "none" && !isEnforcedBelow(record)) {
    warn("dmarc-testing-idle", "t=y has no effect beside p=none", "remove t=y");
    return;
  }
  const applied = effectivePolicy(record);
  warn(
    "dmarc-testing",
    `t=y: new receivers apply ${applied}, older ones the stated policy`,
    "remove t=y after the test",
  );
}

function isEnforcedBelow(record: DmarcRecord): boolean {
  return [record.sp, record.np].some((policy) => policy !== undefined && policy !== "none");
}

function lintSubdomains(record: DmarcRecord, organizational: boolean, warn: Warn): void {
  const p = record.p ?? "none";
  if (!organizational && record.psd !== "n" && (record.sp ?? record.np) !== undefined) {
    const message = "sp= and np= count only at the organisational domain; this is below it";
    warn(
      "dmarc-subdomain-policy-idle",
      message,
      "remove them, or publish them at the organisational domain",
    );
  }
  if (record.sp !== undefined && policyStrength(record.sp) < policyStrength(p)) {
    warn(
      "dmarc-weaker-subdomains",
      `sp=${record.sp} is weaker than p=${p}: subdomains can be forged`,
      `sp=${p}, or no sp=`,
    );
  }
  const sp = record.sp ?? p;
  if (record.np !== undefined && policyStrength(record.np) < policyStrength(sp)) {
    const message = `np=${record.np} is weaker than the policy of subdomains that exist`;
    warn(
      "dmarc-weaker-nonexistent",
      message,
      "np=reject: nobody sends from a name that does not exist",
    );
  }
}

function weakerPolicy(policy: DmarcPolicy): DmarcPolicy {
  return DMARC_POLICIES[Math.max(0, policyStrength(policy) - 1)] ?? "none";
}
