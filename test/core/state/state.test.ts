/** What is deployed of a stack: read from its state, with what its outputs add. */
import { describe, expect, test } from "vitest";
import { readDeployed, rememberedAddresses } from "../../../core/state/deployed.ts";
import { OUTPUTS_VERSION, readOutputs } from "../../../core/state/outputs.ts";
import { isOwned, isReleased, ownerTags, taggedStack } from "../../../core/state/tags.ts";
import { rememberedBy, stateOf } from "./support.ts";

const output = { allocationId: "eipalloc-1", publicIp: "198.51.100.1", privateIp: "10.0.1.10" };

describe("outputs", () => {
  const paths = (outputs: unknown) => readOutputs(outputs).findings.map(({ path }) => path);

  test("of a stack that was never deployed are empty, and no fault", () => {
    for (const outputs of [undefined, {}]) {
      expect(readOutputs(outputs)).toEqual({
        outputs: { addresses: {}, leaves: [], networkInterfaces: {}, zones: {} },
        findings: [],
      });
    }
  });

  test("without a version are those of sendips 0.1, and are read", () => {
    const { outputs, findings } = readOutputs({ stack: "acme", addresses: { tx1: output } });
    expect(findings).toEqual([]);
    expect(outputs.addresses["tx1"]?.publicIp).toBe("198.51.100.1");
    expect(readOutputs({ version: OUTPUTS_VERSION, addresses: { tx1: output } })).toMatchObject({
      findings: [],
      outputs: { addresses: { tx1: output } },
    });
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
      "error stack outputs.networkInterfaces",
      "error stack outputs.zones.acme.example",
    ]);
    expect(Object.keys(read.outputs.addresses)).toEqual(["mk1"]);
    expect(read.outputs.zones).toEqual({ "operator.example": "0c1d" });
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
        ...{ account: "111", region: "us-east-1", release: true },
        bound: { privateIp: "10.0.1.10", networkInterfaceId: "eni-1" },
        reverseNameUrn: expect.stringMatching(/EipDomainName::acme-tx1$/),
      },
    ]);
  });

  test("never takes a release from a tag alone, which a refresh brings in from EC2", () => {
    const tags = ownerTags({ organisation: "o", project: "p", stack: "acme" }, true);
    for (const release of [true, false]) {
      const { deployed } = readDeployed("acme", stateOf([{ ...tx1, tags, release }]));
      expect(deployed.addresses[0]?.release).toBe(release);
    }
    const untagged = readDeployed("acme", stateOf([{ ...tx1, release: true }]));
    expect(untagged.deployed.addresses[0]?.release).toBe(false);
  });

  test("never takes a release from the outputs, which a failed run writes too", () => {
    const outputs = { addresses: { tx1: { ...output, release: true } } };
    const { deployed } = readDeployed("acme", stateOf([tx1], outputs));
    expect(deployed.addresses[0]?.release).toBe(false);
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

  test("outweighs what is remembered under a key that it holds", () => {
    const { deployed } = readDeployed("acme", {
      ...stateOf([{ ...tx1, publicIp: "198.51.100.9" }], { addresses: { tx1: output } }),
      ...rememberedBy("tx1", "198.51.100.1"),
    });
    expect(deployed.lost).toEqual([]);
  });

  test("with one resource that cannot be read says which, and reads the others", () => {
    const state = stateOf([tx1, { key: "mk1", publicIp: "198.51.100.2" }]);
    for (const [urn, resource] of Object.entries(state)) {
      if (urn.endsWith("Eip::acme-mk1")) resource.outputs = {};
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
  test("say whether the release is deployed, and whose something is", () => {
    expect(isReleased(ownerTags(owner, true))).toBe(true);
    expect(isReleased(ownerTags(owner, false))).toBe(false);
    expect(isReleased({ "sendips:release": "yes" })).toBe(false);
    expect(taggedStack(ownerTags(owner, false))).toBe("o/p/acme");
    expect(taggedStack({ "sendips:stack": "acme" })).toBe("acme");
    expect(taggedStack({})).toBeUndefined();
  });
});
