/** What holds for every config, whatever stands in it. */
import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RawConfig } from "../../core/config/config.ts";
import { operatorSchema } from "../../core/config/schema.ts";
import { formatProblems, hasErrors, type Problem } from "../../core/problem.ts";
import { PLAN_FORMATS, renderPlan } from "../../core/render/plan.ts";
import type { Plan } from "../../core/tenant/plan.ts";
import { goldenCases, valuesOf } from "./golden-cases.ts";
import { applyMutations, type Json, mutation, oddValue, shuffleKeys } from "./mutation.ts";
import { customerPage } from "./output-support.ts";
import { planOf, rsaKey } from "./support.ts";

const golden = new Map(
  goldenCases().map((name) => [name, valuesOf(name) as { [key: string]: Json }]),
);
/** Every golden case but those that are large: what holds for ten addresses holds for a hundred. */
const anyCase = fc.constantFrom(...[...golden.values()].filter((values) => size(values) < 20_000));
const rich = [...golden].find(([name]) => name.endsWith("-everything"))?.[1] ?? {};

function size(value: Json): number {
  return JSON.stringify(value).length;
}

function configOf(values: Json): RawConfig {
  const map = typeof values === "object" && values !== null && !Array.isArray(values) ? values : {};
  return { stack: "acme", values: map };
}

/** All texts that a plan and its problems become. */
function texts({ plan, problems }: { plan?: Plan; problems: Problem[] }): string[] {
  const known = { tx1: "192.0.2.1" };
  const page = plan === undefined ? undefined : customerPage(plan, known);
  return [
    ...PLAN_FORMATS.map((format) => renderPlan(plan, problems, { format, known })),
    formatProblems(problems),
    page?.markdown ?? "",
    page?.zone ?? "",
    page?.html ?? "",
    page?.csv ?? "",
  ];
}

/** What must be true of whatever comes of a config. */
function expectSound(result: { plan?: Plan; problems: Problem[] }): void {
  const { plan, problems } = result;
  expect(plan === undefined).toBe(hasErrors(problems));
  for (const { stack, path, message, fix } of problems) {
    expect(stack).toBe("acme");
    expect(path).toMatch(/^sendips:\S/);
    expect(message.trim()).not.toBe("");
    expect(fix.trim()).not.toBe("");
  }
  const keys = plan?.records.map(({ key }) => key) ?? [];
  expect(new Set(keys).size).toBe(keys.length);
  // Deployable: a record that waits for another waits for one that is there.
  for (const { after } of plan?.records ?? [])
    for (const key of after ?? []) expect(keys).toContain(key);
  expect(texts(result).every((text) => typeof text === "string")).toBe(true);
}

describe("any config", () => {
  test("of JSON values comes to problems or a plan, and never throws", () => {
    const keys = ["tenant", "mailHost", ...Object.keys(operatorSchema.shape)];
    const values = fc.oneof(
      oddValue,
      fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), oddValue, { maxKeys: 5 }),
    );
    fc.assert(
      fc.property(values, (value) => {
        const config = configOf(value);
        const result = planOf(config);
        // A mail host's stack may be good, and has no plan.
        if (config.values["tenant"] !== undefined) expectSound(result);
      }),
      { numRuns: 500 },
    );
  });

  test("near to a good one comes to problems or a plan, and never throws", () => {
    const came = { plan: 0, problems: 0 };
    fc.assert(
      fc.property(
        anyCase,
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        (values, changes) => {
          const config = configOf(applyMutations(values, changes));
          const result = planOf(config);
          came[result.plan === undefined ? "problems" : "plan"] += 1;
          if (config.values["tenant"] !== undefined) expectSound(result);
        },
      ),
      { numRuns: 1_500 },
    );
    // Else the test would have looked at one side only.
    expect(Math.min(came.plan, came.problems)).toBeGreaterThan(50);
  });

  test("is planned alike, in whatever order its keys stand", () => {
    const inOrder = (problems: Problem[]) =>
      problems.map((problem) => JSON.stringify(problem)).sort();
    fc.assert(
      fc.property(
        anyCase,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (values, stream) => {
          const before = planOf(configOf(values));
          const after = planOf(configOf(shuffleKeys(values, () => stream.next().value)));
          expect(JSON.stringify(after.plan)).toBe(JSON.stringify(before.plan));
          // Faults of the schema come in the order of the file.
          if (before.plan !== undefined) expect(after.problems).toEqual(before.problems);
          expect(inOrder(after.problems)).toEqual(inOrder(before.problems));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("keys of records", () => {
  const spki = (type: "rsa" | "ed25519") => {
    const options = { type: "spki", format: "der" } as const;
    const pair =
      type === "rsa"
        ? generateKeyPairSync("rsa", { modulusLength: 2048 })
        : generateKeyPairSync("ed25519");
    return pair.publicKey.export(options).toString("base64");
  };
  const publicKeys = fc.constantFrom(spki("rsa"), spki("ed25519"));
  const byte = fc.integer({ min: 0, max: 255 });

  test("come from config keys and names alone: no value changes one", () => {
    const before = planOf(configOf(rich)).plan?.records.map(({ key }) => key) ?? [];
    const values = fc.record({
      ips: fc.uniqueArray(fc.tuple(byte, byte), { minLength: 3, maxLength: 3, selector: String }),
      policy: fc.constantFrom("quarantine", "reject"),
      aspf: fc.constantFrom("relaxed", "strict"),
      all: fc.constantFrom("fail", "softfail"),
      addresses: fc.constantFrom("list", "ranges"),
      existing: fc.constantFrom("v=spf1 mx ~all", "v=spf1 ip4:8.8.4.0/24 -all"),
      state: fc.constantFrom("published", "signing", "retired", "revoked"),
      publicKey: publicKeys,
      mode: fc.constantFrom("testing", "enforce", "none"),
      ttl: fc.integer({ min: 60, max: 86_400 }),
      drainDays: fc.nat({ max: 366 }),
      wait: fc.boolean(),
    });
    expect(before.length).toBeGreaterThan(30);
    fc.assert(
      fc.property(values, (value) => {
        const tenant = structuredClone(rich["tenant"]) as Record<string, Record<string, Json>>;
        const privateIp = (index: number) => `10.0.${value.ips[index]?.join(".")}`;
        tenant["addresses"] = {
          tx1: { privateIp: privateIp(0) },
          tx2: { privateIp: privateIp(1), drainDays: value.drainDays },
          mk1: { privateIp: privateIp(2), publicIpv4Pool: "ipv4pool-ec2-0a1b2c3d4e5f60718" },
        };
        const { dmarc = {}, spf = {} } = tenant;
        tenant["dmarc"] = { ...dmarc, policy: value.policy, spfAlignment: value.aspf };
        tenant["spf"] = {
          ...spf,
          existing: value.existing,
          all: value.all,
          addresses: value.addresses,
        };
        tenant["dkim"] = {
          ...tenant["dkim"],
          s202611: { state: value.state, publicKey: value.publicKey },
        };
        tenant["mtaSts"] = {
          "bounce.acme.example": { mode: value.mode, servedBy: "web.operator.example" },
        };
        const rest = { ttl: value.ttl, waitForCustomerRecords: value.wait };
        const { plan, problems } = planOf(configOf({ ...rich, tenant: { ...tenant, ...rest } }));
        expect(formatProblems(problems.filter(({ level }) => level === "error"))).toBe("");
        expect(plan?.records.map(({ key }) => key)).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });
});

describe("private keys", () => {
  const pem = (type: "rsa" | "ed25519") => {
    const options = { type: "pkcs8", format: "pem" } as const;
    return type === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export(options)
      : generateKeyPairSync("ed25519").privateKey.export(options);
  };
  const bare = (text: string | Buffer) => String(text).replace(/-----[^-]+-----|\s/g, "");
  const keys = [pem("rsa"), pem("ed25519")].flatMap((key) => [String(key), bare(key)]);
  keys.push(rsaKey(1024), rsaKey(4096));

  /** Pieces of a key's own digits; its first ones are the same in every key of a kind. */
  function piecesOf(key: string): string[] {
    const digits = bare(key);
    const pieces: string[] = [];
    for (let at = 24; at + 16 <= digits.length; at += 8) pieces.push(digits.slice(at, at + 16));
    return pieces;
  }

  function expectHidden(key: string, said: readonly string[]): void {
    const pieces = piecesOf(key);
    expect(pieces.length).toBeGreaterThan(1);
    for (const text of said) {
      const flat = text.replace(/["\\\s]/g, "");
      expect(pieces.filter((piece) => flat.includes(piece))).toEqual([]);
    }
  }

  test("never stand in a plan or a problem", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        fc.constantFrom("signing", "published", "x"),
        (key, state) => {
          const tenant = {
            ...(rich["tenant"] as object),
            dkim: { s1: { state, privateKey: key } },
          };
          const result = planOf(configOf({ ...rich, tenant: tenant as Json }));
          if (state === "signing" && key.length > 1_000) expect(result.plan).toBeDefined();
          expectHidden(key, texts(result));
        },
      ),
      { numRuns: 30 },
    );
  });

  test("that were laid somewhere else by mistake do not stand in a problem either", () => {
    const place = mutation.map((change) => ({ ...change, how: "replace" as const }));
    fc.assert(
      fc.property(anyCase, fc.constantFrom(...keys), place, (values, key, change) => {
        const { problems } = planOf(configOf(applyMutations(values, [{ ...change, value: key }])));
        expectHidden(key, [formatProblems(problems)]);
      }),
      { numRuns: 1_000 },
    );
  });
});
