import { describe, expect, it } from "vitest";
import { checkHost, type SpfClient } from "../../../mail/spf/evaluate.ts";
import type { SpfResolver } from "../../../mail/spf/types.ts";
import { type ZoneData, zoneResolver } from "./zone.ts";

const ZONE: ZoneData = {
  "acme.example": [
    { TXT: "v=spf1 ip4:198.51.100.0/30 include:vendor.example -all exp=why.acme.example" },
  ],
  "why.acme.example": [{ TXT: "%{i} may not send as %{o}, says %{r} at %{t}; see %{L}" }],
  "vendor.example": [{ TXT: "v=spf1 a:mx1.vendor.example -all exp=other.vendor.example" }],
  "mx1.vendor.example": [{ A: "203.0.113.5" }],
  "users.example": [{ TXT: "v=spf1 exists:%{l}.users.example -all" }],
  "anna.users.example": [{ A: "127.0.0.2" }],
  "xn--bcher-kva.example": [{ TXT: "v=spf1 exists:%{o}.x.example -all" }],
  "xn--bcher-kva.example.x.example": [{ A: "127.0.0.2" }],
  "six.example": [
    { TXT: "v=spf1 mx -all" },
    { MX: [10, "a.six.example"] },
    { MX: [20, "b.six.example"] },
  ],
  "a.six.example": [{ A: "203.0.113.6" }],
  "b.six.example": [{ A: "203.0.113.7" }],
  "tx1.mail.acme.example": [{ TXT: "v=spf1 a -all" }, { A: "198.51.100.1" }],
};
const check = (client: Partial<SpfClient>, resolver: SpfResolver = zoneResolver(ZONE)) =>
  checkHost(
    { ip: "192.0.2.1", helo: "h.example", mailFrom: "a+b@acme.example", ...client },
    resolver,
  );

describe("check_host()", () => {
  it("passes own addresses without a look-up", async () => {
    const { result, lookups, trace } = await check({ ip: "198.51.100.2" });
    expect([result, lookups]).toEqual(["pass", 0]);
    expect(trace).toEqual([{ domain: "acme.example", term: "ip4:198.51.100.0/30", matched: true }]);
  });

  it("follows includes and traces them in order", async () => {
    const { result, lookups, trace } = await check({ ip: "203.0.113.5" });
    expect([result, lookups]).toEqual(["pass", 2]);
    expect(trace.map(({ domain, term, matched }) => `${domain} ${term} ${matched}`)).toEqual([
      "acme.example ip4:198.51.100.0/30 false",
      "acme.example include:vendor.example true",
      "vendor.example a:mx1.vendor.example true",
    ]);
  });

  it("explains a fail in the domain's own words, not the include's", async () => {
    const { result, explanation } = await check({ receiver: "mx.example", time: 7 });
    expect(result).toBe("fail");
    expect(explanation).toBe(
      "192.0.2.1 may not send as acme.example, says mx.example at 7; see a%2Bb",
    );
  });

  it("checks HELO when MAIL FROM is empty", async () => {
    const helo = { helo: "tx1.mail.acme.example", mailFrom: "" };
    expect((await check({ ...helo, ip: "198.51.100.1" })).result).toBe("pass");
    expect((await check({ ...helo, ip: "198.51.100.2" })).result).toBe("fail");
  });

  it("lets no name be made of a local part in UTF-8, and reads U-labels as A-labels", async () => {
    expect((await check({ mailFrom: "anna@users.example" })).result).toBe("pass");
    expect((await check({ mailFrom: "zoë@users.example" })).result).toBe("fail");
    expect((await check({ mailFrom: "a@bücher.example" })).result).toBe("pass");
  });

  it("counts a void term once, however many of its names are void", async () => {
    const { result, voidLookups } = await check({ ip: "2600::1", mailFrom: "a@six.example" });
    expect([result, voidLookups]).toEqual(["fail", 1]);
  });

  it("counts each ptr term of a client without PTR, but not %{p} and not a time-out", async () => {
    const mailFrom = "x@a.example";
    const nameless = zoneResolver({
      // The first term finds nothing at unknown.a.example: one void look-up, whatever %{p} asked.
      "a.example": [{ TXT: "v=spf1 exists:%{p}.a.example ptr ptr:b.example -all" }],
    });
    const refused = await check({ mailFrom }, nameless);
    expect([refused.result, refused.trace.length]).toEqual(["permerror", 3]);
    expect(refused.reason).toMatch(/more than 2 void look-ups/);
    const quiet = zoneResolver({
      "a.example": [{ TXT: "v=spf1 ptr ptr:b.example ptr:c.example -all" }],
      "1.2.0.192.in-addr.arpa": ["TIMEOUT"],
    });
    const { result, voidLookups } = await check({ mailFrom }, quiet);
    expect([result, voidLookups]).toEqual(["fail", 0]);
  });

  it("gives temperror with the reason when the resolver gives up or rejects", async () => {
    const broken: SpfResolver = { query: () => Promise.reject(new Error("no route")) };
    const { result, reason } = await check({}, broken);
    expect(result).toBe("temperror");
    expect(reason).toMatch(/acme\.example TXT.*no route/);
  });

  it("ends loops at the limit and names the term", async () => {
    const loop = zoneResolver({
      "a.example": [{ TXT: "v=spf1 include:b.example -all" }],
      "b.example": [{ TXT: "v=spf1 redirect=a.example" }],
    });
    const { result, reason, lookups } = await check({ mailFrom: "x@a.example" }, loop);
    expect([result, lookups]).toEqual(["permerror", 11]);
    expect(reason).toMatch(/more than 10 look-ups, at (include|redirect)/);
  });

  it("says what is wrong with a record, and whose it is", async () => {
    const zone = zoneResolver({
      "a.example": [{ TXT: "v=spf1 include:b.example -all" }],
      "b.example": [{ TXT: "v=spf1 ipv4:192.0.2.1 -all" }],
    });
    const { reason } = await check({ mailFrom: "x@a.example" }, zone);
    expect(reason).toMatch(/SPF record of b\.example.*ipv4/);
  });

  it("refuses a client without an address", async () => {
    await expect(check({ ip: "198.51.100.01" })).rejects.toThrow(RangeError);
  });
});
