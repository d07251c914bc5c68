/**
 * Hosts that consent to DMARC reports about every domain (RFC 9990 §4: a TXT `v=DMARC1` at
 * `*._report._dmarc.<host>`), or publish the consent for each customer by themselves. Of these nobody need ask.
 */

/** A host that takes reports, and how it is known that it consents. */
export interface ReportHost {
  /** The host in the report address. */
  host: string;
  vendor: string;
  /** Customers have names of their own below the host, which are meant and the host is not. @default the host alone */
  below?: true;
  /** The vendor's document, or who saw the record. */
  source: string;
}

/**
 * The table, looked up in November 2026. Not in it, for want of a document or a copy of the record: EasyDMARC,
 * Proofpoint, Red Sift OnDMARC, PowerDMARC, MXToolbox, dmarcadvisor. A host that is not in it is warned about,
 * which costs its customer one look at DNS; one that is in it wrongly would cost all reports.
 */
export const REPORT_HOSTS: readonly ReportHost[] = [
  {
    host: "rep.dmarcanalyzer.com",
    vendor: "DMARC Analyzer (Mimecast)",
    source: "https://www.dmarcanalyzer.com/how-does-external-domain-verification-work/",
  },
  {
    host: "ag.dmarcian.com",
    vendor: "dmarcian",
    source: "https://github.com/domainaware/checkdmarc/issues/23 (a customer's record)",
  },
  {
    host: "fr.dmarcian.com",
    vendor: "dmarcian",
    source: "https://github.com/trusteddomainproject/OpenDMARC/issues/261 (the wildcard)",
  },
  {
    host: "vali.email",
    vendor: "Valimail",
    source:
      "https://support.valimail.com/en/articles/9142845-external-domain-verification (the record is vali.email's to publish); wildcard unconfirmed by the vendor, seen in 2026",
  },
  {
    host: "uriports.com",
    below: true,
    vendor: "URIports",
    source: "https://www.uriports.com/blog/dmarc-external-destinations/",
  },
  {
    host: "dmarc.barracudanetworks.com",
    vendor: "Barracuda",
    source: "https://github.com/internetstandards/Internet.nl/issues/618 (the wildcard)",
  },
  {
    host: "dmarc.postmarkapp.com",
    vendor: "Postmark",
    // Copies of the record for names that are strangers to each other, in the notes of many repositories.
    source: "unconfirmed by the vendor; dig of *._report._dmarc.dmarc.postmarkapp.com, August 2026",
  },
  {
    host: "dmarc-reports.cloudflare.net",
    vendor: "Cloudflare DMARC Management",
    source: "unconfirmed by the vendor; dig of a random name below _report._dmarc, 2026",
  },
  {
    host: "rua.agari.com",
    vendor: "Agari (Fortra)",
    source:
      "unconfirmed by the vendor; dig of paypal.com._report._dmarc.rua.agari.com (a customer's record)",
  },
];

/** The entry of a report host that consents by itself; undefined where that is not known. */
export function consentingHost(host: string): ReportHost | undefined {
  const name = host.toLowerCase().replace(/\.$/, "");
  return REPORT_HOSTS.find((known) =>
    known.below === true ? name.endsWith(`.${known.host}`) : name === known.host,
  );
}
