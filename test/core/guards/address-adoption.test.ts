/** Which Elastic IP an address of the config takes over, and what of it. */
import { describe, expect, test } from "vitest";
import {
  foreignTags,
  planAddressAdoption,
  takeOvers,
  type WantedAdoption,
} from "../../../core/guards/address-adoption.ts";
import type { LiveAddress } from "../../../core/guards/address-context.ts";
import { readDeployed } from "../../../core/state/deployed-stack.ts";
import type { PlannedAddress } from "../../../core/tenant/plan.ts";
import { type ByUrn, idOf, rememberedBy, stateOf } from "../state/support.ts";

const owner = { organisation: "organization", project: "sendips", stack: "acme" };
const OWN = {
  "sendips:organisation": "organization",
  "sendips:project": "sendips",
  "sendips:stack": "acme",
  "sendips:tenant": "acme",
  "sendips:address": "tx1",
};
const place = { account: "123456789012", region: "us-east-1" };

const wanted = (key: string, more: Partial<PlannedAddress> = {}): PlannedAddress => ({
  ...{ key, privateIp: "10.0.1.10", hostName: `${key}.mail.acme.example` },
  ...{ release: false, streams: [], ...more },
});
const live = (
  publicIp: string,
  tags: Record<string, string>,
  at = { privateIp: "", networkInterfaceId: "" },
): LiveAddress => ({ allocationId: idOf(publicIp), publicIp, tags, ...at });

/** What is taken, by key, and the codes of what is refused. */
function taken(
  keys: readonly PlannedAddress[],
  {
    state = stateOf([]),
    tagged = [],
    named = [],
  }: {
    state?: ByUrn;
    tagged?: readonly LiveAddress[];
    named?: readonly LiveAddress[];
  },
) {
  const { deployed } = readDeployed("acme", state);
  const present = new Set([...tagged, ...named].map(({ publicIp }) => publicIp));
  const context = {
    owner,
    wanted: keys,
    deployed,
    today: "2026-11-28",
    live: { present, details: tagged },
  };
  const found = takeOvers(context, named, place);
  return {
    taken: [...found.taken].map(([key, { publicIp }]) => `${key} ${publicIp}`),
    codes: found.findings.map(({ code }) => code),
  };
}

describe("an address that was allocated without an answer", () => {
  const one = live("198.51.100.7", OWN);

  test("is taken, and of two the first by its id", () => {
    expect(taken([wanted("tx1")], { tagged: [live("198.51.100.8", OWN), one] })).toEqual({
      ...{ taken: ["tx1 198.51.100.7"], codes: [] },
    });
  });

  test.each([
    [
      "is bound: it was in a state once",
      live("198.51.100.7", OWN, { privateIp: "10.0.1.9", networkInterfaceId: "eni-1" }),
    ],
    ["is another key's", live("198.51.100.7", { ...OWN, "sendips:address": "tx2" })],
    ["is another project's", live("198.51.100.7", { ...OWN, "sendips:project": "other" })],
    [
      "names no project, as version 0.1 wrote it",
      live("198.51.100.7", { "sendips:stack": "acme", "sendips:address": "tx1" }),
    ],
    ["may go", live("198.51.100.7", { ...OWN, "sendips:release": "true" })],
  ])("is left alone where it %s", (_, other) => {
    expect(taken([wanted("tx1")], { tagged: [other] })).toEqual({ taken: [], codes: [] });
  });

  test("is left alone where the state had another one under the key", () => {
    const state = { ...stateOf([]), ...rememberedBy("tx1", "198.51.100.1") };
    expect(taken([wanted("tx1")], { state, tagged: [one] }).taken).toEqual([]);
  });

  test("of which the state holds the id alone is taken where it can be no other", () => {
    const urn =
      "urn:pulumi:acme::sendips::sendips:index:Tenant$sendips:index:SendingIp$aws:ec2/eip:Eip::acme-tx1";
    const state = { [urn]: { type: "aws:ec2/eip:Eip", outputs: {} } };
    expect(taken([wanted("tx1")], { state, tagged: [one] }).taken).toEqual(["tx1 198.51.100.7"]);
    const two = [one, live("198.51.100.8", OWN)];
    expect(taken([wanted("tx1")], { state, tagged: two })).toEqual({
      ...{ taken: [], codes: ["address-unread"] },
    });
  });
});

describe("an address that the config adopts", () => {
  const free = live("198.51.100.7", { Name: "old" });
  const adopts = (adopt: string) => wanted("tx1", { adopt });

  test("is taken by its allocation id or its IPv4", () => {
    for (const adopt of [free.allocationId, free.publicIp]) {
      expect(taken([adopts(adopt)], { named: [free] }).taken).toEqual(["tx1 198.51.100.7"]);
    }
  });

  test.each([
    ["is not there", "adopt-not-found", {}],
    [
      "is another stack's",
      "adopt-of-other",
      { named: [live("198.51.100.7", { ...OWN, "sendips:stack": "shop" })] },
    ],
    [
      "is another key's",
      "adopt-of-other",
      { named: [live("198.51.100.7", { ...OWN, "sendips:address": "tx2" })] },
    ],
    [
      "is deployed under another key",
      "adopt-of-other",
      {
        named: [free],
        state: stateOf([{ key: "mk1", publicIp: "198.51.100.7", privateIp: "10.0.1.11" }]),
      },
    ],
    [
      "is not what the key is deployed as",
      "adopt-of-deployed-key",
      {
        named: [free],
        state: stateOf([{ key: "tx1", publicIp: "198.51.100.1", privateIp: "10.0.1.10" }]),
      },
    ],
  ] as const)("is refused where it %s", (_, code, found) => {
    expect(taken([adopts("198.51.100.7")], found)).toEqual({ taken: [], codes: [code] });
  });

  test("is given to one key alone, and another stack's where that one kept it for others", () => {
    const two = [adopts(free.publicIp), wanted("tx2", { adopt: free.allocationId })];
    expect(taken(two, { named: [free] })).toEqual({
      ...{ taken: ["tx1 198.51.100.7"], codes: ["adopt-twice"] },
    });
    const kept = live("198.51.100.7", {
      ...OWN,
      "sendips:stack": "shop",
      "sendips:retained": "true",
    });
    expect(taken([adopts(kept.publicIp)], { named: [kept] }).taken).toEqual(["tx1 198.51.100.7"]);
  });
});

describe("what hangs on an address that is taken over", () => {
  const binding = { privateIp: "10.0.1.10", networkInterfaceId: "eni-1" };
  const standing = {
    ...{ ...live("198.51.100.7", {}, binding), associationId: "eipassoc-1" },
    reverseName: "tx1.mail.acme.example",
  };
  const asked = (more: Partial<WantedAdoption> = {}) =>
    planAddressAdoption(
      {
        ...{ key: "tx1", taken: true, standing, binding, setsReverseName: true },
        ...{ hostName: "tx1.mail.acme.example", ...more },
      },
      readDeployed("acme", stateOf([])).deployed,
    );

  test("is taken over where it is as wanted", () => {
    const { adoption, findings } = asked();
    expect(adoption).toMatchObject({ address: true, association: true, reverseName: true });
    expect(findings).toEqual([]);
  });

  test("is made anew where there is none, and refused where it is another", () => {
    const bare = { ...standing, ...live("198.51.100.7", {}), associationId: "", reverseName: "" };
    const { adoption, findings } = asked({ standing: bare });
    expect(adoption).toMatchObject({ address: true, association: false, reverseName: false });
    expect(findings).toEqual([]);
    const codes = (more: Partial<WantedAdoption>) => asked(more).findings.map(({ code }) => code);
    expect(codes({ binding: { ...binding, privateIp: "10.0.1.11" } })).toEqual([
      "adopt-bound-elsewhere",
    ]);
    expect(codes({ hostName: "other.acme.example" })).toEqual(["adopt-reverse-name"]);
    expect(codes({ hostName: "other.acme.example", setsReverseName: false })).toEqual([]);
  });
});

test("tags of others are those that are neither ours nor the name", () => {
  expect(foreignTags({ Name: "a", team: "mail", ...OWN })).toEqual({ team: "mail" });
});
