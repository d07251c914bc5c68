/** Names below which anyone may register: no tenant's domain. */

import { publicSuffixOf } from "../../../mail/dmarc/tree-walk.ts";
import { configPath } from "../../config/config.ts";
import { sortedEntries } from "../../maps.ts";
import type { Finding } from "../../problem.ts";
import type { TenantContext } from "../context.ts";
import { organisationsOf } from "../organisations.ts";

const RULE = "public suffix list, RFC 9989 §4.10";
const FIX = "the domain that was registered below it, such as";

/**
 * Public suffixes in the places of domains. A registry that sends as its own suffix declares it
 * (`organizational: suffix`).
 */
export function checkPublicSuffixes(context: TenantContext): Finding[] {
  const { tenant } = context;
  const organisations = organisationsOf(context);
  const declared = new Set(
    organisations
      .filter(({ dmarc }) => dmarc.organizational === "suffix")
      .map(({ domain }) => domain),
  );
  const organisational: Use[] = [
    [["domain"], tenant.domain],
    ...Object.keys(tenant.domains).map((domain): Use => [["domains", domain], domain]),
  ];
  const others: Use[] = [
    [["hostNames"], tenant.hostNames],
    ...sortedEntries(tenant.streams).flatMap(([key, { from, returnPath }]): Use[] => [
      [["streams", key, "from"], from],
      [["streams", key, "returnPath"], returnPath],
    ]),
    ...tenant.neverMails.map((domain, index): Use => [["neverMails", index], domain]),
  ];
  const findings = (uses: readonly Use[], isOrganisational: boolean) =>
    uses.flatMap(([path, name]): Finding[] => {
      const kind = name === undefined || declared.has(name) ? undefined : publicSuffixOf(name);
      if (kind === undefined || (kind === "private" && !isOrganisational)) return [];
      return [suffixFinding(configPath(["tenant", ...path]), name ?? "", kind)];
    });
  return [...findings(organisational, true), ...findings(others, false)];
}

/** Whether a domain that must belong to one organisation is a public suffix. */
export function hasPublicSuffix(findings: readonly Finding[]): boolean {
  return findings.some(({ code }) => code === "domain-public-suffix");
}

/** A place below `sendips:tenant`, and the name that stands there. */
type Use = [path: PropertyKey[], name: string | undefined];

function suffixFinding(path: string, name: string, kind: "registry" | "private"): Finding {
  return kind === "registry"
    ? {
        code: "domain-public-suffix",
        level: "error",
        path,
        message: `${name} is a public suffix: whoever registers below it is another organisation`,
        fix: `${FIX} acme.${name}`,
        rule: RULE,
      }
    : {
        code: "domain-private-suffix",
        level: "warning",
        path,
        message: `${name} is a public suffix by the list's private part: its owner lets others have names below it, and each is another organisation`,
        fix: `${FIX} acme.${name}; or nothing, where its owner sends as ${name} itself`,
        rule: RULE,
      };
}
