/** What is deployed of a stack: read from its state, with what its outputs add. */
import { describe, expect, test } from "vitest";
import { readDeployed, rememberedAddresses } from "../../../core/state/deployed-stack.ts";
import { OUTPUTS_VERSION, readOutputs } from "../../../core/state/outputs.ts";
import {
  isOwned,
  isReleased,
  isRetained,
  ownerTags,
  readTags,
  taggedStack,
  writeTags,
} from "../../../core/state/tags.ts";
import { type HeldAddress, rememberedBy, stateOf } from "./support.ts";

const output = { allocationId: "eipalloc-1", publicIp: "198.51.100.1", privateIp: "10.0.1.10" };

describe("outputs", () => {
  const paths = (outputs: unknown) => readOutputs(outputs).findings.map(({ path }) => path);

  test("of a stack that was never deployed are empty, and no fault", () => {
    for (const outputs of [undefined, {}]) {
      expect(readOutputs(outputs)).toEqual({
        outputs: {
          ...{ addresses: {}, leaves: [], networkInterfaces: {}, policyFiles: [] },
          ...{ records: [], streams: [], zones: {} },
        },
        findings: [],
      });
    }
  });

  test("without a version are those of sendips 0.1, and are read", () => {
    const { outputs, findings } = readOutputs({ stack: "acme", addresses: { tx1: output } });
    expect(findings).toEqual([]);
    expect(outputs.addresses["tx1"]?.publicIp).toBe("198.51.100.1");
  });

  test("of version 1 are all in the stack outputs, as what was deployed until then has them", () => {
    const left = {
      key: "spf",
      name: "acme.example",
      type: "TXT",
      value: "v=spf1 -all",
      leaves: "",
    };
    const read = readOutputs({
      ...{ version: 1, zones: { "acme.example": "0c1d" } },
      leaves: [left],
    });
    expect(read.findings).toEqual([]);
    expect(read.outputs).toMatchObject({ version: 1, zones: { "acme.example": "0c1d" } });
    expect(read.outputs.leaves).toEqual([left]);
    // A first deployment by this version that did not get to its end: the component is empty yet.
    expect(readOutputs({ version: 1, addresses: { tx1: output } }, {}).outputs.addresses).toEqual(
      readOutputs({ version: 1, addresses: { tx1: output } }).outputs.addresses,
    );
  });

  test("of this version are what is remembered, and a component that holds the rest", () => {
    const memory = {
      ...{ version: OUTPUTS_VERSION, kind: "tenant", stack: "acme", account: "111" },
      // For a person, and nobody reads it back.
      ...{ addresses: { tx1: "198.51.100.1 tx1.acme.example ← 10.0.1.10" }, next: "…" },
    };
    const details = { version: OUTPUTS_VERSION, addresses: { tx1: output } };
    const { outputs, findings } = readOutputs(memory, details);
    expect(findings).toEqual([]);
    expect(outputs).toMatchObject({
      ...{ stack: "acme", account: "111" },
      addresses: { tx1: output },
    });
    // Without the component, after a destroy that was cut short, what must not be forgotten is still there.
    expect(readOutputs(memory)).toMatchObject({
      findings: [],
      outputs: { account: "111", addresses: {} },
    });
    expect(readOutputs(memory, { version: 99 }).findings).toMatchObject([
      { level: "error", path: "deployment outputs.version" },
    ]);
  });

  test("keep what stays at a name in one line; its name is what the state has", () => {
    const spf = { key: "spf", name: "acme.example", type: "TXT", content: '"v=spf1 -all"' };
    const alias = { key: "dkim", name: "s1.acme.example", type: "CNAME", content: "s1.b.example" };
    const leaves = { spf: "v=spf1 mx -all", dkim: "", gone: "v=DMARC1; p=none" };
    const read = readOutputs({ version: OUTPUTS_VERSION, leaves }, undefined, [spf, alias]);
    expect(read.outputs.leaves).toEqual([
      {
        ...{ key: "spf", name: "acme.example", type: "TXT", value: "v=spf1 -all" },
        leaves: "v=spf1 mx -all",
      },
      {
        ...{ key: "dkim", name: "s1.acme.example", type: "CNAME", value: "s1.b.example." },
        leaves: "",
      },
      // It has left the state, and is remembered all the same.
      expect.objectContaining({ key: "gone", name: "", leaves: "v=DMARC1; p=none" }),
    ]);
  });

  test("of a later version, or of none that anybody writes, are an error", () => {
    const later = readOutputs({ version: OUTPUTS_VERSION + 1 });
    expect(later.findings).toMatchObject([{ level: "error", path: "stack outputs.version" }]);
    expect(later.findings[0]?.fix).toContain("deploy with that sendips or a later one");
    for (const version of ["1", 1.5, -1, null]) {
      expect(paths({ version: version ?? "" })).toEqual(["stack outputs.version"]);
    }
    expect(paths([])).toEqual(["stack outputs"]);
    expect(paths("nonsense")).toEqual(["stack outputs"]);
  });

  test("that are broken in one place say which, and hide nothing of the rest", () => {
    const outputs = {
      stack: 7,
      addresses: { tx1: { ...output, publicIp: 7 }, mk1: output },
      zones: { "acme.example": 1, "operator.example": "0c1d" },
      networkInterfaces: "nonsense",
    };
    const read = readOutputs(outputs);
    expect(read.findings.map(({ level, path }) => `${level} ${path}`)).toEqual([
      "error stack outputs.stack",
      "error stack outputs.addresses.tx1",
      "error stack outputs.zones.acme.example",
      "error stack outputs.networkInterfaces",
    ]);
    expect(read.findings[1]?.message).toMatch(/^cannot be read: its publicIp is not what sendips/);
    expect(Object.keys(read.outputs.addresses)).toEqual(["mk1"]);
    expect(read.outputs.zones).toEqual({ "operator.example": "0c1d" });
  });

  test("of a run with --target may hold what the engine did not know", () => {
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const record = { ...{ key: "a", name: "a.example", type: "A", ttl: 60 }, publisher: "aws" };
    // The engine leaves it out where it hands the outputs over to a program.
    for (const records of [unknown, undefined, [{ ...record, value: unknown }], [record]]) {
      const tx2 = { ...output, allocationId: unknown, publicIp: unknown };
      const tx3 = { ...output, associationId: unknown };
      // Version 1 wrote so too, and could not read it again.
      const written = { version: 1, addresses: { tx2, tx3 }, records, leaves: unknown };
      expect(readOutputs(written)).toMatchObject({
        findings: [],
        outputs: { addresses: { tx3: output }, leaves: [], records: [] },
      });
      expect(readOutputs(written).outputs.addresses).not.toHaveProperty("tx2");
    }
  });

  test("of a run with --target may name an address that is not allocated", () => {
    expect(readOutputs({ addresses: { tx2: { privateIp: "10.0.1.12" } } })).toMatchObject({
      findings: [],
      outputs: { addresses: {} },
    });
  });
});

describe("the state", () => {
  const tx1 = { key: "tx1", publicIp: "198.51.100.1", privateIp: "10.0.1.10", reverseName: true };

  test("says where an address is, what it is bound to, and whether its release is deployed", () => {
    const tags = ownerTags({ organisation: "o", project: "p", stack: "acme" }, true);
    const { deployed, findings } = readDeployed("acme", stateOf([{ ...tx1, tags }]));
    expect(findings).toEqual([]);
    expect(deployed.addresses).toMatchObject([
      {
        ...{ key: "tx1", name: "acme-tx1", publicIp: "198.51.100.1" },
        ...{ account: "111", region: "us-east-1", retirement: { how: "release" } },
        bound: { privateIp: "10.0.1.10", networkInterfaceId: "eni-1" },
        reverseNameUrn: expect.stringMatching(/EipDomainName::acme-tx1$/),
      },
    ]);
  });

  test("never takes a release from a tag alone, which a refresh brings in from EC2", () => {
    const tags = ownerTags({ organisation: "o", project: "p", stack: "acme" }, true);
    for (const release of [true, false]) {
      const { deployed } = readDeployed("acme", stateOf([{ ...tx1, tags, release }]));
      expect(deployed.addresses[0]?.retirement !== undefined).toBe(release);
    }
    const untagged = readDeployed("acme", stateOf([{ ...tx1, release: true }]));
    expect(untagged.deployed.addresses[0]?.retirement).toBeUndefined();
  });

  test("says since when an address drains, and the later of two days from which it may go", () => {
    const owner = ownerTags({ organisation: "o", project: "p", stack: "acme" }, true);
    const tags = {
      ...owner,
      ...{ "sendips:drainsSince": "2026-11-30", "sendips:mayGoFrom": "2026-12-02" },
    };
    const retirementOf = (held: Partial<HeldAddress>) =>
      readDeployed("acme", stateOf([{ ...tx1, ...held }])).deployed.addresses[0]?.retirement;
    const component = { since: "2026-11-30", mayGoFrom: "2026-12-05" };
    expect(retirementOf({ tags, component })).toEqual({ how: "release", ...component });
    // Somebody took the tags of the days away, and a refresh the state's.
    expect(retirementOf({ tags: owner, component })).toEqual({ how: "release", ...component });
    // A run that was cut short had not yet come to the component.
    expect(retirementOf({ tags })).toEqual({
      ...{ how: "release", since: "2026-11-30", mayGoFrom: "2026-12-02" },
    });
    for (const nonsense of ["soon", "2026-13-01", "2026-02-30", ""]) {
      const broken = { ...owner, "sendips:mayGoFrom": nonsense };
      expect(retirementOf({ tags: broken })).toEqual({ how: "release" });
    }
  });

  test("takes no release for one that keeps the address allocated, nor the reverse", () => {
    const owner = { organisation: "o", project: "p", stack: "acme" };
    const retained = { ...ownerTags(owner, false), "sendips:retained": "true" };
    const retirementOf = (held: Partial<HeldAddress>) =>
      readDeployed("acme", stateOf([{ ...tx1, ...held }])).deployed.addresses[0]?.retirement;
    expect(retirementOf({ tags: retained, component: { retain: true } })).toEqual({
      how: "retain",
    });
    expect(retirementOf({ tags: retained, release: true })).toBeUndefined();
    expect(
      retirementOf({ tags: ownerTags(owner, true), component: { retain: true } }),
    ).toBeUndefined();
    expect(isRetained(retained)).toBe(true);
    expect(isRetained(ownerTags(owner, true))).toBe(false);
  });

  test("never takes a release from the outputs, which a failed run writes too", () => {
    const outputs = { addresses: { tx1: { ...output, release: true } } };
    const { deployed } = readDeployed("acme", stateOf([tx1], outputs));
    expect(deployed.addresses[0]?.retirement).toBeUndefined();
  });

  test("that lost an address is told by its component or its outputs", () => {
    const arn = "arn:aws:ec2:eu-west-1:222:elastic-ip/eipalloc-9";
    const { deployed } = readDeployed("acme", {
      ...stateOf([], { region: "us-east-1", addresses: { tx1: output } }),
      ...rememberedBy("mk1", "198.51.100.2", arn),
    });
    expect(deployed.addresses).toEqual([]);
    expect(deployed.lost).toEqual([
      { key: "tx1", publicIp: "198.51.100.1", region: "us-east-1" },
      { key: "mk1", publicIp: "198.51.100.2", account: "222", region: "eu-west-1" },
    ]);
    expect(rememberedAddresses(deployed).map(({ key }) => key)).toEqual(["tx1", "mk1"]);
  });

  test("a tenant's address is lost also where another tenant of the program holds its key", () => {
    const tags = { "sendips:tenant": "clinic", "sendips:address": "tx1" };
    const shop = { key: "tx1", tenant: "shop", publicIp: "198.51.100.2", release: false };
    const { deployed } = readDeployed("acme", {
      ...stateOf([{ key: "tx1", publicIp: "198.51.100.1", name: "clinic-tx1", tags }]),
      "urn:pulumi:acme::sendips::sendips:index:SendingIp::shop-tx1": {
        type: "sendips:index:SendingIp",
        outputs: shop,
      },
    });
    expect(deployed.lost.map(({ publicIp }) => publicIp)).toEqual(["198.51.100.2"]);
  });

  test("outweighs what is remembered under a key that it holds", () => {
    const { deployed } = readDeployed("acme", {
      ...stateOf([{ ...tx1, publicIp: "198.51.100.9" }], { addresses: { tx1: output } }),
      ...rememberedBy("tx1", "198.51.100.1"),
    });
    expect(deployed.lost).toEqual([]);
  });

  test("with an address of which it holds the id alone tells its key", () => {
    const state = stateOf([tx1, { key: "mk1", publicIp: "198.51.100.2" }]);
    for (const [urn, resource] of Object.entries(state)) {
      if (urn.endsWith("Eip::acme-mk1")) resource.outputs = {};
    }
    const { deployed, findings } = readDeployed("acme", state);
    expect(findings).toEqual([]);
    expect([deployed.unread, deployed.addresses.map(({ key }) => key)]).toEqual([["mk1"], ["tx1"]]);
  });

  test("with one resource that cannot be read says which, and reads the others", () => {
    const state = stateOf([tx1, { key: "mk1", publicIp: "198.51.100.2" }]);
    for (const [urn, resource] of Object.entries(state)) {
      if (urn.endsWith("Eip::acme-mk1")) resource.outputs = { publicIp: 7 };
    }
    const { deployed, findings } = readDeployed("acme", state);
    expect(findings).toMatchObject([{ level: "error", path: "stack state" }]);
    expect(findings[0]?.message).toContain("aws:ec2/eip:Eip acme-mk1");
    expect(deployed.addresses.map(({ key }) => key)).toEqual(["tx1"]);
    expect(readDeployed("acme", "nonsense").findings).toHaveLength(1);
    expect(readDeployed("acme", undefined).findings).toEqual([]);
  });
});

describe("tags", () => {
  const owner = { organisation: "o", project: "p", stack: "acme" };
  test("tell two projects and two organisations apart", () => {
    expect(isOwned(ownerTags(owner, false), owner)).toBe(true);
    for (const other of [{ project: "q" }, { organisation: "x" }, { stack: "shop" }]) {
      expect(isOwned(ownerTags({ ...owner, ...other }, false), owner)).toBe(false);
    }
    expect(isOwned({}, owner)).toBe(false);
    // As sendips 0.1 wrote them.
    expect(isOwned({ "sendips:stack": "acme" }, owner)).toBe(true);
  });
  test("are read as they are written", () => {
    const says = { ...owner, tenant: "clinic", address: "tx1", binding: "eni-1/10.0.1.10" };
    const written = writeTags({ ...says, release: "true" });
    expect(written).toEqual({
      ...{ "sendips:organisation": "o", "sendips:project": "p", "sendips:stack": "acme" },
      ...{ "sendips:tenant": "clinic", "sendips:address": "tx1" },
      ...{ "sendips:binding": "eni-1/10.0.1.10", "sendips:release": "true" },
    });
    const none = { retained: false, candidate: false };
    expect(readTags(written)).toEqual({ ...says, release: true, ...none });
    expect(readTags({ Name: "somebody else's" })).toEqual({ release: false, ...none });
  });
  test("say whether the release is deployed, and whose something is", () => {
    expect(isReleased(ownerTags(owner, true))).toBe(true);
    expect(isReleased(ownerTags(owner, false))).toBe(false);
    expect(isReleased({ "sendips:release": "yes" })).toBe(false);
    expect(taggedStack(ownerTags(owner, false))).toBe("o/p/acme");
    expect(taggedStack({ "sendips:stack": "acme" })).toBe("acme");
    expect(taggedStack({})).toBeUndefined();
  });
});
