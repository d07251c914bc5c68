/** The official providers and our stand-ins, round by round, on two sandboxes that begin alike. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { accessFiles } from "../../cli/access-files.ts";
import { isGone } from "../../core/foreign-errors.ts";
import { REPOSITORY } from "../../sandbox/project.ts";
import { differingAttributes } from "./attributes.ts";
import { actionsOf, callsOf, canonical, triesOf } from "./calls.ts";
import { drift, sweep } from "./changes-by-hand.ts";
import { deployedState } from "./deployed-resources.ts";
import {
  compare,
  recordDifference,
  staleAcceptances,
  unacceptedDifferences,
} from "./differences.ts";
import { engineSide } from "./engine.ts";
import { FUNCTIONS, TYPES } from "./names.ts";
import { report, withoutDates, write, writtenReport } from "./report.ts";
import { lookUps, publish, type SuitedResource, suitResources, ZONE } from "./resources.ts";
import { schemaDifferences, TABLES } from "./schema.ts";
import { admin, type ExistingResource, type Outcome, type Side } from "./side.ts";
import { type Providers, type TerraformSide, terraformSide } from "./terraform.ts";
import type { Tool, Tools } from "./tools.ts";

const { cli, providers: all }: Tools = JSON.parse(process.env["SENDIPS_OFFICIAL_TOOLS"] ?? "{}");
const providers: Providers = Object.fromEntries(
  Object.entries(all).filter(([, tool]) => typeof tool !== "string"),
);

const versions = Object.fromEntries(
  Object.entries(providers).map(([name, { version }]) => [name, version]),
);

/** As the hook of the release looks for it. */
const RELEASE_REFUSED = /InvalidAddress\.PtrSet/;

let official: TerraformSide;
let ours: Side;
let resources: SuitedResource[];

test("both sides begin alike, with the inputs of a deployed state", async () => {
  const deployed = await deployedState();
  official = await terraformSide(cli as Tool, providers);
  ours = await engineSide();
  expect(ours.ids).toEqual(official.ids);
  resources = suitResources(deployed, ours.ids).filter(
    ({ type }) => (type.split(":")[0] ?? "") in providers,
  );
});

afterAll(async () => {
  await official?.close();
  await ours?.close();
});

const both = async <T>(what: (side: Side) => Promise<T>): Promise<[T, T]> => [
  await what(official),
  await what(ours),
];

/** Both did it, or the reason why one did not. */
function succeeded([a, b]: [Outcome, Outcome]): void {
  expect(a.ok, `official: ${a.said}`).toBe(true);
  expect(b.ok, `ours: ${b.said}`).toBe(true);
}

/** The calls of both sides since the last time. */
async function compareCalls(
  operation: string,
  before?: [Map<string, ExistingResource>, Map<string, ExistingResource>],
): Promise<void> {
  const [a, b] = before ?? (await both((side) => side.state()));
  const left = await callsOf(official, resources, a);
  const right = await callsOf(ours, resources, b);
  for (const { name } of resources) {
    compare(name, operation);
    const [wanted, got] = [left.get(name) ?? [], right.get(name) ?? []];
    if (canonical(wanted) === canonical(got)) continue;
    recordDifference({
      ...{ resource: name, operation, what: "calls" },
      official: wanted.join("\n            "),
      ours: got.join("\n            "),
    });
  }
}

async function compareStates(operation: string, compared = resources): Promise<void> {
  const [a, b] = await both((side) => side.state());
  for (const { name } of compared) {
    compare(name, operation);
    const [left, right] = [a.get(name), b.get(name)];
    expect(left, `${name} is not in the official state`).toBeDefined();
    expect(right, `${name} is not in our state`).toBeDefined();
    if (left === undefined || right === undefined) continue;
    const replace = (text: string) =>
      text
        .replaceAll(left.id, "<id>")
        .replaceAll(right.id, "<id>")
        .replaceAll(/02(:[0-9a-f]{2}){5}/g, "<mac>");
    for (const { name: what, ...values } of differingAttributes(
      left.values,
      right.values,
      replace,
    )) {
      recordDifference({ resource: name, operation, what: `attribute ${what}`, ...values });
    }
  }
}

const sides = (official = "", ours = "") => ({ official, ours });

async function allCalls(side: Side): Promise<string[]> {
  const calls = await callsOf(side, [], new Map());
  return calls.get("shared") ?? [];
}

const clear = () => both((side) => admin(side, "DELETE", "calls"));

function nothingElse(operation: string): void {
  const left = unacceptedDifferences(operation);
  if (left.length > 0) throw new Error(`${left.length} differences\n${left.join("\n")}`);
}

test("look-ups ask the same and find the same", async () => {
  await clear();
  const wanted = lookUps(ours.ids).filter(({ token }) => (token.split(":")[0] ?? "") in providers);
  const [a, b] = await both((side) => side.lookUp(wanted));
  for (const { name, token } of wanted) {
    const resource = token.split(":").at(-1) ?? token;
    compare(resource, "look up");
    for (const { name: what, ...values } of differingAttributes(
      a.get(name) ?? {},
      b.get(name) ?? {},
      String,
    )) {
      recordDifference({ resource, operation: "look up", what: `attribute ${what}`, ...values });
    }
  }
  const [left, right] = await both((side) => allCalls(side));
  const lines = [left, right].map((calls) => [...new Set(calls)].sort());
  const missing = (lines[0] ?? []).filter((line) => !lines[1]?.includes(line));
  const more = (lines[1] ?? []).filter((line) => !lines[0]?.includes(line));
  for (const line of [...missing, ...more]) {
    const answers = missing.includes(line) ? ["asked", "not asked"] : ["not asked", "asked"];
    const [official = "", ours = ""] = answers;
    recordDifference({
      resource: "all look-ups",
      operation: "look up",
      what: line,
      official,
      ours,
    });
  }
  nothingElse("look up");
});

test("create", async () => {
  await clear();
  succeeded(await both((side) => side.up(resources)));
  await compareCalls("create");
  await compareStates("create");
  nothingElse("create");
});

test("a second plan is empty", async () => {
  for (const refresh of [false, true]) {
    const [a, b] = await both((side) => side.plan(resources, refresh));
    for (const { name } of resources) {
      compare(name, "second plan");
      for (const [who, plan] of [
        ["official", a],
        ["ours", b],
      ] as const) {
        const found = plan.get(name);
        expect(found, `${who} of ${name}, ${refresh ? "after a refresh" : "as it is"}`).toEqual({
          ...{ action: "none", replaces: [] },
        });
      }
    }
  }
});

test("each input, edited by itself, changes in place or replaces", async () => {
  for (const { name, inputs, edits } of resources) {
    const forgotten = Object.keys(inputs).filter((input) => !Object.hasOwn(edits, input));
    expect(forgotten, `inputs of ${name} that no edit is named for`).toEqual([]);
  }
  const most = Math.max(...resources.map(({ edits }) => Object.keys(edits).length));
  for (let index = 0; index < most; index += 1) {
    const one = resources.map((resource): SuitedResource => {
      const [input, value] = Object.entries(resource.edits)[index] ?? [];
      if (input === undefined || value === undefined) return resource;
      return { ...resource, inputs: { ...resource.inputs, [input]: value } };
    });
    const [a, b] = await both((side) => side.plan(one, false));
    for (const { name, edits } of resources) {
      const [input, value] = Object.entries(edits)[index] ?? [];
      if (input === undefined || value === undefined) continue;
      compare(name, "edit");
      const [left, right] = [canonical(a.get(name)), canonical(b.get(name))];
      if (left === right) continue;
      recordDifference({
        resource: name,
        operation: "edit",
        what: input,
        official: left,
        ours: right,
      });
    }
  }
  nothingElse("edit");
});

/** Edits that both sides make in place. */
const IN_PLACE: Readonly<Record<string, readonly string[]>> = {
  eip: ["tags"],
  "reverse-name": ["domainName"],
  interface: ["description", "privateIps", "tags"],
  group: ["ingress", "egress", "tags"],
  instance: ["tags", "metadataOptions"],
  "record-A": ["content", "ttl"],
  "record-CAA": ["data"],
  "record-CNAME": ["content"],
  "record-MX": ["content", "priority"],
  "record-TXT": ["content", "name"],
};

const edited = (some: readonly SuitedResource[]) =>
  some.map((resource): SuitedResource => {
    const inputs = (IN_PLACE[resource.name] ?? []).map((name) => [name, resource.edits[name]]);
    return { ...resource, inputs: { ...resource.inputs, ...Object.fromEntries(inputs) } };
  });

test("an update asks for the same changes, and is undone by another", async () => {
  const changed = edited(resources);
  await clear();
  succeeded(await both((side) => side.up(changed)));
  await compareCalls("update");
  await compareStates("update");
  succeeded(await both((side) => side.refresh(changed)));
  await clear();
  succeeded(await both((side) => side.up(resources)));
  await compareCalls("update back");
  nothingElse("update");
  nothingElse("update back");
});

test("what somebody changed by hand is seen, and put back in the same way", async () => {
  await both(async (side) => drift(side, await side.state()));
  const seen = await both((side) => side.plan(resources, true));
  for (const { name } of resources) {
    compare(name, "drift");
    const [left, right] = seen.map((plan) => canonical(plan.get(name)));
    if (left === right) continue;
    recordDifference({
      ...{ resource: name, operation: "drift", what: "plan" },
      ...sides(left, right),
    });
  }
  succeeded(await both((side) => side.refresh(resources)));
  await clear();
  succeeded(await both((side) => side.up(resources)));
  await compareCalls("drift");
  nothingElse("drift");
});

test("delete", async () => {
  await clear();
  const before = await both((side) => side.state());
  succeeded(await both((side) => side.destroy()));
  await compareCalls("delete", before);
  nothingElse("delete");
});

test("what is there is imported, and needs no change", async () => {
  succeeded(await both((side) => side.up(resources)));
  const states = await both((side) => side.state());
  await both((side) => side.forget());
  const ids = states.map(
    (state) =>
      new Map(
        [...state].map(([name, { id, values }]): [string, string] => {
          return [name, name.startsWith("record-") ? `${String(values["zoneId"])}/${id}` : id];
        }),
      ),
  );
  const empty = new Map<string, string>();
  // An older provider imports no reverse name, and reads another block of an instance than it is given.
  const later = official.isOld ? ["instance", "reverse-name"] : [];
  const known = resources.filter(({ name }) => !later.includes(name));
  succeeded([
    await official.import(known, ids[0] ?? empty),
    await ours.import(known, ids[1] ?? empty),
  ]);
  await compareStates("import", known);
  const [a, b] = await both((side) => side.plan(known, false));
  for (const { name } of known) {
    const [left, right] = [canonical(a.get(name)), canonical(b.get(name))];
    if (left === right) continue;
    recordDifference({
      ...{ resource: name, operation: "import", what: "plan" },
      ...sides(left, right),
    });
  }
  nothingElse("import");
  // What an import cannot know is written down by the next deployment.
  succeeded(await both((side) => side.up(known)));
  succeeded(await both((side) => side.destroy()));
  await both((side) => sweep(side, resources));
});

/** A call that each resource cannot do without when it is created, changed in place and deleted. */
const CALLS: Readonly<Record<string, Readonly<Record<string, [string, string]>>>> = {
  create: {
    eip: ["ec2", "AllocateAddress"],
    association: ["ec2", "AssociateAddress"],
    "reverse-name": ["ec2", "ModifyAddressAttribute"],
    interface: ["ec2", "CreateNetworkInterface"],
    attachment: ["ec2", "AttachNetworkInterface"],
    group: ["ec2", "CreateSecurityGroup"],
    "record-TXT": ["cloudflare", "POST dns_records"],
  },
  update: {
    "reverse-name": ["ec2", "ModifyAddressAttribute"],
    interface: ["ec2", "ModifyNetworkInterfaceAttribute"],
    group: ["ec2", "RevokeSecurityGroupIngress"],
    "record-TXT": ["cloudflare", "PUT dns_records"],
  },
  delete: {
    eip: ["ec2", "ReleaseAddress"],
    association: ["ec2", "DisassociateAddress"],
    "reverse-name": ["ec2", "ResetAddressAttribute"],
    interface: ["ec2", "DeleteNetworkInterface"],
    attachment: ["ec2", "DetachNetworkInterface"],
    group: ["ec2", "DeleteSecurityGroup"],
    "record-TXT": ["cloudflare", "DELETE dns_records"],
  },
};

/** What a resource came to, and how often its call was tried. */
async function compareTries(
  operation: string,
  verb: string,
  rule: Record<string, unknown>,
  act: (side: Side) => Promise<Outcome>,
): Promise<void> {
  const calls = Object.entries(CALLS[verb] ?? {}).filter(([name]) =>
    resources.some((resource) => resource.name === name),
  );
  await both(async (side) => {
    for (const [, [service, action]] of calls) {
      await admin(side, "POST", "faults", { service, action, ...rule });
    }
  });
  await clear();
  await both(act);
  await both((side) => admin(side, "DELETE", "faults"));
  const states = await both((side) => side.state());
  for (const [name, [, action]] of calls) {
    compare(name, operation);
    const tries = await both((side) => triesOf(side, action));
    const there = states.map((state) => (state.has(name) ? "in the state" : "not in the state"));
    const [left, right] = [0, 1].map((side) => `${there[side]} after ${tries[side]} tries`);
    if (left === right) continue;
    recordDifference({ ...{ resource: name, operation, what: "tries" }, ...sides(left, right) });
  }
  nothingElse(operation);
}

const FAULTS: readonly [string, Record<string, unknown>][] = [
  ["throttled", { kind: "throttle", times: 2 }],
  ["server error", { kind: "error", status: 500, times: 1 }],
  ["cut before", { kind: "drop-before", times: 1 }],
  ["cut after", { kind: "drop-after", times: 1 }],
  ["slow", { kind: "delay", delayMs: 1_500, times: 1 }],
];

/** Nothing of the suite is there any more, whatever the round before came to. */
async function empty(): Promise<void> {
  await both((side) => admin(side, "DELETE", "faults"));
  await both((side) => side.destroy());
  await both((side) => side.forget());
  await both((side) => sweep(side, resources));
}

test.each(FAULTS)("%s: as many tries, and the same end", async (fault, rule) => {
  await empty();
  const tried = resources.filter(({ name }) => Object.hasOwn(CALLS["create"] ?? {}, name));
  await compareTries(`create, ${fault}`, "create", rule, (side) => side.up(tried));
  // What the fault left out is made now, so that both have all of it to change and to delete.
  await both(async (side) => {
    const kept = new Set([...(await side.state()).values()].map(({ id }) => id));
    await sweep(side, tried, kept);
  });
  succeeded(await both((side) => side.up(tried)));
  await compareTries(`update, ${fault}`, "update", rule, (side) => side.up(edited(tried)));
  await compareTries(`delete, ${fault}`, "delete", rule, (side) => side.destroy());
});

test("errors that our hooks look for are worded so that they find them", async () => {
  await empty();
  const eips = resources.filter(({ name }) => name === "eip");
  const names = resources.filter(({ name }) => name === "reverse-name");
  const txt = resources.filter(({ name }) => name === "record-TXT");
  const expectError = async (pattern: RegExp, what: (side: Side) => Promise<Outcome>) => {
    for (const [who, outcome] of [
      ["official", await what(official)],
      ["ours", await what(ours)],
    ] as const) {
      expect(outcome.ok, `${who}: ${pattern}`).toBe(false);
      expect(outcome.said, who).toMatch(pattern);
    }
  };
  if (eips.length > 0) {
    const limit = { service: "ec2", action: "AllocateAddress", kind: "error", times: 10 };
    await both((side) => admin(side, "POST", "faults", { ...limit, code: "AddressLimitExceeded" }));
    await expectError(/AddressLimitExceeded/, (side) => side.up(eips));
    await both((side) => admin(side, "DELETE", "faults"));

    // One with a PTR that the state knows nothing of is not released.
    succeeded(await both((side) => side.up(eips)));
    await both(async (side) => {
      const { values, id } = (await side.state()).get("eip") ?? { values: {}, id: "" };
      await publish(side.sandbox, `n1.${ZONE.name}`, String(values["publicIp"]));
      await side.ec2.modifyAddressAttribute({ AllocationId: id, DomainName: `n1.${ZONE.name}` });
    });
    await expectError(RELEASE_REFUSED, (side) => side.destroy());
    await both(async (side) => {
      const { id = "" } = (await side.state()).get("eip") ?? {};
      await side.ec2.resetAddressAttribute({ AllocationId: id, Attribute: "domain-name" });
    });
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    succeeded(await both((side) => side.destroy()));

    // The PTR of an address that is gone: reading it is an error.
    const lost = { allocationId: "" };
    await both(async (side) => {
      const { AllocationId = "" } = await side.ec2.allocateAddress({ Domain: "vpc" });
      lost.allocationId = AllocationId;
      const { Addresses } = await side.ec2.describeAddresses({ AllocationIds: [AllocationId] });
      await publish(side.sandbox, `n1.${ZONE.name}`, Addresses?.[0]?.PublicIp ?? "");
    });
    const theirs = names.map((one) => ({ ...one, inputs: { ...one.inputs, ...lost } }));
    succeeded(await both((side) => side.up(theirs)));
    await both(async (side) => {
      const { addresses = {} } = side.sandbox.world.state.aws.regions["us-east-1"] ?? {};
      delete addresses[lost.allocationId];
    });
    await expectError(/InvalidAllocationID\.NotFound/, (side) => side.refresh(theirs));
    await both((side) => side.forget());
    const gone = [
      {
        name: "gone",
        token: "aws:ec2/getElasticIp:getElasticIp",
        args: { id: "eipalloc-0123456789abcdef0" },
      },
    ];
    for (const [who, side] of [
      ["official", official],
      ["ours", ours],
    ] as const) {
      const error = await side.lookUp(gone).then(
        () => "found",
        (failed: unknown) => String(failed),
      );
      expect(isGone(error), `${who}: ${error}`).toBe(true);
    }
  }
  if (txt.length > 0) {
    succeeded(await both((side) => side.up(txt)));
    const twice = txt.map((one) => ({ ...one, name: "twice" }));
    await expectError(/400 Bad Request .*81058/, (side) => side.up([...txt, ...twice]));
    const alias = txt.map(({ inputs, ...one }) => {
      const { name, zoneId, ttl } = inputs;
      const cname = { name, zoneId, ttl, proxied: false, type: "CNAME", content: "b.example" };
      return { ...one, name: "alias", inputs: cname };
    });
    await expectError(/400 Bad Request .*8105[346]/, (side) => side.up([...txt, ...alias]));
    await both(async (side) => {
      const { id = "" } = (await side.state()).get("record-TXT") ?? {};
      delete side.sandbox.world.state.cloudflare.records[id];
    });
    await expectError(/404 Not Found .*81044/, (side) => side.destroy());
    await both((side) => side.forget());
  }
});

test("the stand-ins' tables say what the official schemas say", async () => {
  const schemas = await official.schemas();
  for (const token of Object.keys(TABLES)) {
    if (!((token.split(":")[0] ?? "") in providers)) continue;
    const resource = token.split(":").at(-1) ?? token;
    compare(resource, "schema");
    for (const { name, ...values } of schemaDifferences(token, schemas)) {
      recordDifference({ resource, operation: "schema", what: name, ...values });
    }
  }
  nothingElse("schema");
});

test("every type and function that a component imports is in the suite", async () => {
  const folder = join(REPOSITORY, "components");
  const sources = ["../index.ts", ...readdirSync(folder)].map((file) =>
    readFileSync(join(folder, file), "utf8"),
  );
  const imported = sources
    .flatMap((text) => [
      ...text.matchAll(/^import \{ (\w+) \} from "@pulumi\/(aws|cloudflare)\//gm),
    ])
    .map(([, name = ""]) => name);
  expect(imported.length).toBeGreaterThan(10);
  const known = [...Object.keys(TYPES), ...Object.keys(FUNCTIONS)].map((token) =>
    token.split(":").at(-1),
  );
  expect([...new Set(imported)].filter((name) => !known.includes(name))).toEqual([]);
});

test("what the official provider asks of AWS is in the list of permissions", () => {
  const listed = JSON.stringify(accessFiles());
  const asked = actionsOf(official).filter((action) => action.startsWith("ec2:"));
  expect(asked.length).toBeGreaterThan(25);
  expect(asked.filter((action) => !listed.includes(`"${action}"`))).toEqual([]);
});

test("what is accepted still occurs", () => {
  const left = staleAcceptances(versions);
  if (left.length > 0) throw new Error(`no longer so:\n${left.join("\n")}`);
});

test("docs/official.md says what was seen", (context) => {
  if (Object.keys(providers).length < 2) {
    context.skip("only one of the two providers is here: the table would be half");
  }
  const text = report(
    { cli: (cli as Tool).version, ...versions },
    new Date().toISOString().slice(0, 10),
  );
  if (process.env["SENDIPS_OFFICIAL_WRITE"] === "1") write(text);
  expect(writtenReport()).toBe(withoutDates(text));
});
