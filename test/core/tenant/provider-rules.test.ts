import { describe, expect, it } from "vitest";
import type { RecordContext } from "../../../core/tenant/context.ts";
import { checkProviders } from "../../../core/tenant/receivers/check.ts";
import { PROVIDER_RULES, providerVerdicts } from "../../../core/tenant/receivers/provider-rules.ts";
import { GOOD, oneStream, planRecords, SIGNED, sentences, ZONES } from "./support.ts";

const good = (tenant: object = {}, operator: object = {}) =>
  planRecords({ dkim: SIGNED, ...tenant }, { ...operator });

/** Rules with their verdicts, each once. */
function verdicts(context: RecordContext): string[] {
  return [...new Set(providerVerdicts(context).map(({ rule, verdict }) => `${rule}: ${verdict}`))];
}

/** A context without the records whose key ends so. */
function withoutRecords(context: RecordContext, ending: string): RecordContext {
  return { ...context, records: context.records.filter(({ key }) => !key.endsWith(ending)) };
}

describe("provider policies", () => {
  it("say which rules a good tenant meets and which no configuration can show", () => {
    expect(verdicts(good())).toEqual([
      "SPF or DKIM: met",
      "SPF and DKIM: met",
      "DMARC record: met",
      "DMARC alignment: met",
      "forward and reverse DNS: met",
      "own From domain: met",
      "TLS: unknown",
      "spam rate: unknown",
      "message format: unknown",
      "one-click unsubscribe: unknown",
      "unsubscribe link: unknown",
      "replies: unknown",
    ]);
    expect(verdicts(good()).map((line) => line.split(":")[0])).toEqual([...PROVIDER_RULES]);
    expect(checkProviders(good())).toEqual([]);
  });

  it("wait where the customer has to publish the host names first, and say for what", () => {
    const { hostNames = "" } = good().tenant;
    const zone = Object.keys(ZONES).find((name) => hostNames.endsWith(name)) ?? "";
    const zones = { ...ZONES, [zone]: "external" as const };
    const waits = good({}, { zones });
    expect(verdicts(waits)).toContain("forward and reverse DNS: waiting");
    const [why] = providerVerdicts(waits)
      .filter(({ verdict }) => verdict === "waiting")
      .map((verdict) => verdict.why);
    expect(why).toMatch(
      /the PTR of \w+ is not set: it waits until the customer publishes the A record of \S+; then set sendips:tenant\.waitForCustomerRecords: true/,
    );
    const published = good({ waitForCustomerRecords: true }, { zones });
    expect(verdicts(published)).toContain("forward and reverse DNS: met");
  });

  it("name who asks, whom, and of which stream", () => {
    const verdictsFor = (rule: string) =>
      providerVerdicts(good())
        .filter((verdict) => verdict.rule === rule)
        .map(({ provider, senders, stream }) => `${provider} ${senders} ${stream ?? "-"}`);
    expect(verdictsFor("SPF and DKIM")).toEqual([
      "Google bulk marketing",
      "Microsoft bulk marketing",
      "Yahoo bulk marketing",
      "Google bulk transactional",
      "Microsoft bulk transactional",
      "Yahoo bulk transactional",
    ]);
    expect(verdictsFor("spam rate")).toEqual(["Google all -", "Yahoo all -"]);
    expect(verdictsFor("one-click unsubscribe")).toEqual(["Google bulk -", "Yahoo bulk -"]);
    expect(providerVerdicts(good()).every(({ why }) => why !== "")).toBe(true);
  });

  it("leave nothing but the unknown for a tenant that does not send yet", () => {
    const { streams } = { streams: {} };
    expect(verdicts(good({ streams })).every((line) => line.endsWith("unknown"))).toBe(true);
  });
});

describe("rules not met", () => {
  it("SPF and DKIM: one finding for all providers and streams", () => {
    expect(sentences(checkProviders(planRecords()))).toEqual([
      "warning dkim [Google, Microsoft, Yahoo: bulk sender requirements]: Google, Microsoft, Yahoo ask bulk senders for SPF and DKIM; streams marketing, transactional fall short: no DKIM key signs so that it aligns with the From domain",
    ]);
    const noSpf = withoutRecords(
      good(oneStream({ from: "tx.acme.example" })),
      "spf-bounce.tx.acme.example",
    );
    expect(sentences(checkProviders(noSpf))).toEqual([
      "warning dkim [Google, Microsoft, Yahoo: bulk sender requirements]: Google, Microsoft, Yahoo ask bulk senders for SPF and DKIM; stream main falls short: the return path has no SPF record",
    ]);
  });

  it("SPF or DKIM: of all senders", () => {
    const neither = withoutRecords(
      planRecords(oneStream({ from: "tx.acme.example" })),
      "spf-bounce.tx.acme.example",
    );
    const [first] = sentences(checkProviders(neither));
    expect(first).toBe(
      "warning streams [Google, Yahoo: sender requirements]: Google, Yahoo ask all senders for SPF or DKIM; stream main falls short: the return path has no SPF record, no DKIM key signs so that it aligns with the From domain",
    );
  });

  it("DMARC: any policy will do, and a record elsewhere is unknown", () => {
    expect(verdicts(good({ dmarc: { policy: "none" } }))).toContain("DMARC record: met");
    const zones = { ...ZONES, "shop.example": "external" };
    const domains = { "shop.example": { dmarc: "keep" } };
    expect(
      verdicts(good({ ...oneStream({ from: "tx.shop.example" }), domains }, { zones })),
    ).toContain("DMARC record: unknown");
    const gone = withoutRecords(good(), "dmarc-acme.example");
    expect(sentences(checkProviders(gone))).toEqual([
      "warning dmarc [Google, Microsoft, Yahoo: bulk sender requirements]: Google, Microsoft, Yahoo ask bulk senders for DMARC record; streams marketing, transactional fall short: no DMARC record counts for the From domain",
    ]);
  });

  it("alignment: one of the two must", () => {
    const foreign = oneStream({ from: "tx.acme.example", returnPath: "b.operator.example" });
    expect(verdicts(good(foreign))).toContain("DMARC alignment: met");
    expect(verdicts(planRecords(foreign))).toContain("DMARC alignment: not met");
    const strict = { dmarc: { ...GOOD.dmarc, spfAlignment: "strict" } };
    expect(verdicts(planRecords(strict))).toContain("DMARC alignment: not met");
    expect(verdicts(planRecords())).toContain("DMARC alignment: met");
  });

  it("forward and reverse DNS: each address, both ways", () => {
    const expected =
      "warning hostNames [Google, Yahoo: sender requirements]: Google, Yahoo ask all senders for forward and reverse DNS; stream marketing falls short: A and PTR of mk1 do not name each other";
    expect(sentences(checkProviders(withoutRecords(good(), "mk1-ptr")))).toEqual([expected]);
    expect(sentences(checkProviders(withoutRecords(good(), "mk1-a")))).toEqual([expected]);
    const context = good();
    const renamed = context.records.map((record) =>
      record.key === "mk1-ptr"
        ? { ...record, data: { type: "PTR" as const, host: "tx1.mail.acme.example" } }
        : record,
    );
    expect(sentences(checkProviders({ ...context, records: renamed }))).toEqual([expected]);
  });

  it("a From domain of one's own: asked by Google alone", () => {
    const zones = { ...ZONES, "gmail.com": "external" };
    const findings = sentences(checkProviders(good(oneStream({ from: "gmail.com" }), { zones })));
    expect(findings).toEqual([
      "warning streams [Google: sender requirements]: Google asks all senders for own From domain; stream main falls short: From is at gmail.com",
    ]);
  });
});
