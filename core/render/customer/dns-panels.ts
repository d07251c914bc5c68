/**
 * How the DNS panels that customers use want a record entered. A fact stands here only with the page that
 * says so; what no page was found for is `unconfirmed`, and shown as that: a guess costs the customer a
 * wrong record, "unconfirmed" costs a look at what the panel shows after saving.
 */

/** Whether the name is entered within the zone (the panel adds the domain by itself) or in full. */
export type PanelName = "relative" | "full" | "either" | "unconfirmed";
/** What stands for the zone itself. */
export type PanelApex = "@" | "empty" | "@ or empty" | "full name" | "unconfirmed";
/** Whether a TXT value is entered in quotes. */
export type PanelQuotes = "with" | "without" | "either" | "unconfirmed";
/** How a TXT value over 255 octets is entered: as one, or in quoted strings of at most 255 octets. */
export type PanelLongTxt = "whole" | "chunks" | "unconfirmed";
/** Whether the target of a CNAME or MX record is entered with a dot at its end. */
export type PanelDot = "with" | "without" | "either" | "unconfirmed";

/** One panel. */
export interface DnsPanel {
  title: string;
  name: PanelName;
  apex: PanelApex;
  quotes: PanelQuotes;
  longTxt: PanelLongTxt;
  dot: PanelDot;
  /** True where A and CNAME records may be answered by a proxy of the provider. */
  proxies: boolean;
  /** What else to mind, for whom the row is about; absent: nothing. */
  note?: string;
  /** The pages that say so: the vendor's, or, where none was found, of whoever documents the panel. */
  sources: readonly { url: string; by: string; says: string }[];
}

/** Microsoft's guide to a panel of somebody else. */
function microsoftGuide(panel: string, says: string) {
  const url = `https://learn.microsoft.com/microsoft-365/admin/dns/create-dns-records-at-${panel}`;
  return { url, by: "Microsoft", says };
}

/** By how often customers have them, in our judgement; the order means nothing else. */
export const DNS_PANELS: readonly DnsPanel[] = [
  {
    title: "Cloudflare",
    name: "relative",
    apex: "@",
    quotes: "either",
    longTxt: "whole",
    dot: "without",
    proxies: true,
    note: "A and CNAME records: proxy status “DNS only” (grey cloud)",
    sources: [
      {
        url: "https://developers.cloudflare.com/dns/manage-dns-records/reference/dns-record-types/",
        by: "Cloudflare",
        says: "a name is a subdomain or @; quotes are added to a TXT without them; targets in its examples have no dot",
      },
      {
        url: "https://developers.cloudflare.com/api/resources/dns/subresources/records/",
        by: "Cloudflare",
        says: "TXT content over 255 bytes is split automatically",
      },
      {
        url: "https://developers.cloudflare.com/dns/proxy-status/",
        by: "Cloudflare",
        says: "only A, AAAA and CNAME can be proxied",
      },
    ],
  },
  {
    title: "Amazon Route 53",
    name: "relative",
    apex: "empty",
    quotes: "with",
    longTxt: "chunks",
    dot: "either",
    proxies: false,
    note: "several values of one name and type are one record: add a line, do not make a second record",
    sources: [
      {
        url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html",
        by: "AWS",
        says: "TXT: strings of at most 255 characters, each in double quotes; the dot at the end of a target is optional",
      },
      microsoftGuide(
        "aws",
        "the name is left empty for the zone itself; MX and TXT values are lines of a set",
      ),
    ],
  },
  {
    title: "GoDaddy",
    name: "relative",
    apex: "@",
    quotes: "without",
    longTxt: "unconfirmed",
    dot: "without",
    proxies: false,
    sources: [
      microsoftGuide(
        "godaddy",
        "Host @ for the zone itself, autodiscover below it; TXT and targets as they stand",
      ),
    ],
  },
  {
    title: "Microsoft 365 (domains whose name servers are Microsoft's)",
    name: "unconfirmed",
    apex: "unconfirmed",
    quotes: "unconfirmed",
    longTxt: "unconfirmed",
    dot: "unconfirmed",
    proxies: false,
    note: "Settings, Domains, DNS records, custom record",
    sources: [
      {
        url: "https://learn.microsoft.com/microsoft-365/admin/dns/add-or-edit-custom-dns-records",
        by: "Microsoft",
        says: "where custom records are entered, not in which form",
      },
    ],
  },
  {
    title: "cPanel (Zone Editor)",
    name: "either",
    apex: "full name",
    quotes: "unconfirmed",
    longTxt: "unconfirmed",
    dot: "unconfirmed",
    proxies: false,
    note: "the editor completes the name; look at it before you save",
    sources: [
      {
        url: "https://support.panthur.com.au/en/knowledgebase/article/connect-squarespace-to-your-domain",
        by: "a hosting company that uses cPanel",
        says: "the domain is added to the name automatically; the zone itself is entered as the domain",
      },
      {
        url: "https://api.docs.cpanel.net/cpanel-api-2/cpanel-api-2-modules-zoneedit/cpanel-api-2-functions-zoneedit-add_zone_record/",
        by: "cPanel",
        says: "its API takes the relative name",
      },
    ],
  },
  {
    title: "Squarespace (Google Domains until 2023)",
    name: "relative",
    apex: "@",
    quotes: "without",
    longTxt: "unconfirmed",
    dot: "unconfirmed",
    proxies: false,
    sources: [
      microsoftGuide(
        "google-domains",
        "Google Domains: @ for the zone itself, TXT as it stands, targets with a dot; whether Squarespace kept the dot was not found",
      ),
    ],
  },
  {
    title: "IONOS",
    name: "relative",
    apex: "@ or empty",
    quotes: "without",
    longTxt: "unconfirmed",
    dot: "without",
    proxies: false,
    sources: [
      microsoftGuide("ionos-com", "Host name empty (TXT) or @ (MX) for the zone itself"),
      {
        url: "https://www.ionos.co.uk/help/domains/configuring-mail-servers-and-other-related-records/using-email-authentication-with-dmarc-records/",
        by: "IONOS",
        says: "TXT values are shown without quotes",
      },
    ],
  },
  {
    title: "OVHcloud",
    name: "relative",
    apex: "empty",
    quotes: "without",
    longTxt: "chunks",
    dot: "with",
    proxies: false,
    note: "a TXT over 255 octets only by “Change in text format”: the form takes no more",
    sources: [
      {
        url: "https://docs.ovhcloud.com/en/guides/web-cloud/domains/dns-zone-edit",
        by: "OVHcloud",
        says: "without a dot the domain is added to a target; the TXT form takes 255 characters, the text mode more",
      },
      microsoftGuide("ovh", "the sub-domain is left blank for the zone itself; TXT as it stands"),
    ],
  },
];

/** What a page's records ask of a panel; columns that none of them needs are left out. */
export interface PanelNeeds {
  apex: boolean;
  txt: boolean;
  longTxt: boolean;
  target: boolean;
  /** Whether an A or CNAME record is among them, which a proxy breaks. */
  proxied: boolean;
}

/** The table's head and rows, as plain text. */
export function panelRows(needs: PanelNeeds): { head: string[]; rows: string[][] } {
  const columns: [boolean, string, (panel: DnsPanel) => string][] = [
    [true, "Panel", ({ title }) => title],
    [true, "Name", ({ name }) => NAMES[name]],
    [needs.apex, "The zone itself", ({ apex }) => (apex === "@" ? "@" : apex)],
    [
      needs.txt,
      "TXT",
      ({ quotes }) => (quotes === "either" ? EITHER : withSuffix(quotes, " quotes")),
    ],
    [needs.longTxt, "TXT over 255 octets", ({ longTxt }) => LONG[longTxt]],
    [
      needs.target,
      "Target of CNAME, MX",
      ({ dot }) => (dot === "either" ? "either" : withSuffix(dot, " dot")),
    ],
    [needs.proxied, "Proxy", ({ proxies }) => (proxies ? "set “DNS only”" : "—")],
    [true, "Note", ({ note }) => note ?? ""],
  ];
  const wanted = columns.filter(([needed]) => needed);
  return {
    head: wanted.map(([, title]) => title),
    rows: DNS_PANELS.map((panel) => wanted.map(([, , of]) => of(panel))),
  };
}

const EITHER = "with or without quotes";

const NAMES: Record<PanelName, string> = {
  relative: "relative: the panel adds the domain",
  full: "full",
  either: "either: the panel adds the domain where it is missing",
  unconfirmed: "unconfirmed",
};

const LONG: Record<PanelLongTxt, string> = {
  whole: "whole",
  chunks: "in quoted chunks",
  unconfirmed: "unconfirmed",
};

function withSuffix(value: "with" | "without" | "unconfirmed", what: string): string {
  return value === "unconfirmed" ? value : `${value}${what}`;
}
