/**
 * A state that sendips 0.1 deployed (`fixtures/0.1`: its stacks' exports and what the clouds held then):
 * tx1 and mk1 in use, and old1, whose release was deployed. It named no project in its tags, had other
 * hooks, and wrote the release as an output alone.
 */
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  changes,
  clearCalls,
  deployedWorld,
  liveState,
  operationLines,
  rewriteState,
  type World,
  world,
} from "./harness.ts";

const FIXTURES = join(import.meta.dirname, "fixtures");
const ADDRESSES = ["sendips:tenant", "addresses"];

async function deployedBefore(version = "0.1"): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "sendips-upgrade-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const stateFile = join(folder, "clouds.json");
  copyFileSync(join(FIXTURES, version, "clouds.json"), stateFile);
  const made = await world({ stateFile });
  for (const stack of ["mx-1", "acme"]) {
    await made.init(stack);
    const state = readFileSync(join(FIXTURES, version, `${stack}.json`), "utf8");
    const file = join(folder, `${stack}.json`);
    writeFileSync(file, state.replaceAll("http://sandbox", made.sandbox.url));
    await made.mustPulumi("stack", "import", "--stack", stack, "--file", file);
  }
  made.edit("acme", [...ADDRESSES, "old1"], { privateIp: "10.0.1.12", release: true });
  expect(Object.keys(liveState(made).addresses)).toHaveLength(3);
  return made;
}

/** What is put right in place: a consent to reports without the semicolon that some checkers want. */
const CONSENT = "acme.example._report._dmarc.operator.example";

test("deploys with nothing replaced or deleted, and gets the tags", async () => {
  const made = await deployedBefore();
  // As the example had it then.
  made.edit("acme", ["sendips:tenant", "spf"], { include: ["_spf.google.com"], all: "fail" });
  const before = liveState(made);
  for (const stack of ["mx-1", "acme"]) {
    const run = await made.up(stack);
    expect(run.code, run.output).toBe(0);
    const other = operationLines(run).filter(
      (line) => !/^update (Eip|NetworkInterface|SecurityGroup) /.test(line),
    );
    expect(other).toEqual(
      stack === "acme"
        ? ["update DnsRecord acme-report-consent-acme.example-operator.example"]
        : [],
    );
    const same = await made.up(stack);
    expect([same.code, operationLines(same)]).toEqual([0, []]);
  }
  const consents = before.records.filter((record) => record.includes(CONSENT));
  expect(consents).toEqual([expect.stringMatching(/ "v=DMARC1"$/)]);
  expect(liveState(made)).toEqual({
    ...before,
    records: before.records.map((record) =>
      consents.includes(record) ? record.replace('"v=DMARC1"', '"v=DMARC1;"') : record,
    ),
  });
  const held = made.sandbox.world.state.aws.regions["us-east-1"]?.addresses ?? {};
  for (const { tags } of Object.values(held)) {
    expect(tags).toMatchObject({ "sendips:project": "sendips", "sendips:stack": "acme" });
  }
});

test("moves an address in its first deployment", async () => {
  const made = await deployedBefore();
  made.edit("acme", [...ADDRESSES, "mk1", "privateIp"], "10.0.1.13");
  const run = await made.up("acme");
  expect(run.code, run.output).toBe(0);
  expect(
    Object.values(liveState(made).addresses)
      .map((value) => value[1])
      .sort(),
  ).toEqual([...["10.0.1.10", "10.0.1.12", "10.0.1.13"]]);
});

test("lets go only what is released anew, and nothing by a destroy", async () => {
  const made = await deployedBefore();
  // As the example had it then.
  made.edit("acme", ["sendips:tenant", "spf"], { include: ["_spf.google.com"], all: "fail" });
  const before = liveState(made);
  await clearCalls(made);
  const destroy = ["destroy", "--stack", "acme", "--yes", "--run-program", "--skip-preview"];
  for (const args of [[], ["--continue-on-error", "--exclude-protected"]]) {
    expect((await made.run(...destroy, ...args)).code).not.toBe(0);
  }
  made.edit("acme", [...ADDRESSES, "old1"], undefined);
  const early = await made.up("acme");
  expect(early.code).not.toBe(0);
  expect(early.output).toMatch(/addresses\.old1: is gone from the config, but 198\.51\.100\.3/);
  expect(await changes(made)).toEqual([]);
  expect(liveState(made)).toEqual(before);

  const now = { privateIp: "10.0.1.12", release: true, releaseNow: true };
  made.edit("acme", [...ADDRESSES, "old1"], now);
  expect((await made.up("acme")).code).toBe(0);
  made.edit("acme", [...ADDRESSES, "old1"], undefined);
  const late = await made.up("acme");
  expect(late.code, late.output).toBe(0);
  expect(Object.keys(liveState(made).addresses)).toEqual(["198.51.100.1", "198.51.100.2"]);
});

/**
 * `fixtures/0.2`: the same, deployed by the last version whose components were `sendips:components:…` and named
 * their hooks after themselves.
 */
test("components under their former types and hooks: nothing is replaced or deleted, and a release still goes", async () => {
  const made = await deployedBefore("0.2");
  const before = liveState(made);
  for (const stack of ["mx-1", "acme"]) {
    const run = await made.up(stack);
    expect(run.code, run.output).toBe(0);
    expect(operationLines(run).filter((line) => !line.startsWith("update "))).toEqual([]);
    const same = await made.up(stack);
    expect([same.code, operationLines(same)]).toEqual([0, []]);
  }
  expect(liveState(made).addresses).toEqual(before.addresses);
  // Deployed again, it drains; the last version knew no drain.
  made.edit("acme", [...ADDRESSES, "old1"], undefined);
  const early = await made.up("acme");
  expect(early.code).not.toBe(0);
  expect(early.output).toMatch(/addresses\.old1: .* drains and may go from \d{4}-\d\d-\d\d/);
  const now = { privateIp: "10.0.1.12", release: true, releaseNow: true };
  made.edit("acme", [...ADDRESSES, "old1"], now);
  expect((await made.up("acme")).code).toBe(0);
  made.edit("acme", [...ADDRESSES, "old1"], undefined);
  const late = await made.up("acme");
  expect(late.code, late.output).toBe(0);
  expect(Object.keys(liveState(made).addresses)).toEqual(["198.51.100.1", "198.51.100.2"]);
}, 400_000);

/** Both majors are served by what serves today's: what differs is what the engine knows of them. */
test("a state of another major version of both providers: nothing is replaced, deleted or changed", async () => {
  const made = await deployedWorld();
  const before = liveState(made);
  const plugins = join(String(made.options.env["PULUMI_HOME"]), "plugins");
  const former: Readonly<Record<string, string>> = { aws: "6.83.0", cloudflare: "5.49.1" };
  const versions = readdirSync(plugins).flatMap((folder) => {
    const [, name = "", now = ""] =
      /^resource-(aws|cloudflare)-v(\d+\.\d+\.\d+)$/.exec(folder) ?? [];
    const then = former[name];
    if (then === undefined) return [];
    cpSync(join(plugins, folder), join(plugins, `resource-${name}-v${then}`), { recursive: true });
    return [[now, then] as const];
  });
  expect(versions).toHaveLength(2);
  for (const stack of ["mx-1", "acme"]) {
    const rewrite = (text: string) =>
      versions.reduce(
        (all, [now, then]) =>
          all
            .replaceAll(now, then)
            .replaceAll(
              `default_${now.replaceAll(".", "_")}`,
              `default_${then.replaceAll(".", "_")}`,
            ),
        text,
      );
    await rewriteState(made, (all) => JSON.parse(rewrite(JSON.stringify(all))), stack);
  }
  expect(await made.stateText("acme")).toContain("default_6_83_0");
  await clearCalls(made);
  for (const stack of ["mx-1", "acme"]) {
    const up = await made.up(stack);
    expect(up.code, up.output).toBe(0);
    const providers = / (pulumi:providers:\w+|aws|cloudflare|default_\S+) /;
    expect(operationLines(up).filter((line) => !providers.test(`${line} `))).toEqual([]);
  }
  expect(await changes(made)).toEqual([]);
  expect(liveState(made)).toEqual(before);
  expect(await made.stateText("acme")).not.toContain("default_6_83_0");
});
