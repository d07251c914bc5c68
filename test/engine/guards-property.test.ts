/**
 * Random sequences of edits and commands on the real engine: from the sandbox's own log of calls, nothing
 * is ever taken from an address whose release was not deployed or that drains, and that does not move; and none is
 * given back that was to stay allocated.
 *
 * SENDIPS_SEQUENCES=20 tries more of them; SENDIPS_SEED repeats one that failed.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { calls, clearCalls, deployedWorld, liveState, type World } from "./harness.ts";

const TENANT = ["sendips:tenant"];
const ADDRESSES = [...TENANT, "addresses"];
const SEQUENCES = Number(process.env["SENDIPS_SEQUENCES"] ?? 1);
const SEED = process.env["SENDIPS_SEED"];
/** Long enough for an edit, its refusals and an edit back. */
const STEPS = 9;
const MINUTES = 60_000;

type Key = "tx1" | "mk1";
const key = fc.constantFrom<Key>("tx1", "mk1");
const UP = ["up", "--yes", "--skip-preview"];
const DESTROY = ["destroy", "--yes", "--run-program", "--skip-preview"];

/** An edit of the config, as a person makes it. */
const edit = fc.oneof(
  fc.record({ edit: fc.constant("remove" as const), key }),
  fc.record({ edit: fc.constant("rename" as const), key }),
  fc.record({
    edit: fc.constant("move" as const),
    key,
    to: fc.constantFrom("10.0.1.12", "10.0.1.13"),
  }),
  fc.record({ edit: fc.constant("release" as const), key }),
  fc.record({ edit: fc.constant("drain" as const), key }),
  fc.record({ edit: fc.constant("retain" as const), key }),
  fc.record({ edit: fc.constant("restore" as const), key }),
);

/** A command; `{urn}` stands for a resource of the state, chosen by `pick`. */
const command = fc.record({
  args: fc.constantFrom(
    UP,
    UP,
    ["up", "--yes"],
    ["preview"],
    [...UP, "--parallel", "1"],
    [...UP, "--continue-on-error"],
    [...UP, "--target", "{urn}"],
    [...UP, "--replace", "{urn}"],
    [...UP, "--refresh"],
    ["refresh", "--yes"],
    ["state", "unprotect", "--all", "--yes"],
    DESTROY,
    [...DESTROY, "--exclude-protected"],
    [...DESTROY, "--continue-on-error"],
    [...DESTROY, "--ignore-protect", "--continue-on-error"],
  ),
  pick: fc.nat(1_000),
});

type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

/** What the config asks of an address; undefined when it does not name it. */
type Wanted =
  | { key: string; privateIp: string; release: boolean; retain?: true; releaseNow?: true }
  | undefined;

interface Model {
  wanted: Record<Key, Wanted>;
  /** Keys whose release, without a drain, some deployment has carried out, as far as anybody can know. */
  released: Set<string>;
  /** Those of them that some deployment let go of for good, and not only from the stack. */
  givenBack: Set<string>;
}

const STREAMS = { tx1: "transactional", mk1: "marketing" } as const;
const FROM = { tx1: "tx.acme.example", mk1: "news.acme.example" } as const;
const FIRST = { tx1: "10.0.1.10", mk1: "10.0.1.11" } as const;

function apply(model: Model, step: Edit): void {
  const { wanted } = model;
  const { key, privateIp } = wanted[step.key] ?? { key: step.key, privateIp: FIRST[step.key] };
  const now = wanted[step.key] ?? { key, privateIp, release: false };
  if (step.edit === "remove") wanted[step.key] = undefined;
  if (step.edit === "rename") wanted[step.key] = { ...now, key: `${step.key}x` };
  if (step.edit === "move") wanted[step.key] = { ...now, privateIp: step.to };
  if (step.edit === "release") {
    wanted[step.key] = { key, privateIp, release: true, releaseNow: true };
  }
  if (step.edit === "drain") wanted[step.key] = { key, privateIp, release: true };
  if (step.edit === "retain") {
    wanted[step.key] = { key, privateIp, release: false, retain: true, releaseNow: true };
  }
  if (step.edit === "restore") wanted[step.key] = { key: step.key, privateIp, release: false };
}

/** Writes what the model wants into the stack's file. */
function write(made: World, { wanted }: Model): void {
  made.edit("acme", ADDRESSES, {});
  made.edit("acme", [...TENANT, "streams"], {});
  for (const id of ["tx1", "mk1"] as const) {
    const address = wanted[id];
    if (address === undefined) continue;
    const { key, ...rest } = address;
    made.edit("acme", [...ADDRESSES, key], rest);
    if (address.release || address.retain === true) continue;
    made.edit("acme", [...TENANT, "streams", STREAMS[id]], { from: FROM[id], addresses: [key] });
  }
}

interface Warm {
  key: Key;
  publicIp: string;
  allocationId: string;
  hostName: string;
}

/** What must not be taken from an address, as the cloud has it before a command. */
function holdings(made: World, { allocationId, hostName }: Warm) {
  const { aws, cloudflare } = made.sandbox.world.state;
  const address = aws.regions["us-east-1"]?.addresses[allocationId];
  const records = Object.values(cloudflare.records);
  return {
    privateIp: address?.association?.privateIp,
    associationId: address?.association?.id,
    records: records.filter(({ name }) => name === hostName).map(({ id }) => id),
    allRecords: records.map(({ id }) => id),
  };
}

const TAKES = /^(ReleaseAddress|DisassociateAddress|ResetAddressAttribute)$|^DELETE/;

async function perform(made: World, model: Model, warm: readonly Warm[], { args, pick }: Command) {
  const all = await made.pulumi("stack", "export", "--stack", "acme");
  const { deployment } = JSON.parse(all.stdout) as {
    deployment: { resources?: { urn: string; custom?: boolean }[] };
  };
  const urns = (deployment.resources ?? []).flatMap(({ urn, custom }) => (custom ? [urn] : []));
  const urn = urns[pick % Math.max(1, urns.length)] ?? "";
  const before = new Map(warm.map((address) => [address, holdings(made, address)]));
  await clearCalls(made);
  const run = await made.pulumi(
    ...args.map((arg) => (arg === "{urn}" ? urn : arg)),
    ...["--stack", "acme"],
  );

  const taken = (await calls(made)).filter(({ action }) => TAKES.test(action));
  for (const [address, held] of before) {
    const given = taken.filter(
      ({ action, params }) =>
        action === "ReleaseAddress" && JSON.stringify(params).includes(address.allocationId),
    );
    if (!model.givenBack.has(address.key)) expect(given, run.output).toEqual([]);
    if (model.released.has(address.key)) continue;
    const wanted = model.wanted[address.key];
    const moves = wanted?.key === address.key && wanted.privateIp !== held.privateIp;
    const from = taken.filter(({ action, params }) => {
      const text = JSON.stringify(params);
      if (action.startsWith("DELETE")) return held.records.some((id) => text.includes(id));
      if (action === "DisassociateAddress") {
        return !moves && held.associationId !== undefined && text.includes(held.associationId);
      }
      return text.includes(address.allocationId);
    });
    expect(from, `taken from ${address.key} by ${args.join(" ")}\n${run.output}`).toEqual([]);
    // It stays allocated, and goes on answering to its name.
    const { addresses } = liveState(made);
    expect(addresses[address.publicIp]?.[2], run.output).toBe(`${address.hostName}.`);
  }
  const kept = warm.some(({ key }) => !model.released.has(key));
  if (args[0] === "destroy" && kept) {
    expect(
      taken.map(({ action }) => action),
      run.output,
    ).toEqual([]);
    expect(run.code).not.toBe(0);
  }
  // A person who reads the refusal is never sent to take the protection off.
  expect(run.output).not.toContain("state unprotect");
  if (args[0] === "up") {
    for (const id of ["tx1", "mk1"] as const) {
      const { key, release, releaseNow } = model.wanted[id] ?? {};
      if (key !== id) continue;
      if (releaseNow === true) model.released.add(id);
      else if (run.code === 0) model.released.delete(id);
      if (releaseNow === true && release === true) model.givenBack.add(id);
      else if (run.code === 0) model.givenBack.delete(id);
    }
  }
}

test(
  "nothing is taken from an address whose release was not deployed, whatever is done",
  async () => {
    const step = fc.oneof({ weight: 2, arbitrary: edit }, { weight: 3, arbitrary: command });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: STEPS, maxLength: STEPS }), async (steps) => {
        const made = await deployedWorld();
        const model: Model = {
          wanted: {
            tx1: { key: "tx1", privateIp: FIRST.tx1, release: false },
            mk1: { key: "mk1", privateIp: FIRST.mk1, release: false },
          },
          released: new Set(),
          givenBack: new Set(),
        };
        const { addresses } = liveState(made);
        const warm = Object.entries(addresses).map(([publicIp, [allocationId, , ptr]]): Warm => {
          const hostName = (ptr ?? "").replace(/\.$/, "");
          const key = hostName.startsWith("tx1.") ? "tx1" : "mk1";
          return { key, publicIp, allocationId, hostName };
        });
        for (const each of steps) {
          if ("edit" in each) {
            apply(model, each);
            write(made, model);
          } else await perform(made, model, warm, each);
        }
      }),
      {
        numRuns: SEQUENCES,
        endOnFailure: true,
        ...(SEED === undefined ? {} : { seed: Number(SEED) }),
      },
    );
  },
  SEQUENCES * 4 * MINUTES,
);
