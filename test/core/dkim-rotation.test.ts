/** The staircase of a DKIM rotation, and what its states and days say of each other. */
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { dkimKeyOf, SEALED, type WrittenDkimKey } from "../../core/config/dkim-key.ts";
import type { DkimKeyConfig } from "../../core/config/schema.ts";
import {
  addDays,
  checkRotation,
  nextSteps,
  PUBLISH_DAYS,
  RETIRE_DAYS,
} from "../../core/tenant/dkim/rotation.ts";

const RSA = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "der" },
  privateKeyEncoding: { type: "pkcs8", format: "der" },
});
const ED25519 = generateKeyPairSync("ed25519", {
  publicKeyEncoding: { type: "spki", format: "der" },
  privateKeyEncoding: { type: "pkcs8", format: "der" },
});
const rsa = RSA.publicKey.toString("base64");
const ed25519 = ED25519.publicKey.toString("base64");

type Since = DkimKeyConfig["since"];

function key(
  state: DkimKeyConfig["state"],
  since: Since = {},
  rest: Partial<WrittenDkimKey> = { publicKey: rsa },
): DkimKeyConfig {
  return dkimKeyOf({ state, since, privateKey: SEALED, ...rest });
}

function rotationFindings(keys: Record<string, DkimKeyConfig>): string[] {
  return checkRotation(keys).map(({ level, path, message }) => `${level} ${path}: ${message}`);
}

test("days are counted over months, years and leap days", () => {
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
  expect(addDays("2027-02-28", 1)).toBe("2027-03-01");
});

test("a key's type is read from whichever half is at hand", () => {
  expect(key("signing").key.type).toBe("rsa");
  expect(key("signing", {}, { publicKey: ed25519 }).key.type).toBe("ed25519");
  const clear = { privateKey: RSA.privateKey.toString("base64") };
  expect(key("signing", {}, clear).key.type).toBe("rsa");
  expect(key("signing", {}, {}).key.type).toBeUndefined();
});

describe("the next step", () => {
  test("without keys, or with one that signs, is to publish one", () => {
    expect(nextSteps({}, "2026-11-24").due).toEqual([
      { step: { step: "publish" }, notBefore: "2026-11-24" },
    ]);
    const { due } = nextSteps(
      { s1: key("signing"), ed: key("signing", {}, { publicKey: ed25519 }) },
      "2026-11-24",
    );
    expect(due.map(({ step }) => step)).toEqual([
      { step: "publish", like: "ed" },
      { step: "publish", like: "s1" },
    ]);
  });

  test("of a waiting key is to sign, but only after its days in DNS", () => {
    const keys = { s1: key("signing"), s2: key("published", { published: "2026-11-24" }) };
    const day = addDays("2026-11-24", PUBLISH_DAYS);
    const step = { step: "sign", selector: "s2", retires: ["s1"] };
    expect(nextSteps(keys, addDays(day, -1))).toEqual({
      due: [],
      waiting: [{ step, notBefore: day }],
    });
    expect(nextSteps(keys, day)).toEqual({ due: [{ step, notBefore: day }], waiting: [] });
  });

  test("of a waiting key whose first day is not known is never due", () => {
    const { due, waiting } = nextSteps({ s2: key("published") }, "2030-01-01");
    expect(due).toEqual([]);
    expect(waiting).toEqual([{ step: { step: "sign", selector: "s2", retires: [] } }]);
  });

  test("of a retired key is to remove it, but only after its days", () => {
    const keys = { s1: key("retired", { retired: "2026-11-24" }), s2: key("signing") };
    const day = addDays("2026-11-24", RETIRE_DAYS);
    const step = { step: "remove", selector: "s1" };
    expect(nextSteps(keys, addDays(day, -1)).waiting).toEqual([{ step, notBefore: day }]);
    expect(nextSteps(keys, day).due).toEqual([{ step, notBefore: day }]);
  });

  test("a waiting key takes over from keys of its own type and domains only", () => {
    const since = { published: "2026-11-01" };
    const keys = {
      other: key("signing", {}, { publicKey: rsa, domains: ["news.acme.example"] }),
      ed: key("signing", {}, { publicKey: ed25519 }),
      wide: key("signing", {}, { publicKey: rsa, domains: ["tx.acme.example", "x.acme.example"] }),
      own: key("signing", {}, { publicKey: rsa, domains: ["tx.acme.example"] }),
      s2: key("published", since, { publicKey: rsa, domains: ["tx.acme.example"] }),
    };
    expect(nextSteps(keys, "2026-11-24").due.map(({ step }) => step)).toEqual([
      { step: "sign", selector: "s2", retires: ["own"] },
    ]);
  });

  test("a waiting key takes over from keys of its own streams only", () => {
    const since = { published: "2026-11-01" };
    const of = (...streams: string[]) => ({ publicKey: rsa, streams });
    const keys = {
      both: key("signing", {}, of("tx", "news")),
      every: key("signing", {}, { publicKey: rsa }),
      news: key("signing", {}, of("news")),
      own: key("signing", {}, of("tx")),
      s2: key("published", since, of("tx")),
      wide: key("published", since, { publicKey: rsa }),
    };
    expect(nextSteps(keys, "2026-11-24").due.map(({ step }) => step)).toEqual([
      { step: "sign", selector: "s2", retires: ["own"] },
      // Signs for every stream, so that it takes over from all.
      { step: "sign", selector: "wide", retires: ["both", "every", "news", "own"] },
    ]);
  });
});

describe("findings", () => {
  test("none for the whole staircase as the command climbs it", () => {
    const first = { published: "2026-01-01", signing: "2026-01-01" };
    const second = { published: "2026-06-01", signing: addDays("2026-06-01", PUBLISH_DAYS) };
    for (const keys of [
      { s1: key("published", { published: "2026-01-01" }) },
      { s1: key("signing", first) },
      { s1: key("signing", first), s2: key("published", { published: "2026-06-01" }) },
      { s1: key("retired", { ...first, retired: second.signing }), s2: key("signing", second) },
      { s2: key("signing", second) },
      { s1: key("signing", first), ed: key("signing", first, { publicKey: ed25519 }) },
    ]) {
      expect(rotationFindings(keys)).toEqual([]);
    }
  });

  test("two keys of one type that sign for one domain", () => {
    expect(rotationFindings({ s1: key("signing"), s2: key("signing") })).toEqual([
      "warning sendips:tenant.dkim.s2.state: s2 and s1 both sign for one domain with RSA",
    ]);
    const [a, b] = ["a.example", "b.example"].map((domain) =>
      key("signing", {}, { publicKey: rsa, domains: [domain] }),
    );
    expect(rotationFindings({ ...(a && { a }), ...(b && { b }) })).toEqual([]);
  });

  test("two that sign may be a rotation or two streams, and both is said", () => {
    const [found] = checkRotation({ s1: key("signing"), s2: key("signing") });
    expect(found?.fix).toMatch(/finish the rotation.*dkim rotate/);
    expect(found?.fix).toContain(
      "where they sign for different streams, say so: sendips:tenant.dkim.s2.streams and sendips:tenant.dkim.s1.streams",
    );
  });

  test("none for keys of streams that have none in common", () => {
    const since = { published: "2026-01-01", signing: "2026-01-01" };
    const of = (state: DkimKeyConfig["state"], days: Since, ...streams: string[]) =>
      key(state, days, { publicKey: rsa, streams });
    const tx = of("signing", since, "tx");
    expect(rotationFindings({ tx, news: of("signing", since, "news") })).toEqual([]);
    expect(rotationFindings({ tx, news: of("signing", since, "news", "tx") })).toHaveLength(1);
    // One retired for another stream is no predecessor, and the key of another stream no successor.
    const retired = { published: "2025-01-01", retired: "2026-01-01" };
    expect(rotationFindings({ tx, news: of("retired", retired, "news") })).toEqual([
      "warning sendips:tenant.dkim.news.state: news is retired, and no other key signs: mail goes out unsigned",
    ]);
    expect(rotationFindings({ tx, old: of("retired", retired, "tx") })).toEqual([
      expect.stringContaining("resolvers may still answer that there is no such key"),
    ]);
  });

  test("a retired key and no other that signs", () => {
    expect(rotationFindings({ s1: key("retired"), s2: key("published") })).toEqual([
      "warning sendips:tenant.dkim.s1.state: s1 is retired, and no other key signs: mail goes out unsigned",
    ]);
  });

  test("days out of order, and days that the state does not have", () => {
    expect(
      rotationFindings({ s1: key("signing", { published: "2026-02-01", signing: "2026-01-01" }) }),
    ).toEqual([
      "error sendips:tenant.dkim.s1.since.signing: signing since 2026-01-01, but published only since 2026-02-01",
    ]);
    expect(rotationFindings({ s1: key("published", { signing: "2026-01-01" }) })).toEqual([
      "error sendips:tenant.dkim.s1.since.signing: says since when it is signing, but its state is published",
    ]);
  });

  test("an overlap that is too short, of a successor but not of a first key", () => {
    const since = { published: "2026-06-01", signing: "2026-06-02" };
    expect(rotationFindings({ s2: key("signing", since) })).toEqual([]);
    expect(
      rotationFindings({
        s1: key("retired", { retired: "2026-06-02" }),
        s2: key("signing", since),
      }),
    ).toEqual([
      "warning sendips:tenant.dkim.s2.since.signing: signs since 2026-06-02, in DNS since 2026-06-01: resolvers may still answer that there is no such key",
    ]);
  });

  test("no message holds a key", () => {
    const clear = RSA.privateKey.toString("base64");
    const bad = {
      s1: key("signing", {}, { privateKey: clear }),
      s2: key("signing", {}, { privateKey: clear }),
    };
    const text = JSON.stringify(checkRotation(bad));
    expect(text).toContain("both sign");
    for (let at = 0; at + 20 <= clear.length; at += 20)
      expect(text).not.toContain(clear.slice(at, at + 20));
  });
});
