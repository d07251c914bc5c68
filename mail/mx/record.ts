/** MX records (RFC 5321 §5.1, RFC 1035 §3.3.9) and the set of a name. */
import {
  type MailFinding,
  mailError,
  mailWarning,
  type Parsed,
  quotedExcerpt,
} from "../finding.ts";
import { isHostName } from "../names.ts";
import { canonicalAddress } from "../ptr/record.ts";

const RULE = "RFC 5321 §5.1";

/** One MX record. */
export interface Mx {
  /** 0 to 65535; the lowest is tried first. */
  preference: number;
  /** A host name without the last dot; empty is the root, which makes a null MX. */
  exchange: string;
}

/** True for `0 .`, a null MX (RFC 7505 §3): the name takes no mail. */
export function isNullMx(mx: Mx): boolean {
  return mx.preference === 0 && mx.exchange === "";
}

/** Reads `10 mx1.acme.example.`. */
export function parseMx(text: string): Parsed<Mx> {
  const match = /^\s*([0-9]{1,5})\s+(\S+)\s*$/.exec(text);
  if (match === null) {
    const message = `${quotedExcerpt(text)} is not an MX record`;
    return { findings: [mailError("mx-unreadable", RULE, message, "<preference> <host name>")] };
  }
  const exchange = (match[2] ?? "").toLowerCase().replace(/\.$/, "");
  const value = { preference: Number(match[1]), exchange };
  const findings = lintOne(value);
  return findings.length > 0 ? { findings } : { value, findings };
}

/** The data as a zone file has it: `10 mx.example.`. */
export function renderMx(mx: Mx): string {
  return `${mx.preference} ${mx.exchange}.`;
}

/** Faults of all MX records of a name. */
export function lintMx(records: readonly Mx[]): MailFinding[] {
  const findings = records.flatMap(lintOne);
  if (records.length > 1 && records.some(isNullMx)) {
    const fix = "the null MX alone, or the other records";
    findings.push(
      mailError(
        "mx-null-beside-others",
        "RFC 7505 §3",
        "a null MX stands beside other MX records",
        fix,
      ),
    );
  }
  const seen = new Set<string>();
  for (const { exchange } of records) {
    if (seen.has(exchange)) {
      const message = `${quotedExcerpt(exchange)} stands twice`;
      findings.push(mailWarning("mx-repeated", RULE, message, "one record for each host"));
    }
    seen.add(exchange);
  }
  return findings;
}

function lintOne(mx: Mx): MailFinding[] {
  const findings: MailFinding[] = [];
  if (!Number.isInteger(mx.preference) || mx.preference < 0 || mx.preference > 65_535) {
    findings.push(
      mailError(
        "mx-preference",
        "RFC 1035 §3.3.9",
        `the preference ${mx.preference}`,
        "0 to 65535",
      ),
    );
  }
  if (mx.exchange === "") {
    if (!isNullMx(mx)) {
      findings.push(
        mailError("mx-null-preference", "RFC 7505 §3", "a null MX with a preference", "0 ."),
      );
    }
  } else if (canonicalAddress(mx.exchange) !== undefined) {
    const message = `the exchange ${quotedExcerpt(mx.exchange)} is an address`;
    findings.push(mailError("mx-address", RULE, message, "a host name with an A record"));
  } else if (!isHostName(mx.exchange)) {
    const message = `the exchange ${quotedExcerpt(mx.exchange)} is not a host name`;
    findings.push(mailError("mx-host", RULE, message, "a host name in A-labels; never a CNAME"));
  }
  return findings;
}
