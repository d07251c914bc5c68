/**
 * Random sequences of edits against a model of what is deployed: plan and guards are the product's, the engine is as
 * simple as it may be. Whatever is edited, an address leaves only when its release was deployed and its drain is over, a
 * key keeps its address, and the names of one that stays go only once the customer answers with them.
 *
 * `test/engine/guards-property.test.ts` makes a sample of such sequences on the real engine.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readConfig } from "../../core/config/config.ts";
import { daysAfter } from "../../core/days.ts";
import type { LiveAddress } from "../../core/guards/address-context.ts";
import { checkStateAddresses, needsDetails } from "../../core/guards/addresses.ts";
import { checkHandOver, leavingRecords } from "../../core/guards/hand-over.ts";
import { checkReverseNames } from "../../core/guards/reverse-names.ts";
import { successions } from "../../core/guards/successors.ts";
import { hasErrors } from "../../core/problem.ts";
import { drainOf } from "../../core/retirement.ts";
import { readDeployed } from "../../core/state/deployed-stack.ts";
import { retirementTags } from "../../core/state/retirement.ts";
import { ownerTags, readTags, type Tags, writeTags } from "../../core/state/tags.ts";
import { setsReverseName } from "../../core/tenant/address/records.ts";
import { plan } from "../../core/tenant/plan.ts";
import { hostRecordKey, renderData, renderOwner } from "../../core/tenant/record.ts";
import { type ByUrn, type HeldAddress, idOf, stateOf } from "./state/support.ts";
import { raw, ZONES } from "./support.ts";

const owner = { organisation: "organization", project: "sendips", stack: "acme" };
const FIRST_DAY = "2026-11-28";
const OURS = ZONES["acme.example"];

interface WrittenAddress {
  privateIp: string;
  hostName?: string;
  release?: true;
  retain?: true;
  releaseNow?: true;
  drainDays?: number;
}

/** What a person has written down. */
interface Written {
  domain: string;
  hostNames: string;
  addresses: Record<string, WrittenAddress>;
  /** By the stream's name. */
  streams: Record<string, { from: string; addresses: string[] }>;
  zone: typeof OURS | "external";
  waits: boolean;
}

/** An address as deployed. */
interface Deployed {
  publicIp: string;
  privateIp: string;
  tags: Tags;
  reverseName: boolean;
}

/** What stands, and what a person knows of it. */
interface World {
  written: Written;
  today: string;
  addresses: Map<string, Deployed>;
  records: { key: string; zoneId: string; name: string; type: string; content: string }[];
  allocated: number;
  /** The day from which each public IP may go, as the deployment that released it has said. */
  mayGo: Map<string, string>;
  /** Whether the customer's name servers answer with what is asked of them. */
  customerAnswers: boolean;
}

type Edit = (world: World, pick: number) => void;

const pickOf = <T>(all: readonly T[], pick: number): T | undefined => all[pick % all.length];
const keysOf = ({ written }: World) => Object.keys(written.addresses);
const streamsOf = ({ written }: World) => Object.keys(written.streams);

/** Takes out the streams that no address would be left for, as a person does who lets one go. */
function dropEmptyStreams({ written }: World): void {
  const goes = (key: string) => {
    const { release, retain } = written.addresses[key] ?? {};
    return release === true || retain === true || written.addresses[key] === undefined;
  };
  for (const [name, { addresses }] of Object.entries(written.streams)) {
    if (addresses.every(goes)) delete written.streams[name];
  }
}

/** Changes one address that the config holds. */
function change(does: (address: WrittenAddress, pick: number) => void): Edit {
  return (world, pick) => {
    const key = pickOf(keysOf(world), pick);
    const address = key === undefined ? undefined : world.written.addresses[key];
    if (address !== undefined) does(address, pick);
  };
}

/** Renames what `all` holds under one of its names, and keeps the rest in its order. */
function renamed<T>(all: Record<string, T>, from: string | undefined, to: string) {
  return Object.fromEntries(Object.entries(all).map(([key, it]) => [key === from ? to : key, it]));
}

/** The edits by name: what fails is told by it. */
const EDITS: Readonly<Record<string, Edit>> = {
  "rename a stream": (world, pick) => {
    const from = pickOf(streamsOf(world), pick);
    world.written.streams = renamed(world.written.streams, from, `s${pick % 7}`);
  },
  "an address to another stream": (world, pick) => {
    const to = world.written.streams[pickOf(streamsOf(world), pick) ?? ""];
    const key = pickOf(keysOf(world), pick >> 3);
    if (to !== undefined && key !== undefined) to.addresses = [...new Set([...to.addresses, key])];
  },
  "an address out of a stream": (world, pick) => {
    const of = world.written.streams[pickOf(streamsOf(world), pick) ?? ""];
    if (of !== undefined && of.addresses.length > 1) of.addresses = of.addresses.slice(1);
  },
  "drop a stream": (world, pick) => {
    const name = pickOf(streamsOf(world), pick);
    if (name !== undefined) delete world.written.streams[name];
  },
  "another private IP": change((address, pick) => {
    address.privateIp = `10.0.1.${20 + (pick % 9)}`;
  }),
  "swap private IPs": (world) => {
    const [a, b] = Object.values(world.written.addresses);
    if (a !== undefined && b !== undefined) {
      [a.privateIp, b.privateIp] = [b.privateIp, a.privateIp];
    }
  },
  "other host names": ({ written }, pick) => {
    written.hostNames = pick % 2 === 0 ? "out.acme.example" : "mail.acme.example";
  },
  "a host name of its own": change((address, pick) => {
    if (pick % 3 === 0) delete address.hostName;
    else address.hostName = `relay${pick % 5}.acme.example`;
  }),
  "another domain": ({ written }, pick) => {
    written.domain = pick % 2 === 0 ? "acme.example" : "shop.acme.example";
  },
  "the zone to the customer": ({ written }) => {
    written.zone = "external";
  },
  "the zone back": ({ written }) => {
    written.zone = OURS;
  },
  "the customer's records": (world, pick) => {
    world.customerAnswers = pick % 3 > 0;
    world.written.waits = pick % 2 === 0;
  },
  release: (world, pick) => {
    change((address) => {
      address.release = true;
      if (pick % 2 === 0) address.drainDays = pick % 4;
    })(world, pick);
    if (pick % 5 > 0) dropEmptyStreams(world);
  },
  retain: (world, pick) => {
    change((address) => {
      address.retain = true;
    })(world, pick);
    if (pick % 5 > 0) dropEmptyStreams(world);
  },
  "release now": change((address) => {
    if (address.release || address.retain) address.releaseNow = true;
  }),
  "take it back": change((address) => {
    delete address.release;
    delete address.retain;
    delete address.releaseNow;
  }),
  remove: (world, pick) => {
    const key = pickOf(keysOf(world), pick);
    if (key === undefined) return;
    delete world.written.addresses[key];
    for (const stream of Object.values(world.written.streams)) {
      stream.addresses = stream.addresses.filter((one) => one !== key);
    }
  },
  "remove what leaves": (world) => {
    const { addresses, streams } = world.written;
    for (const [key, { release, retain }] of Object.entries(addresses)) {
      if (release !== true && retain !== true) continue;
      delete addresses[key];
      for (const stream of Object.values(streams)) {
        stream.addresses = stream.addresses.filter((one) => one !== key);
      }
    }
  },
  "put back what is deployed": (world) => {
    for (const [key, { privateIp }] of world.addresses)
      world.written.addresses[key] ??= { privateIp };
  },
  "rename an address": (world, pick) => {
    const from = pickOf(keysOf(world), pick);
    const to = `n${pick % 5}`;
    world.written.addresses = renamed(world.written.addresses, from, to);
    for (const stream of Object.values(world.written.streams)) {
      stream.addresses = stream.addresses.map((key) => (key === from ? to : key));
    }
  },
  "one more address": (world, pick) => {
    const key = `a${pick % 4}`;
    world.written.addresses[key] ??= { privateIp: `10.0.1.${40 + (pick % 20)}` };
  },
  "days pass": (world, pick) => {
    world.today = daysAfter(world.today, 1 + (pick % 6));
  },
};

function configOf({ written }: World) {
  const { zone, waits, ...tenant } = written;
  const values = { ...tenant, mailHost: { stack: "mx-1" }, waitForCustomerRecords: waits };
  return raw(values, {
    zones: { ...ZONES, "acme.example": zone },
    eipQuota: { "us-east-1": 50 },
  });
}

function stateOfWorld({ addresses, records }: World): ByUrn {
  const held = [...addresses].map(([key, { tags, ...address }]): HeldAddress => {
    const { release, retained, drainsSince, mayGoFrom } = readTags(tags);
    return {
      ...{ key, ...address, tags, release },
      component: {
        ...(retained ? { retain: true } : {}),
        ...(drainsSince === undefined ? {} : { since: drainsSince }),
        ...(mayGoFrom === undefined ? {} : { mayGoFrom }),
      },
    };
  });
  const state = stateOf(held);
  for (const { key, ...outputs } of records) {
    const type = "cloudflare:index/dnsRecord:DnsRecord";
    state[`urn:pulumi:acme::sendips::${type}::acme-${key}`] = { type, outputs };
  }
  return state;
}

/** Deploys what is written, or refuses it and changes nothing; fails where something is lost. */
function deploy(world: World): "deployed" | "refused" {
  const read = readConfig(configOf(world));
  if (!("stack" in read) || read.stack.kind !== "tenant") return "refused";
  const { stack } = read;
  const planned = plan(stack);
  if (!("plan" in planned) || hasErrors([...read.problems, ...planned.problems])) return "refused";
  const wanted = planned.plan.addresses;
  const { deployed } = readDeployed("acme", stateOfWorld(world));
  const live = [...world.addresses.values()].map(({ publicIp, privateIp, tags }): LiveAddress => {
    return {
      ...{ publicIp, allocationId: idOf(publicIp), privateIp, tags },
      networkInterfaceId: "eni-1",
    };
  });
  const { today } = world;
  const context = {
    ...{ owner, wanted, deployed, today },
    live: {
      present: new Set(live.map(({ publicIp }) => publicIp)),
      details: live.filter(({ publicIp }) => needsDetails(publicIp, wanted, deployed)),
    },
  };
  const logicalName = (key: string) => `acme-${key}`;
  const leaving = leavingRecords(planned.plan, deployed, logicalName, today);
  const customer = {
    ours: { found: ["ada.ns.cloudflare.example"] },
    delegated: { found: ["ns1.customer.example"] },
    answers: (name: string, type: string) => ({
      found: leaving.flatMap(({ held, value }) =>
        world.customerAnswers && held.name === name && held.type === type ? [value ?? ""] : [],
      ),
    }),
  };
  const findings = [
    ...checkStateAddresses(context),
    ...checkReverseNames(stack.tenant, stack.operator.zones, deployed, today),
    ...checkHandOver("acme", leaving, new Map([["acme.example", customer]])),
    ...successions(planned.plan.records, deployed.records, logicalName).findings,
  ];
  if (findings.some(({ level }) => level === "error")) return "refused";

  const before = new Map(world.addresses);
  for (const [key, { publicIp }] of before) {
    if (wanted.some((address) => address.key === key)) continue;
    const day = world.mayGo.get(publicIp);
    expect(day, `${key} (${publicIp}) goes, and its release was never deployed`).toBeDefined();
    expect((day ?? "9") <= today, `${key} goes on ${today}, and may from ${day}`).toBe(true);
    world.addresses.delete(key);
  }
  for (const { key, privateIp, retirement } of wanted) {
    const held = before.get(key);
    world.allocated += held === undefined ? 1 : 0;
    const publicIp = held?.publicIp ?? `198.51.100.${world.allocated}`;
    const was = deployed.addresses.find((address) => address.key === key)?.retirement;
    const drain = retirement === undefined ? undefined : drainOf(retirement, was, today);
    if (retirement === undefined) world.mayGo.delete(publicIp);
    else world.mayGo.set(publicIp, drain?.mayGoFrom ?? today);
    world.addresses.set(key, {
      ...{ publicIp, privateIp },
      reverseName: setsReverseName(key, stack.tenant, stack.operator.zones) || stays(held),
      tags: {
        ...writeTags({ tenant: "acme", address: key }),
        ...ownerTags(owner, false),
        ...(retirement === undefined ? {} : retirementTags(retirement, drain)),
      },
    });
  }
  const ips = (key: string) => world.addresses.get(key)?.publicIp ?? "";
  const now = planned.plan.records.flatMap((record) => {
    if (record.publisher.by !== "cloudflare") return [];
    const resolve = (ref: object) => ("address" in ref ? ips(String(ref.address)) : "key");
    return [
      {
        ...{ key: record.key, zoneId: record.publisher.zoneId, type: record.data.type },
        ...{ name: renderOwner(record, resolve), content: renderData(record, resolve) },
      },
    ];
  });
  for (const [key] of world.addresses) {
    const a = (records: World["records"]) => records.some((one) => one.key === hostRecordKey(key));
    if (!before.has(key) || !a(world.records) || a(now)) continue;
    const mayGo = (world.mayGo.get(ips(key)) ?? "9") <= today;
    expect(world.customerAnswers || mayGo, `the A record of ${key} goes, and it stays`).toBe(true);
  }
  world.records = now;
  return "deployed";
}

/** No deployment takes a PTR from an address that stays: `checkReverseNames` refuses it. */
function stays(held: Deployed | undefined): boolean {
  return held?.reverseName === true;
}

function begin(): World {
  const world: World = {
    written: {
      ...{ domain: "acme.example", hostNames: "mail.acme.example", zone: OURS, waits: false },
      addresses: { tx1: { privateIp: "10.0.1.10" }, mk1: { privateIp: "10.0.1.11" } },
      streams: {
        transactional: { from: "tx.acme.example", addresses: ["tx1"] },
        marketing: { from: "news.acme.example", addresses: ["mk1"] },
      },
    },
    ...{ today: FIRST_DAY, addresses: new Map(), records: [], allocated: 0 },
    ...{ mayGo: new Map(), customerAnswers: false },
  };
  expect(deploy(world)).toBe("deployed");
  return world;
}

/** Few addresses would ever go if each edit were as likely. */
const OFTEN = ["release", "retain", "release now", "days pass", "days pass", "remove what leaves"];
const step = fc.tuple(
  fc.constantFrom(...Object.keys(EDITS), ...OFTEN, ...OFTEN, "remove what leaves"),
  fc.nat(100),
);

test("whatever is edited, an address goes only when its release was deployed and its drain is over", () => {
  const outcomes = { deployed: 0, refused: 0, gone: 0 };
  fc.assert(
    fc.property(fc.array(step, { minLength: 4, maxLength: 24 }), (steps) => {
      const world = begin();
      for (const [name, pick] of steps) {
        const written = structuredClone(world.written);
        EDITS[name]?.(world, pick);
        const held = new Map([...world.addresses].map(([key, { publicIp }]) => [key, publicIp]));
        const outcome = deploy(world);
        outcomes[outcome] += 1;
        // Most often a person takes back what was refused; else it stands in the next edit's way.
        if (outcome === "refused" && pick % 4 > 0) world.written = written;
        for (const [key, publicIp] of held) {
          const now = world.addresses.get(key)?.publicIp;
          if (now === undefined) outcomes.gone += 1;
          else expect(now).toBe(publicIp);
        }
        const ips = [...world.addresses.values()].map(({ publicIp }) => publicIp);
        expect(new Set(ips).size).toBe(ips.length);
      }
    }),
    { numRuns: 300 },
  );
  // Sequences that are all refused, or let nothing go, would prove nothing.
  expect(outcomes.deployed).toBeGreaterThan(300);
  expect(outcomes.refused).toBeGreaterThan(100);
  expect(outcomes.gone).toBeGreaterThan(20);
});

test.each(["rename a stream", "another private IP", "swap private IPs"])(
  "%s changes no record's place in the state",
  (name) => {
    for (let pick = 0; pick < 12; pick += 1) {
      const world = begin();
      const keys = world.records.map(({ key }) => key);
      EDITS[name]?.(world, pick);
      expect(deploy(world)).toBe("deployed");
      expect(world.records.map(({ key }) => key).sort()).toEqual(keys.sort());
      expect(world.allocated).toBe(2);
    }
  },
);
