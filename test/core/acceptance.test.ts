/** Accepted warnings: which they are, until when, and what is said of entries that are at fault themselves. */
import { describe, expect, test } from "vitest";
import { type AcceptOptions, withAcceptances } from "../../core/acceptance.ts";
import { readConfig } from "../../core/config/config.ts";
import { ACCEPTABLE, findingSource, nearestCodes } from "../../core/finding-codes.ts";
import { formatProblems, isOpen, type Problem } from "../../core/problem.ts";

const TENANT = { domain: "acme.example", neverMails: ["parked.example"] };

/** Reads a stack `acme` that accepts so, and a project that does. */
function read(accept: readonly unknown[], shared: readonly unknown[] = []) {
  return readConfig({
    stack: "acme",
    values: { zones: {}, accept: shared, tenant: { ...TENANT, accept } },
  });
}

function problem(code: Problem["code"], path: string, more: Partial<Problem> = {}): Problem {
  return { code, level: "warning", stack: "acme", path, message: "m", fix: "f", ...more };
}

const POLICY = problem("dmarc-policy-none", "sendips:tenant.dmarc");
const NEWS = problem("return-path-many-mx", "sendips:tenant.streams.news.bounceMx");
const NEWS2 = problem("return-path-many-mx", "sendips:tenant.streams.news2.bounceMx");

function accepted(
  problems: readonly Problem[],
  accept: readonly unknown[],
  { shared = [], ...options }: Partial<AcceptOptions> & { shared?: readonly unknown[] } = {},
): Problem[] {
  const config = read(accept, shared);
  if (!("stack" in config)) throw new Error(formatProblems(config.problems));
  const stacks = [{ name: "acme", stack: config.stack }];
  return withAcceptances(problems, stacks, { today: "2026-11-24", ...options });
}

describe("a warning is accepted", () => {
  test("by its code, wherever it stands; others stay as they are", () => {
    const [policy, news] = accepted([POLICY, NEWS], [{ code: POLICY.code, reason: "agreed" }]);
    expect(policy).toEqual({ ...POLICY, accepted: { reason: "agreed" } });
    expect(news).toEqual(NEWS);
    expect([POLICY, NEWS].map(isOpen)).toEqual([true, true]);
    expect(accepted([POLICY], [{ code: POLICY.code, reason: "agreed" }]).map(isOpen)).toEqual([
      false,
    ]);
  });

  test("at a path and below it, and not where a key only begins so", () => {
    const at = (path: string) =>
      accepted([NEWS, NEWS2], [{ code: NEWS.code, path, reason: "r" }]).map(isOpen);
    expect(at("sendips:tenant.streams.news")).toEqual([false, true]);
    expect(at("sendips:tenant.streams")).toEqual([false, false]);
    expect(at(NEWS2.path)).toEqual([true, false]);
    const list = problem(
      "existing-replaced",
      'sendips:tenant.existing.names["acme.example"].TXT[0]',
    );
    expect(
      accepted(
        [list],
        [{ code: list.code, path: "sendips:tenant.existing.names", reason: "r" }],
      ).map(isOpen),
    ).toEqual([false]);
  });

  test("by the operator for every stack, and the stack's own reason is the one that is shown", () => {
    const shared = [{ code: POLICY.code, reason: "of all" }];
    expect(accepted([POLICY], [], { shared })[0]?.accepted).toEqual({ reason: "of all" });
    const own = [{ code: POLICY.code, reason: "own" }];
    expect(accepted([POLICY], own, { shared })[0]?.accepted).toEqual({ reason: "own" });
    const elsewhere = { ...POLICY, stack: "beta" };
    expect(accepted([elsewhere], own)).toEqual([elsewhere]);
  });

  test("on its last day, and no more on the next: it says so, and counts", () => {
    const entry = { code: POLICY.code, reason: "see  the\nreports", until: "2026-11-24" };
    const until = (today: string) => accepted([POLICY], [entry], { today });
    expect(until("2026-11-24").map(isOpen)).toEqual([false]);
    expect(formatProblems(until("2026-11-24"))).toBe(
      "accepted: acme: sendips:tenant.dmarc: m (dmarc-policy-none): see the reports (until 2026-11-24)",
    );
    expect(until("2026-11-25").map(isOpen)).toEqual([true]);
    expect(formatProblems(until("2026-11-25"))).toBe(
      "warning: acme: sendips:tenant.dmarc: m (dmarc-policy-none)\n  f\n" +
        "  it was accepted until 2026-11-24, which has passed: see the reports",
    );
    // Another entry that still holds makes up for one that has ended.
    const also = { code: POLICY.code, reason: "for good" };
    expect(accepted([POLICY], [entry, also], { today: "2026-11-25" })[0]?.accepted).toEqual({
      reason: "for good",
    });
  });

  test("never where it is an error, whatever the code is elsewhere", () => {
    const error = problem("dmarc-spf-unaligned", "sendips:tenant.streams", { level: "error" });
    expect(accepted([error], [{ code: error.code, reason: "r" }])).toEqual([error]);
  });
});

describe("an entry that accepts nothing", () => {
  const idle = (problems: readonly Problem[], options: Partial<AcceptOptions>) =>
    accepted(
      problems,
      [{ code: POLICY.code, path: "sendips:tenant.domains", reason: "r" }],
      options,
    )
      .filter(({ code }) => code === "accept-idle")
      .map(({ level, path, message, fix }) => [level, path, message, fix]);

  test("is a warning that says where the code does stand", () => {
    expect(idle([POLICY], { sources: ["plan"] })).toEqual([
      [
        "warning",
        "sendips:tenant.accept[0]",
        "no warning dmarc-policy-none stands at sendips:tenant.domains or below it",
        "remove the entry, or say where the warning is: path: sendips:tenant.dmarc",
      ],
    ]);
    expect(idle([], { sources: ["plan"] })[0]?.at(-1)).toBe("remove the entry");
  });

  test("is not called so where the run has not looked, or where an error kept it from looking", () => {
    expect(idle([], {})).toEqual([]);
    expect(idle([], { sources: ["fleet", "online"] })).toEqual([]);
    const error = problem("zone-unknown", "sendips:tenant.domain", { level: "error" });
    expect(idle([error], { sources: ["plan"] })).toEqual([]);
  });

  test("of the operator is judged only by all stacks together, and said once", () => {
    const shared = [{ code: POLICY.code, reason: "r" }];
    const config = read([], shared);
    if (!("stack" in config)) throw new Error(formatProblems(config.problems));
    const { stack } = config;
    const stacks = ["acme", "beta"].map((name) => ({ name, stack }));
    const options = { today: "2026-11-24", sources: ["plan"] as const };
    expect(withAcceptances([], stacks, options)).toEqual([]);
    expect(withAcceptances([], stacks, { ...options, all: true })).toMatchObject([
      { code: "accept-idle", stack: "Pulumi.yaml", path: "sendips:accept[0]" },
    ]);
    const used = { ...POLICY, stack: "beta" };
    expect(withAcceptances([used], stacks, { ...options, all: true })).toHaveLength(1);
  });
});

describe("the config", () => {
  const problemsOf = (entry: unknown) =>
    read([entry]).problems.map(({ path, message, fix }) => `${path}: ${message}: ${fix}`);

  test("names the nearest codes for one that does not exist", () => {
    expect(nearestCodes("dmarc-no-report")[0]).toBe("dmarc-no-reports");
    expect(problemsOf({ code: "dmarc-no-report", reason: "r" })).toEqual([
      expect.stringMatching(
        /^sendips:tenant\.accept\[0\]\.code: "dmarc-no-report" is not a code of a finding: allowed: dmarc-no-reports, /,
      ),
    ]);
  });

  test("refuses the code of an error, and no code of a warning", () => {
    expect(problemsOf({ code: "spf-lookups", reason: "r" })).toEqual([
      expect.stringMatching(/accept\[0\]\.code: "spf-lookups" cannot be accepted: .*error must be/),
    ]);
    for (const code of ACCEPTABLE) expect(problemsOf({ code, reason: "r" }), code).toEqual([]);
    expect(ACCEPTABLE).not.toContain("accept-idle");
  });

  test("wants a reason, a day that is one, and no other key", () => {
    const { code } = POLICY;
    expect(problemsOf({ code })).toEqual([
      expect.stringMatching(/accept\[0\]\.reason: is missing/),
    ]);
    expect(problemsOf({ code, reason: " " })).toEqual([
      expect.stringMatching(/accept\[0\]\.reason: .*says nothing/),
    ]);
    expect(problemsOf({ code, reason: "r", until: "2026-02-30" })).toEqual([
      expect.stringMatching(/accept\[0\]\.until: .*is not a day/),
    ]);
    expect(problemsOf({ code, reason: "r", util: "2026-02-03" })).toEqual([
      expect.stringMatching(/accept\[0\]\.util: "util" is not a key/),
    ]);
  });
});

test("every acceptable code is found somewhere that can be told, or says that it comes and goes", () => {
  const unknown = ACCEPTABLE.filter((code) => findingSource(code) === undefined);
  expect(unknown.filter((code) => !/^(?:address|binding|domain-connect)-/.test(code))).toEqual([
    "existing-unread",
    "spf-include-unanswered",
  ]);
});
