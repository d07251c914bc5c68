import { describe, expect, it } from "vitest";
import { KNOWN_SENDERS, senderOf } from "../../../mail/spf/senders.ts";

describe("known senders", () => {
  it.each([
    ["_spf.google.com", "Google Workspace"],
    ["spf.protection.outlook.com", "Microsoft 365"],
    ["u123.wl45.sendgrid.net", "SendGrid"],
    ["Portal.SPF04.hubspotemail.net.", "HubSpot"],
    ["spf.mandrillapp.com", "Mailchimp Transactional (Mandrill)"],
    ["notsendgrid.net", undefined],
    ["google.com", undefined],
  ])("%s is %s", (include, name) => {
    expect(senderOf(include)?.name).toBe(name);
  });

  it("each come to something: people's mailboxes, or a return path of some kind", () => {
    for (const { name, mailboxes, ownReturnPath, chosen, source } of KNOWN_SENDERS) {
      const kinds = mailboxes === true ? 1 : 0;
      const moves = ownReturnPath !== undefined || chosen !== undefined ? 1 : 0;
      expect(kinds + moves, name).toBe(1);
      expect(source, name).toMatch(/^https:\/\/|^unconfirmed/);
    }
  });

  it("share no include, and no subdomain to propose", () => {
    const includes = KNOWN_SENDERS.flatMap((sender) => sender.includes);
    for (const include of includes) {
      expect(KNOWN_SENDERS.filter((sender) => sender === senderOf(include))).toHaveLength(1);
      expect(senderOf(include)?.includes).toContain(include);
    }
    expect(new Set(includes).size).toBe(includes.length);
  });
});
