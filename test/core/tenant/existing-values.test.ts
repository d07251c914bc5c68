/** What `existing` says of a name is read by its grammar: typed in, it may be anything. */
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ACME, planOf, raw } from "../support.ts";

function problemsOf(names: Record<string, Record<string, unknown>>): string[] {
  const result = planOf(raw({ ...parse(ACME), existing: { names } }));
  expect(result.plan).toBeDefined();
  return result.problems
    .filter(({ path }) => path.startsWith("sendips:tenant.existing.names"))
    .map(({ level, path, message, rule }) => `${level} ${path}: ${message} [${rule}]`);
}

const at = (name: string) => `warning sendips:tenant.existing.names["${name}"]`;

test("values that receivers use are in order, also in the forms that people paste", () => {
  expect(
    problemsOf({
      "other.acme.example": {
        MX: ["10 mx.example.com.", "0 ."],
        CAA: [
          '0 issue "letsencrypt.org; validationmethods=dns-01"',
          '0 iodef "mailto:a@b.example"',
        ],
        TXT: ["google-site-verification=x"],
      },
      "_mta-sts.acme.example": { TXT: ['_mta-sts.acme.example. IN TXT "v=STSv1; id=1"'] },
      "_smtp._tls.acme.example": { TXT: ["v=TLSRPTv1; rua=mailto:a@b.example"] },
      "default._bimi.acme.example": { TXT: ["v=BIMI1; l=; a=;"] },
      "b.example._report._dmarc.acme.example": { TXT: ["v=DMARC1", "v=DMARC1;"] },
    }),
  ).toEqual([]);
});

test("values that receivers cannot use are a warning, with the place of each", () => {
  expect(
    problemsOf({
      "other.acme.example": { MX: ["mx.example.com"], CAA: ["letsencrypt.org", '0 issue "a b"'] },
      "_mta-sts.acme.example": { TXT: ["v=STSv1; id=not an id"] },
      "_smtp._tls.acme.example": { TXT: ["v=TLSRPTv1"] },
      "default._bimi.acme.example": { TXT: ["v=BIMI1; l=http://a.example/l.svg"] },
      "b.example._report._dmarc.acme.example": { TXT: ["v=DMARC1; rua=b.example"] },
    }),
  ).toEqual([
    `${at("other.acme.example")}.MX: "mx.example.com" is not an MX record: receivers cannot use it [RFC 5321 §5.1]`,
    `${at("other.acme.example")}.CAA: "letsencrypt.org" is not a CAA record: receivers cannot use it [RFC 8659 §4.1]`,
    `${at("other.acme.example")}.CAA: "a b" is not a CA's domain: receivers cannot use it [RFC 8659 §4.2]`,
    expect.stringMatching(/_mta-sts\.acme\.example"\]\.TXT: the field "id=not an id"/),
    expect.stringMatching(/_smtp\._tls\.acme\.example"\]\.TXT: no rua=/),
    expect.stringMatching(/default\._bimi\.acme\.example"\]\.TXT: l="http:\/\/a\.example\/l\.svg"/),
    expect.stringMatching(/_report\._dmarc\.acme\.example"\]\.TXT: rua= holds "b\.example"/),
  ]);
});
