/**
 * What pyspf, checkdmarc and dkimpy say of domains that sent before us, once the plan is published: ours pass, old
 * senders get what they got or better, and the records say to others what they say to us.
 */
import { expect, test } from "vitest";
import { dmarcView } from "../../core/tenant/dmarc/view.ts";
import { existingSpf } from "../../core/tenant/spf/existing-spf.ts";
import { dmarcName } from "../../mail/dmarc/record.ts";
import { checkHost } from "../../mail/spf/evaluate.ts";
import { isSpf } from "../../mail/spf/finding.ts";
import { parseSpf } from "../../mail/spf/parse.ts";
import type { SpfResolver } from "../../mail/spf/types.ts";
import { liveCases } from "../core/live-cases.ts";
import { ask } from "./ask.ts";
import { publish } from "./publish.ts";
import { spfResolver } from "./resolver.ts";
import { liveTenant, signersByDomain } from "./tenant.ts";
import { needPeers } from "./venv.ts";

/** Cases that are refused, and so publish nothing: `live/NN-name.plan` says why. */
const REFUSED = [
  "33-dmarc-weaker-refused",
  "36-in-the-way",
  "38-lets-everybody-send",
  "40-over-limit-return-path",
  "46-parked-but-alive",
];
/** The RFC's own cases of `ptr` are in test/mail/spf/rfc7208.test.ts. */
const UNANSWERABLE = ["39-ptr-stands"];
const RANK = ["permerror", "temperror", "fail", "softfail", "neutral", "none", "pass"];
const STRANGERS = ["100.64.0.1", "2001:db8::1"];

test.each(REFUSED)("%s publishes nothing", (name) => {
  expect(() => liveTenant(name)).toThrow(/"level":"error"/);
});

test.for(liveCases().filter((name) => !REFUSED.includes(name)))(
  "others agree on %s",
  { timeout: 600_000 },
  async (name, context) => {
    if (UNANSWERABLE.includes(name)) {
      context.skip("ptr asks the reverse zones of strangers, which nobody serves here");
    }
    const python = await needPeers(context);
    const tenant = liveTenant(name);
    const { sandbox, ips, texts } = await publish(tenant);
    const { streams, records } = tenant.plan;
    const snapshot = Object.values(tenant.operator.spfSnapshot);
    const guests = snapshot.flatMap((text) =>
      parseSpf(text).terms.flatMap(({ term }) =>
        term.type === "ip4" || term.type === "ip6" ? [term.address] : [],
      ),
    );
    const published = new Set(records.map((record) => record.name));
    const mails = streams.flatMap(({ from, returnPath, pool }) =>
      [...new Set([from, returnPath])].flatMap((domain) => [
        ...pool.map((key) => ({
          ...{ ip: ips.get(key) ?? "", sender: `x@${domain}`, helo: "h.stranger.example" },
          // A From domain that is left alone names nobody of ours: receivers check the return path.
          own: domain === returnPath || published.has(domain),
          domain,
        })),
        ...[...guests, ...STRANGERS].map((ip) => ({
          ...{ ip, sender: `x@${domain}`, helo: "h.stranger.example", own: false, domain },
        })),
      ]),
    );
    // An include with a macro is counted by nobody, and checkdmarc calls it an error.
    const counted = texts.filter(({ text }) => isSpf(text) && !text.includes("include:%{"));
    const signers = signersByDomain(tenant);
    const view = dmarcView(records, tenant.tenant);
    const policies = [...new Set(streams.map(({ from }) => from))].flatMap((domain) => {
      const policy = view.find(domain).walk.policy;
      return policy === undefined ? [] : [{ domain, at: policy.domain }];
    });
    const { answers } = await ask(python, sandbox, {
      check_host: mails.map(({ ip, sender, helo }) => ({ ip, sender, helo })),
      dkim: signers.map(({ valid, ...signer }) => signer),
      dmarc: policies.map(({ domain }) => ({ domain, parked: false })),
      spf: counted.map(({ name: domain }) => ({ domain, parked: false })),
    });

    const resolver = spfResolver(sandbox);
    for (const [index, mail] of mails.entries()) {
      const { ip, sender, helo, domain } = mail;
      const line = `${ip} ${sender}`;
      const { result } = await checkHost({ ip, helo, mailFrom: sender }, resolver);
      expect.soft(answers.check_host[index]?.result, `pyspf: ${line}`).toBe(result);
      if (mail.own) expect.soft(result, line).toBe("pass");
      const [standing] = existingSpf(tenant.tenant, domain);
      if (standing === undefined) continue;
      const before = await checkHost(
        { ip, helo, mailFrom: sender },
        withText(resolver, domain, standing.text),
      );
      expect
        .soft(RANK.indexOf(result), `${line}: ${before.result} before, ${result} now`)
        .toBeGreaterThanOrEqual(RANK.indexOf(before.result));
    }
    expect
      .soft(answers.spf.map(({ valid, record }) => ({ valid, record })))
      .toEqual(counted.map(({ text }) => ({ valid: true, record: text })));
    expect
      .soft(answers.dkim.map(({ verified, tampered }) => ({ verified, tampered })))
      .toEqual(signers.map(({ valid }) => ({ verified: valid, tampered: false })));
    expect
      .soft(answers.dmarc.map((found) => Reflect.get(Object(found), "location")))
      .toEqual(policies.map(({ at }) => at));
    expect.soft(policies.map(({ at }) => dmarcName(at)).length).toBe(answers.dmarc.length);
  },
);

/** The same DNS with another SPF record at one name. */
function withText(resolver: SpfResolver, name: string, text: string): SpfResolver {
  return {
    query: async (asked, type) =>
      asked.toLowerCase() === name && type === "TXT"
        ? { status: "found", values: [text] }
        : resolver.query(asked, type),
  };
}
