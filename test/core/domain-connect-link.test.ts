/** Links of Domain Connect: what they carry, and their signatures as a DNS provider checks them. */
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  domainConnectLink,
  signingKey,
  signingKeyRecords,
} from "../../core/domain-connect/domain-connect.ts";
import { delegatedPlan, templateOf } from "./domain-connect-support.ts";

/** As a DNS provider does it: the key from its TXT records, the query as it came without `sig` and `key`. */
function isSigned(query: string, texts: readonly string[]): boolean {
  const parts = texts.map((text) => Object.fromEntries(text.split(",").map(pair)));
  const base64 = parts
    .toSorted((a, b) => Number(a["p"]) - Number(b["p"]))
    .map(({ d }) => d)
    .join("");
  const key = createPublicKey({ key: Buffer.from(base64, "base64"), format: "der", type: "spki" });
  const fields = query.split("&");
  const sig = fields.map(pair).find(([name]) => name === "sig")?.[1] ?? "";
  const signed = fields.filter((field) => !/^(?:sig|key)=/.test(field)).join("&");
  return verify(
    "RSA-SHA256",
    Buffer.from(signed),
    key,
    Buffer.from(decodeURIComponent(sig), "base64"),
  );
}

function pair(text: string): [string, string] {
  const at = text.indexOf("=");
  return [text.slice(0, at), text.slice(at + 1)];
}

describe("links", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const key = signingKey(pem);
  const name = "_dcpubkeyv1.keys.operator.example";
  const texts = signingKeyRecords(key, name).map(({ text }) => text);
  const { template, applications } = templateOf(delegatedPlan("clinic.example", ["s1", "s2"]));
  const [application] = applications;
  if (application === undefined) throw new Error("no application");
  const parts = { template, application, urlSyncUX: "https://dns.example/connect/", key };
  const link = domainConnectLink({ ...parts, keyHost: "_dcpubkeyv1" });
  const query = link.slice(link.indexOf("?") + 1);

  test("carry domain, host, groups and variables, then signature and key", () => {
    expect(link.slice(0, link.indexOf("&sig="))).toBe(
      "https://dns.example/connect/v2/domainTemplates/providers/operator.example/services/sending/apply?domain=clinic.example&host=tx&groupId=bounce%2Cdkim1%2Cdkim2%2Cspf&dkim1=s1&dkim2=s2",
    );
    expect(link).toMatch(/&sig=[A-Za-z0-9%_-]+&key=_dcpubkeyv1$/);
  });

  test("are verified by the published key, and not when a value changes", () => {
    expect(isSigned(query, texts)).toBe(true);
    expect(isSigned(query, texts.toReversed())).toBe(true);
    expect(isSigned(query.replace("dkim1=s1", "dkim1=s3"), texts)).toBe(false);
    expect(isSigned(query.replace("host=tx", "host=www"), texts)).toBe(false);
    expect(isSigned(`${query}&state=x`, texts)).toBe(false);
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const others = signingKeyRecords(other.publicKey, name).map(({ text }) => text);
    expect(isSigned(query, others)).toBe(false);
  });

  test("encode whatever a value may hold, so that the signed text is the one that arrives", () => {
    const variables = { rua1: "mailto:a+b@c.example,https://d.example/(x)?y=1&z='%2C'*" };
    const odd = { ...application, groups: [], variables };
    const url = domainConnectLink({ ...parts, application: odd, keyHost: "k" });
    expect(new URL(url).searchParams.get("rua1")).toBe(variables.rua1);
    // Written again by a browser it is the same text.
    expect(new URL(url).href).toBe(url);
    expect(isSigned(url.slice(url.indexOf("?") + 1), texts)).toBe(true);
  });

  test("the published parts fit one TXT string each and are the key", () => {
    expect(texts.length).toBeGreaterThan(1);
    for (const [index, text] of texts.entries()) {
      expect(text.length).toBeLessThanOrEqual(255);
      expect(text).toMatch(new RegExp(`^p=${index + 1},a=RS256,d=[A-Za-z0-9+/=]+$`));
    }
    expect(signingKeyRecords(createPublicKey(key), name)).toEqual(signingKeyRecords(key, name));
  });

  test("the standard's own example is verified as ours are (section 5.2.4)", () => {
    const sig =
      "V2te9zWMU7G3plxBTsmYSJTvn2vzMvNwAjWQ%2BwTe91DxuJhdVf4cVc4vZBYfEYV7u5d7PzTO7se7OrkhyiB7TpoJJW1yB5qHR7HKM5SZldUsdtg5%2B1SzEtIX0Uq8b2mCmQF%2FuJGXpqCyFrEajvpTM7fFKPk1kuctmtkjV7%2BATcvNPLWY7KyE4%2Bqc8jpfN61cP5l8iA4krAa3%2BfTro5cmWR8YUJ5yrnRs6KT4b5D71HFvOUk0sGEUddUUlsyRQKRHUFN6HjEya50YDHfZJlYHkHlK0xX6Yqeii9QZ2I35U9eJbSvZGQko5beqviWFXdsVDbvd3DYcbSHgJq9%2FXoMTTw%3D%3D";
    const published = [
      "p=1,a=RS256,d=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA18SgvpmeasN4BHkkv0SBjAzIc4grYLjiAXRtNiBUiGUDMeTzQrKTsWvy9NuxU1dIHCZy9o1CrKNg5EzLIZLNyMfI6qiXnM+HMd4byp97zs/3D39Q8iR5poubQcRaGozWx8yQpG0OcVdmEVcTfy",
      "p=2,a=RS256,d=R/XSEWC5u16EBNvRnNAOAvZYUdWqVyQvXsjnxQot8KcK0QP8iHpoL/1dbdRy2opRPQ2FdZpovUgknybq/6FkeDtW7uCQ6Mvu4QxcUa3+WP9nYHKtgWip/eFxpeb+qLvcLHf1h0JXtxLVdyy6OLk3f2JRYUX2ZZVDvG3biTpeJz6iRzjGg6MfGxXZHjI8",
      "p=3,a=RS256,d=weDjXrJwIDAQAB",
    ];
    const example = `a=1&b=2&ip=10.10.10.10&domain=example.net&sig=${sig}&key=_dcpubkeyv1`;
    expect(isSigned(example, published)).toBe(true);
    expect(isSigned(example.replace("a=1", "a=2"), published)).toBe(false);
  });

  test("are refused while an address is unknown, and for a URL that is no plain https one", () => {
    const unknown = { ...application, unknown: ["tx1"] };
    expect(() => domainConnectLink({ ...parts, application: unknown, keyHost: "k" })).toThrow(
      "not known yet: the address of tx1",
    );
    for (const urlSyncUX of [
      "http://dns.example",
      "https://dns.example/?x=",
      "https://a:b@c.example",
      "x",
    ]) {
      expect(() => domainConnectLink({ ...parts, urlSyncUX, keyHost: "k" })).toThrow("https URL");
    }
  });

  test("only RSA keys of 2048 bits sign, and no message shows a key", () => {
    const small = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
    const ed = generateKeyPairSync("ed25519").privateKey;
    const sealed = privateKey
      .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
      .toString();
    for (const [bad, reason] of [
      [small.export({ type: "pkcs8", format: "pem" }).toString(), "but 1024 bits"],
      [ed.export({ type: "pkcs8", format: "pem" }).toString(), "but ed25519"],
      [sealed, "without a passphrase"],
      [pem.replace("A", "!"), "not a private key in PEM"],
    ] as const) {
      expect(() => signingKey(bad)).toThrow(reason);
      expect(() => signingKey(bad)).not.toThrow(/[A-Za-z0-9+/]{30}/);
    }
  });
});
