/** `sendips dkim rotate` on the real CLI: the staircase, each step on its day and never before. */
import { expect, test } from "vitest";
import { addDays, PUBLISH_DAYS, RETIRE_DAYS } from "../../core/tenant/dkim/rotation.ts";
import { type Workplace, workplace } from "./support.ts";

const DKIM = ["sendips:tenant", "dkim"];

interface Key {
  state: string;
  since: Record<string, string>;
  domains?: string[];
  streams?: string[];
  publicKey?: string;
}

function keys(made: Workplace): Record<string, Key> {
  return (made.value("acme", DKIM) ?? {}) as Record<string, Key>;
}

function states(made: Workplace): Record<string, string> {
  return Object.fromEntries(Object.entries(keys(made)).map(([name, { state }]) => [name, state]));
}

/**
 * Moves the days of a key into the past, as if they had gone by. They are written without quotes, as
 * a person might, and Pulumi rewrites those as time stamps when it next sets anything.
 */
function age(made: Workplace, selector: string, days: number): void {
  for (const [name, day] of Object.entries(keys(made)[selector]?.since ?? {})) {
    made.edit("acme", [...DKIM, selector, "since", name], addDays(day.slice(0, 10), -days));
  }
}

test("publish, sign, retire, remove: each on its day", async () => {
  const made = await workplace({ stacks: ["acme"] });
  await made.sendips("dkim", "new", "acme", "old", "--sign");
  age(made, "old", 100);

  const publish = await made.sendips("dkim", "rotate", "acme");
  expect(publish.code, publish.stderr).toBe(0);
  const fresh = Object.keys(keys(made)).find((selector) => selector !== "old") ?? "";
  expect(states(made)).toEqual({ old: "signing", [fresh]: "published" });
  const published = keys(made)[fresh]?.since["published"] ?? "";

  const before = made.text("acme");
  const early = await made.sendips("dkim", "rotate", "acme");
  expect(early.code).toBe(1);
  expect(early.stderr).toContain("too early for the next step of stack acme");
  expect(early.stderr).toContain(`(RFC 2308 §5): on ${addDays(published, PUBLISH_DAYS)}`);
  expect(made.text("acme")).toBe(before);

  age(made, fresh, PUBLISH_DAYS);
  const sign = await made.sendips("dkim", "rotate", "acme");
  expect([sign.code, sign.stderr]).toEqual([0, ""]);
  expect(sign.stdout).toContain(`${fresh} signs from today on; old retired`);
  expect(states(made)).toEqual({ old: "retired", [fresh]: "signing" });
  const lint = await made.sendips("lint", "acme");
  expect(lint.stdout).not.toContain("dkim");

  const tooEarly = await made.sendips("dkim", "rotate", "acme", "--yes");
  const retired = keys(made)["old"]?.since["retired"] ?? "";
  expect([tooEarly.code, tooEarly.stderr]).toEqual([
    1,
    expect.stringContaining(`(RFC 5321 §4.5.4.1): on ${addDays(retired, RETIRE_DAYS)}`),
  ]);

  age(made, "old", RETIRE_DAYS);
  const asks = await made.sendips("dkim", "rotate", "acme");
  expect([asks.code, asks.stdout]).toEqual([
    1,
    expect.stringContaining("next step: remove old from stack acme"),
  ]);
  expect(states(made)).toHaveProperty("old");
  const remove = await made.sendips("dkim", "rotate", "acme", "--yes");
  expect([remove.code, remove.stderr]).toEqual([0, ""]);
  expect(states(made)).toEqual({ [fresh]: "signing" });

  // The engine reads what is left, and it is the fresh key's private half.
  const path = `sendips:tenant.dkim.${fresh}.privateKey`;
  const { stdout } = await made.pulumi("config", "get", "--stack", "acme", "--path", path);
  expect(stdout.length).toBeGreaterThan(1_000);
});

test("--force takes a step before its day, with a warning that says what is at stake", async () => {
  const made = await workplace({ stacks: ["acme"] });
  await made.sendips("dkim", "new", "acme", "old", "--sign");
  await made.sendips("dkim", "new", "acme", "next");
  const forced = await made.sendips("dkim", "rotate", "acme", "--force");
  expect([forced.code, forced.stderr]).toEqual([
    0,
    expect.stringMatching(/^warning: --force: next is published but may sign only after 2 days/),
  ]);
  expect(states(made)).toEqual({ next: "signing", old: "retired" });
  const lint = await made.sendips("lint", "acme");
  expect(lint.stdout).toContain("sendips:tenant.dkim.next.since.signing");
  const still = await made.sendips("dkim", "rotate", "acme", "--force");
  expect([still.code, states(made)["old"]]).toEqual([1, "retired"]);
});

test("RSA and Ed25519 rotate side by side, each with its own domains", async () => {
  const made = await workplace({ stacks: ["acme"] });
  await made.sendips("dkim", "new", "acme", "r1", "--sign");
  await made.sendips("dkim", "new", "acme", "e1", "--sign", "--type", "ed25519");
  made.edit("acme", [...DKIM, "e1", "domains"], ["tx.acme.example"]);
  await made.sendips("dkim", "rotate", "acme");
  const fresh = Object.keys(keys(made)).filter((selector) => !["r1", "e1"].includes(selector));
  expect(fresh).toHaveLength(2);
  const edKey =
    fresh.find((selector) => (keys(made)[selector]?.publicKey?.length ?? 0) < 100) ?? "";
  expect(keys(made)[edKey]?.domains).toEqual(["tx.acme.example"]);
  for (const selector of fresh) age(made, selector, PUBLISH_DAYS);
  const sign = await made.sendips("dkim", "rotate", "acme");
  expect(sign.code, sign.stderr).toBe(0);
  expect(states(made)).toEqual({
    r1: "retired",
    e1: "retired",
    ...Object.fromEntries(fresh.map((selector) => [selector, "signing"])),
  });
});

test("a key of the customer's is not replaced by one of ours; unknown days are never due", async () => {
  const made = await workplace({ stacks: ["acme"] });
  await made.sendips("dkim", "new", "acme", "theirs", "--sign");
  made.edit("acme", [...DKIM, "theirs", "privateKey"], undefined);
  const said = await made.sendips("dkim", "rotate", "acme");
  expect([said.code, said.stderr]).toEqual([
    1,
    expect.stringContaining("the customer holds the private key"),
  ]);
  expect(Object.keys(keys(made))).toEqual(["theirs"]);

  await made.sendips("dkim", "new", "acme", "s2");
  made.edit("acme", [...DKIM, "s2", "since"], undefined);
  const unknown = await made.sendips("dkim", "rotate", "acme");
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    expect.stringContaining("is not known: sendips:tenant.dkim.s2.since.published"),
  ]);
});

test("keys of streams of their own are each succeeded for those streams", async () => {
  const made = await workplace({ stacks: ["acme"] });
  await made.sendips("dkim", "new", "acme", "tx", "--sign");
  made.edit("acme", [...DKIM, "tx", "streams"], ["transactional"]);
  // Without streams a new key would be every stream's, that of tx too.
  const refused = await made.sendips("dkim", "new", "acme", "mk", "--sign");
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining("name the streams of both: sendips:tenant.dkim.tx.streams"),
  ]);
  await made.sendips("dkim", "new", "acme", "mk");
  made.edit("acme", [...DKIM, "mk", "streams"], ["marketing"]);
  age(made, "mk", 100);
  const sign = await made.sendips("dkim", "rotate", "acme");
  expect([sign.code, sign.stderr]).toEqual([0, ""]);
  expect(states(made)).toEqual({ mk: "signing", tx: "signing" });
  expect((await made.sendips("lint", "acme")).stdout).not.toContain("dkim");

  const publish = await made.sendips("dkim", "rotate", "acme");
  expect(publish.code, publish.stderr).toBe(0);
  const fresh = Object.entries(keys(made)).filter(([, { state }]) => state === "published");
  expect(fresh.map(([, { streams }]) => streams)).toEqual([["marketing"], ["transactional"]]);
  for (const [selector] of fresh) age(made, selector, PUBLISH_DAYS);
  await made.sendips("dkim", "rotate", "acme");
  expect(Object.values(states(made)).toSorted()).toEqual([
    "retired",
    "retired",
    "signing",
    "signing",
  ]);
});
