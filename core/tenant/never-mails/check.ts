/** Faults of `neverMails`: domains that are said never to mail, and do. */

import { lintNullMx, NULL_MX } from "../../../mail/mx/null-mx.ts";
import { isMailto, reportHost } from "../../../mail/report-uri.ts";
import { configPath } from "../../config/config.ts";
import { sortedEntries } from "../../maps.ts";
import { type Finding, findingsAt } from "../../problem.ts";
import type { RecordContext } from "../context.ts";
import { ownReports, reportsPath } from "../dmarc/records.ts";
import { organisationsOf } from "../organisations.ts";
import { type Contradiction, contradictions, neverMailsPath } from "./records.ts";

/** Every fault of `sendips:tenant.neverMails`. */
export function checkNeverMails(context: RecordContext): Finding[] {
  const { neverMails } = context.tenant;
  return neverMails.flatMap((name, index) => {
    const path = neverMailsPath(index);
    const first = neverMails.indexOf(name);
    if (first !== index) return [repeatedName(name, path, neverMailsPath(first))];
    return [
      ...contradictions(context, name).flatMap((use) => contradiction(context, name, path, use)),
      ...mailboxes(context, name),
      ...pointlessSettings(context, name, path),
    ];
  });
}

function repeatedName(name: string, path: string, first: string): Finding {
  return {
    code: "never-mails-twice",
    level: "warning",
    path,
    message: `${name} stands twice`,
    fix: `remove it here: ${first} is enough`,
    rule: "RFC 7505 §3",
  };
}

function contradiction(
  context: RecordContext,
  name: string,
  path: string,
  use: Contradiction,
): Finding[] {
  switch (use) {
    case "dmarc":
      return [
        {
          code: "never-mails-dmarc",
          level: "error",
          path,
          message: `${name} is the tenant's own domain, and sendips:tenant.dmarc does not refuse mail that claims to be from it`,
          fix: "sendips:tenant.dmarc.policy: reject, without test; or remove it here",
          rule: "RFC 9989 §4.7",
        },
      ];
    case "spf":
      return [
        {
          code: "never-mails-spf",
          level: "error",
          path,
          message: `${name} is the tenant's own domain, and sendips:tenant.spf says what it sends through`,
          fix: "remove it here, or existing, include and all of sendips:tenant.spf",
          rule: "RFC 7208 §3.2",
        },
      ];
    case "host":
      return [
        {
          code: "never-mails-host",
          level: "error",
          path,
          message: `${name} is the host name of an address, which sends and has an SPF record: a name with two has none`,
          fix: "remove it",
          rule: "RFC 7208 §3.2",
        },
      ];
    default: {
      // RFC 7505 §4.2: receivers refuse mail from a name with a null MX.
      const streams = context.streams
        .filter((stream) => (use === "from" ? stream.from : stream.returnPath) === name)
        .map(({ key }) => key)
        .join(", ");
      const fix = `remove it here, or give stream ${streams} another ${use === "from" ? "From domain" : "return path"}`;
      return findingsAt(path, lintNullMx(name, [NULL_MX], use)).map((finding) => ({
        ...finding,
        fix,
      }));
    }
  }
}

/** Reports to a mailbox that the plan itself shuts. */
function mailboxes(context: RecordContext, name: string): Finding[] {
  const reportUris: [string, readonly string[]][] = organisationsOf(context).flatMap(
    (organisation) => {
      const { rua, ruf } = ownReports(context, organisation);
      return [
        [reportsPath(organisation), rua] as const,
        [`${organisation.path}.failureReports`, ruf] as const,
      ].map(([path, uris]): [string, readonly string[]] => [path, uris]);
    },
  );
  for (const [domain, { reports }] of sortedEntries(context.tenant.tlsReports)) {
    reportUris.push([configPath(["tenant", "tlsReports", domain, "reports"]), reports]);
  }
  return reportUris.flatMap(([path, uris]) =>
    uris
      .filter((uri) => isMailto(uri) && reportHost(uri) === name)
      .map((uri) => ({
        code: "never-mails-reports",
        level: "error" as const,
        path,
        message: `${uri} gets nothing: ${name} is in sendips:tenant.neverMails, and takes no mail`,
        fix: "a mailbox at another domain, or remove the domain from neverMails",
        rule: "RFC 7505 §3",
      })),
  );
}

/** What else the config asks for a domain that neither sends nor takes mail. */
function pointlessSettings(
  { tenant, records }: RecordContext,
  name: string,
  path: string,
): Finding[] {
  const places = [
    ...records
      .filter(({ data, domain }) => data.type === "TXT" && domain === name)
      .flatMap((record) => (record.purpose?.needsMail === true ? [record.path] : [])),
    ...sortedEntries(tenant.dkim)
      .filter(([, key]) => key.domains?.includes(name) === true && key.state !== "revoked")
      .map(([selector]) => configPath(["tenant", "dkim", selector, "domains"])),
  ];
  return places.map((place) => ({
    code: "never-mails-idle-config",
    level: "warning",
    path: place,
    message: `${name} never mails (${path}), so this is of no use to it`,
    fix: "remove the one or the other",
    rule: "RFC 7505 §1",
  }));
}
