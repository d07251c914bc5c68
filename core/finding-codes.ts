/**
 * Every code that a problem can have, by subject. A code is a promise: whoever accepts a warning or looks for a
 * problem in JSON names it, so that it outlives every change of a sentence. `docs/findings.md` is made from it.
 */
import type { CodeMeaning, Codes, CodesOf } from "../mail/code-meaning.ts";
import { MAIL_SUBJECTS } from "../mail/codes.ts";
import { configCodes } from "./config/codes.ts";
import { domainConnectCodes } from "./domain-connect/codes.ts";
import { driftCodes } from "./drift/codes.ts";
import { fleetCodes } from "./fleet/codes.ts";
import { guardCodes } from "./guards/codes.ts";
import { hostCodes } from "./host/codes.ts";
import { stateCodes } from "./state/codes.ts";
import { addressCodes } from "./tenant/address/codes.ts";
import { tenantBimiCodes } from "./tenant/bimi/codes.ts";
import { tenantDkimCodes } from "./tenant/dkim/codes.ts";
import { tenantDmarcCodes } from "./tenant/dmarc/codes.ts";
import { existingCodes } from "./tenant/existing/codes.ts";
import { tenantMtaStsCodes } from "./tenant/mta-sts/codes.ts";
import { neverMailsCodes } from "./tenant/never-mails/codes.ts";
import { publicSuffixCodes } from "./tenant/public-suffix/codes.ts";
import { receiverCodes } from "./tenant/receivers/codes.ts";
import { tenantSpfCodes } from "./tenant/spf/codes.ts";
import { tenantTlsRptCodes } from "./tenant/tls-rpt/codes.ts";
import { zoneCodes } from "./tenant/zone/codes.ts";

/** The codes by subject, in the order of the reference. */
export const SUBJECTS = [
  ["Config", configCodes],
  ["Addresses and streams", addressCodes],
  ["SPF of a tenant", tenantSpfCodes],
  ["DKIM of a tenant", tenantDkimCodes],
  ["DMARC of a tenant", tenantDmarcCodes],
  ["MTA-STS of a tenant", tenantMtaStsCodes],
  ["TLS reports of a tenant", tenantTlsRptCodes],
  ["BIMI of a tenant", tenantBimiCodes],
  ["Names that never mail", neverMailsCodes],
  ["Rules of mailbox providers", receiverCodes],
  ["What stands before us", existingCodes],
  ["Public suffixes", publicSuffixCodes],
  ["Records and zones", zoneCodes],
  ["Mail hosts", hostCodes],
  ["Between stacks", fleetCodes],
  ["Before a deployment", guardCodes],
  ["Drift", driftCodes],
  ["State", stateCodes],
  ["Domain Connect", domainConnectCodes],
  ...MAIL_SUBJECTS,
] as const satisfies readonly (readonly [string, Codes])[];

type FindingCodes = (typeof SUBJECTS)[number][1];

/** A code of a finding. */
export type FindingCode = CodesOf<FindingCodes, "error" | "warning">;

/** A code that a finding of this level may have. */
export type FindingCodeOf<Level extends "error" | "warning"> = CodesOf<FindingCodes, Level>;

const LEVELS: ReadonlyMap<string, CodeMeaning["level"]> = new Map(
  SUBJECTS.flatMap(([, codes]: readonly [string, Codes]) =>
    Object.entries(codes).map(([code, { level }]): [string, CodeMeaning["level"]] => [code, level]),
  ),
);

/** True for a code of the registry. */
export function isFindingCode(text: string): boolean {
  return LEVELS.has(text);
}

/** The codes of warnings that can be accepted, in the order of the alphabet. */
export const ACCEPTABLE: readonly string[] = [...LEVELS]
  .flatMap(([code, level]) => (level === "error" || code === "accept-idle" ? [] : [code]))
  .sort();

/** The three of them that are most like a text. */
export function nearestCodes(text: string): string[] {
  return ACCEPTABLE.map((code) => ({ code, edits: editsBetween(code, text.slice(0, 60)) }))
    .sort((a, b) => a.edits - b.edits)
    .slice(0, 3)
    .map(({ code }) => code);
}

/** How many letters must be put in, taken out or exchanged to make one text of the other. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (let index = 0; index < other.length; index++) {
      const exchanged = (row[index] ?? 0) + (other[index] === letter ? 0 : 1);
      next.push(Math.min(exchanged, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** Where a finding comes from: a stack's own plan, a comparison with DNS (`--online`), or all stacks together. */
export type FindingSource = "plan" | "online" | "fleet";

const ONLINE: readonly string[] = ["existing-changed", "spf-snapshot-old"];
/** What is said when DNS gives no answer, which may be different at the next run. */
const AT_TIMES: readonly string[] = ["existing-unread", "spf-include-unanswered"];
const ELSEWHERE = { ...guardCodes, ...stateCodes, ...domainConnectCodes };

/** Where a code is found; undefined for one that not every run finds: of a deployment, or of a link. */
export function findingSource(code: string): FindingSource | undefined {
  if (AT_TIMES.includes(code) || Object.hasOwn(ELSEWHERE, code)) return undefined;
  if (ONLINE.includes(code)) return "online";
  return Object.hasOwn(fleetCodes, code) || code === "mail-host-capacity-unknown"
    ? "fleet"
    : "plan";
}
