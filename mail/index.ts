/**
 * Mail DNS as a library: each protocol's records parsed, rendered, linted and, where receivers compute
 * something from them, evaluated. No tenant, no Pulumi and no network: what has to be asked of DNS is
 * asked through a function that the caller hands in.
 *
 * A linter reports {@link MailFinding}s, each with its rule; a parser returns the value that a receiver would
 * use beside everything that is wrong with the text.
 *
 * @example
 * ```ts
 * import { lintSpf, parseSpf, spfBudget } from "sendips/mail";
 *
 * const text = "v=spf1 include:_spf.google.com ip4:192.0.2.1 -all";
 * const { value, findings } = parseSpf(text);
 * const { lookups } = spfBudget(text);
 * ```
 *
 * @module
 */

export {
  type BimiRecord,
  bimiName,
  lintBimi,
  lintBimiDmarc,
  parseBimi,
  renderBimi,
} from "./bimi/record.ts";
export {
  type Caa,
  CRITICAL,
  type Issuer,
  lintCaa,
  parseCaa,
  parseIssuer,
  renderCaa,
} from "./caa/record.ts";
export type { MailCode } from "./codes.ts";
export {
  checkKeyPair,
  type DkimPublicKey,
  describePublicKey,
  dkimRecordFromPrivateKey,
  dkimRecordFromPublicKey,
  isPrivateKey,
  publicKeyOf,
} from "./dkim/public-key.ts";
export {
  type DkimRecord,
  dkimName,
  isSelector,
  lintDkim,
  lintSelector,
  parseDkim,
  renderDkim,
} from "./dkim/record.ts";
export {
  consentName,
  lintConsent,
  type NeededConsent,
  neededConsents,
  parseConsent,
  type ReportConsent,
  renderConsent,
} from "./dmarc/external-report.ts";
export {
  type DmarcStandard,
  type DmarcSubject,
  effectivePolicy,
  lintDmarc,
} from "./dmarc/lint.ts";
export {
  DMARC_POLICIES,
  type DmarcPolicy,
  type DmarcRecord,
  dmarcName,
  type FailureOption,
  isDmarc,
  type LegacyTag,
  parseDmarc,
  renderDmarc,
} from "./dmarc/record.ts";
export {
  type DmarcTreeWalk,
  type DmarcTreeWalkRecord,
  isAligned,
  lintWalk,
  organizationalDomainByList,
} from "./dmarc/tree-walk.ts";
export { hasError, type MailFinding, type Parsed } from "./finding.ts";
export {
  lintMtaSts,
  lintMtaStsPolicy,
  type MtaStsMode,
  type MtaStsPolicy,
  type MtaStsRecord,
  matchesMx,
  mtaStsName,
  mtaStsUrl,
  parseMtaSts,
  parseMtaStsPolicy,
  renderMtaSts,
  renderMtaStsPolicy,
} from "./mta-sts/record.ts";
export { lintNullMx, NULL_MX } from "./mx/null-mx.ts";
export { isNullMx, lintMx, type Mx, parseMx, renderMx } from "./mx/record.ts";
export {
  genericReason,
  isAtOrBelow,
  isHostName,
  lintHostName,
  lintName,
  type NameOptions,
  parseName,
} from "./names.ts";
export { reverseName } from "./ptr/record.ts";
export { encodeReportUri, isReportUri, reportHost } from "./report-uri.ts";
export { type SpfBudget, type SpfBudgetOptions, spfBudget } from "./spf/budget.ts";
export type { SpfCost, SpfFacts } from "./spf/cost.ts";
export { checkHost, type SpfClient } from "./spf/evaluate.ts";
export { lintSpf, type SpfLintOptions } from "./spf/lint.ts";
export {
  type MergedSpf,
  mergeSpf,
  type SpfAll,
  type SpfMergeOptions,
} from "./spf/merge.ts";
export { parseSpf } from "./spf/parse.ts";
export { renderSpf } from "./spf/render.ts";
export {
  type AddressMechanism,
  type DnsAnswer,
  type Mechanism,
  type Modifier,
  type NetworkMechanism,
  type ParsedSpf,
  type PlacedTerm,
  type QueryType,
  type SpfFinding,
  type SpfQualifier,
  type SpfRecord,
  type SpfResolver,
  type SpfResult,
  type SpfResultCode,
  TERM_LIMIT,
  type Term,
  type TraceStep,
  VOID_LIMIT,
} from "./spf/types.ts";
export type { SpfWayOut } from "./spf/way-out.ts";
export {
  lintTlsRpt,
  parseTlsRpt,
  renderTlsRpt,
  type TlsRptRecord,
  tlsRptName,
} from "./tls-rpt/record.ts";
export { chunkTxt, lintTxt, quoteTxt, type Singleton, unquoteTxt } from "./txt.ts";
