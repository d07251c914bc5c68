/**
 * Well-known senders by what their SPF include is called, and whether their mail needs it here: SPF is asked
 * of the return path (RFC 7208 §2.4), which many of them choose themselves or let their customer choose.
 * A table ages: every advice made from it tells how to see whether it is still so.
 */

/** A return path that the sender's customer may choose. */
export interface ChosenReturnPath {
  /** What the sender calls it. */
  called: string;
  /** The label that is usual for it, to be put before the customer's domain. */
  subdomain: string;
  /** `setting`: From stays as it is; `address`: the return path is the From address, so that both move. */
  by: "setting" | "address";
}

/** What is known of a sender. */
export interface KnownSender {
  name: string;
  /** Names of its includes; what lies below them is meant too. */
  includes: readonly string[];
  /** Mailboxes of people: the return path is the person's address, and nobody can choose another. */
  mailboxes?: true;
  /** When its return path is a name of its own, so that its include at the customer's domain is asked by nobody. */
  ownReturnPath?: string;
  /** Absent where none can be chosen, or none is known of. */
  chosen?: ChosenReturnPath;
  /** Where it is written; `unconfirmed` where the sender itself was not found to say so. */
  source: string;
}

/** Of a mailbox "Return-Path and From usually look the same", says Postmark of Gmail, Outlook and Fastmail. */
const MAILBOXES = "https://postmarkapp.com/blog/why-we-no-longer-ask-for-spf-records";

/** The table, looked up in November 2026. */
export const KNOWN_SENDERS: readonly KnownSender[] = [
  {
    name: "Google Workspace",
    includes: ["_spf.google.com", "aspmx.googlemail.com"],
    mailboxes: true,
    source: MAILBOXES,
  },
  {
    name: "Microsoft 365",
    includes: ["spf.protection.outlook.com"],
    mailboxes: true,
    source: MAILBOXES,
  },
  {
    name: "Fastmail",
    includes: ["spf.messagingengine.com"],
    mailboxes: true,
    source: MAILBOXES,
  },
  {
    name: "Zoho Mail",
    includes: ["zohomail.com", "zohomail.eu", "zoho.com", "zoho.eu"],
    mailboxes: true,
    source: "unconfirmed",
  },
  {
    name: "Proton Mail",
    includes: ["_spf.protonmail.ch"],
    mailboxes: true,
    source: "unconfirmed",
  },
  { name: "iCloud Mail", includes: ["icloud.com"], mailboxes: true, source: "unconfirmed" },
  {
    name: "SendGrid",
    includes: ["sendgrid.net"],
    ownReturnPath: "always: below sendgrid.net, or a subdomain with domain authentication",
    chosen: { called: "domain authentication", subdomain: "em", by: "setting" },
    source:
      "https://support.sendgrid.com/hc/en-us/articles/21415314709147-Email-Authentication-SendGrid-s-Automated-Security-Explained",
  },
  {
    name: "Mailchimp",
    includes: ["servers.mcsv.net"],
    ownReturnPath: "always, for want of another: below mcsv.net, mcdlv.net or rsgsv.net",
    source: "unconfirmed; https://dmarc.wiki/mailchimp",
  },
  {
    name: "Mailchimp Transactional (Mandrill)",
    includes: ["mandrillapp.com"],
    ownReturnPath: "by default: below mandrillapp.com",
    chosen: { called: "return-path domain", subdomain: "mandrill", by: "setting" },
    // The vendor asks for DKIM and DMARC alone since 2024; the return path stands in the second only.
    source:
      "https://mailchimp.com/developer/transactional/docs/authentication-delivery/; return path unconfirmed: https://www.senderclarity.com/guides/mandrill-spf-dkim-dmarc-setup",
  },
  {
    name: "Postmark",
    includes: ["spf.mtasv.net"],
    ownReturnPath: "by default: below pm.mtasv.net",
    chosen: { called: "custom Return-Path", subdomain: "pm-bounces", by: "setting" },
    source: "https://postmarkapp.com/blog/why-we-no-longer-ask-for-spf-records",
  },
  {
    name: "Amazon SES",
    includes: ["amazonses.com"],
    ownReturnPath: "by default: below amazonses.com",
    chosen: { called: "custom MAIL FROM domain", subdomain: "ses", by: "setting" },
    source: "https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-spf.html",
  },
  {
    name: "SparkPost",
    includes: ["sparkpostmail.com"],
    ownReturnPath: "by default: below sparkpostmail.com",
    chosen: { called: "bounce domain", subdomain: "bounces", by: "setting" },
    source: "https://developers.sparkpost.com/api/sending-domains/; default unconfirmed",
  },
  {
    name: "Mailgun",
    includes: ["mailgun.org"],
    chosen: { called: "sending domain", subdomain: "mg", by: "setting" },
    source:
      "https://documentation.mailgun.com/en/latest/user_manual.html (domains); return path unconfirmed: https://spfwise.com/en/article/mailgun-spf-dkim-dmarc-setup",
  },
  {
    name: "Klaviyo",
    includes: ["klaviyomail.com"],
    ownReturnPath: "always: below klaviyomail.com, or the branded sending domain",
    chosen: { called: "branded sending domain", subdomain: "send", by: "setting" },
    source:
      "https://help.klaviyo.com/hc/en-us/articles/115000357752-Setting-Up-a-Dedicated-Sending-Domain (domains); return path unconfirmed: https://spfwise.com/en/article/klaviyo-spf-dkim-setup",
  },
  {
    name: "Brevo",
    includes: ["spf.brevo.com", "spf.sendinblue.com"],
    ownReturnPath: "on shared addresses",
    chosen: { called: "domain of a dedicated IP", subdomain: "em", by: "setting" },
    source:
      "unconfirmed; https://www.suped.com/email-deliverability/answers/how-should-i-combine-spf-records-and-what-domain-should-i-use-with-sendinblue",
  },
  {
    name: "HubSpot",
    includes: ["hubspotemail.net"],
    ownReturnPath: "on shared addresses: below hubspotemail.net",
    chosen: { called: "envelope domain of a dedicated IP", subdomain: "hs", by: "setting" },
    source: "unconfirmed; https://dmarc.wiki/hubspot",
  },
  {
    name: "Campaign Monitor",
    includes: ["_spf.createsend.com"],
    ownReturnPath: "always, for want of another: below cmail1.com, cmail2.com and the like",
    source:
      "unconfirmed; https://www.senderclarity.com/guides/campaign-monitor-spf-dkim-dmarc-setup",
  },
  {
    name: "Salesforce",
    includes: ["_spf.salesforce.com"],
    ownReturnPath: "while Bounce Management is on: below bnc.salesforce.com",
    chosen: { called: "verified there", subdomain: "crm", by: "address" },
    source: "https://help.salesforce.com/s/articleView?id=000381292&type=1",
  },
  {
    name: "Salesforce Marketing Cloud",
    includes: ["exacttarget.com"],
    ownReturnPath: "with a Sender Authentication Package: bounce.<its domain>",
    chosen: { called: "Sender Authentication Package", subdomain: "mc", by: "setting" },
    source: "https://help.salesforce.com/s/articleView?id=004464661&type=1",
  },
  {
    name: "Zendesk",
    includes: ["mail.zendesk.com"],
    chosen: { called: "as external support addresses", subdomain: "help", by: "address" },
    source:
      "https://support.zendesk.com/hc/en-us/articles/115015746187-Why-doesn-t-my-SPF-record-validate- (the record is asked of the support address); subdomain unconfirmed",
  },
  {
    name: "Freshdesk",
    includes: ["email.freshdesk.com"],
    chosen: { called: "as support addresses", subdomain: "support", by: "address" },
    source: "unconfirmed",
  },
];

/** The sender whose include a name is; undefined for one that the table does not know. */
export function senderOf(include: string): KnownSender | undefined {
  const name = include.toLowerCase().replace(/\.$/, "");
  return KNOWN_SENDERS.find(({ includes }) =>
    includes.some((known) => name === known || name.endsWith(`.${known}`)),
  );
}
