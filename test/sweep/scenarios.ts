/** What the sweep disturbs: one deployment each, with what is deployed and written down before it. */
import { makeExampleKey } from "../../sandbox/example-keys.ts";
import type { World } from "../engine/world.ts";

/** One deployment to be disturbed. */
export interface Scenario {
  name: string;
  phase: "create" | "edit" | "move" | "retire" | "destroy";
  /** What it does, for the report. */
  does: string;
  /** The scenario after which it begins. @default with nothing deployed */
  after?: string;
  stack: "mx-1" | "acme";
  command: "up" | "destroy";
  /** Addresses whose release is deployed before it: no other may go. */
  released: readonly string[];
  /** What is written into the config, and deployed, before it. */
  prepare(made: World): Promise<void>;
}

const TENANT = ["sendips:tenant"];
const ADDRESSES = [...TENANT, "addresses"];
const ETH0 = ["sendips:mailHost", "networkInterfaces", "eth0"];

async function deploy(made: World, stack: string): Promise<void> {
  const { code, output } = await made.up(stack);
  if (code !== 0) throw new Error(output);
}

/** Writes an address's release, without the days that it would drain: no point waits for them. */
function letGo(made: World, key: string): void {
  made.edit("acme", [...ADDRESSES, key, "release"], true);
  made.edit("acme", [...ADDRESSES, key, "releaseNow"], true);
}

/** Each stands behind the one after which it begins. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "create-host",
    phase: "create",
    does: "a mail host goes up: security group, network interface, instance",
    stack: "mx-1",
    command: "up",
    released: [],
    prepare: (made) => made.init("mx-1"),
  },
  {
    name: "create-tenant",
    phase: "create",
    does: "a tenant goes up: two addresses and all their records",
    after: "create-host",
    stack: "acme",
    command: "up",
    released: [],
    prepare: (made) => made.init("acme"),
  },
  {
    name: "edit-host",
    phase: "edit",
    does: "a mail host gets one private IP more and another loses its place",
    after: "create-tenant",
    stack: "mx-1",
    command: "up",
    released: [],
    prepare: async (made) => {
      made.edit(
        "mx-1",
        [...ETH0, "privateIps"],
        ["10.0.1.10", "10.0.1.11", "10.0.1.13", "10.0.1.14"],
      );
    },
  },
  {
    name: "edit-tenant",
    phase: "edit",
    does: "a tenant gets an address, a stream and a DKIM key, and its DMARC record changes",
    after: "create-tenant",
    stack: "acme",
    command: "up",
    released: [],
    prepare: async (made) => {
      made.edit("acme", [...ADDRESSES, "tx2"], { privateIp: "10.0.1.12" });
      made.edit("acme", [...TENANT, "streams", "alerts"], {
        from: "alerts.acme.example",
        addresses: ["tx2"],
      });
      made.edit("acme", [...TENANT, "dmarc", "policy"], "quarantine");
      await makeExampleKey("acme", "s202611", made.options);
    },
  },
  {
    name: "move-private-ip",
    phase: "move",
    does: "an address moves to another private IP",
    after: "create-tenant",
    stack: "acme",
    command: "up",
    released: [],
    prepare: async (made) => made.edit("acme", [...ADDRESSES, "tx1", "privateIp"], "10.0.1.13"),
  },
  {
    name: "move-swap",
    phase: "move",
    does: "two addresses change places",
    after: "create-tenant",
    stack: "acme",
    command: "up",
    released: [],
    prepare: async (made) => {
      made.edit("acme", [...ADDRESSES, "tx1", "privateIp"], "10.0.1.11");
      made.edit("acme", [...ADDRESSES, "mk1", "privateIp"], "10.0.1.10");
    },
  },
  {
    name: "move-names",
    phase: "move",
    does: "the host names of both addresses change, and with them their PTRs",
    after: "create-tenant",
    stack: "acme",
    command: "up",
    released: [],
    prepare: async (made) => made.edit("acme", [...TENANT, "hostNames"], "out.acme.example"),
  },
  {
    name: "release",
    phase: "retire",
    does: "the release of an address is deployed, and its stream goes",
    after: "create-tenant",
    stack: "acme",
    command: "up",
    released: [],
    prepare: async (made) => {
      made.edit("acme", [...TENANT, "streams", "marketing"], undefined);
      letGo(made, "mk1");
    },
  },
  {
    name: "retire",
    phase: "retire",
    does: "an address whose release is deployed goes from the config",
    after: "release",
    stack: "acme",
    command: "up",
    released: ["mk1"],
    prepare: async (made) => made.edit("acme", [...ADDRESSES, "mk1"], undefined),
  },
  {
    name: "destroy-tenant",
    phase: "destroy",
    does: "a tenant whose addresses are all released is destroyed",
    after: "create-tenant",
    stack: "acme",
    command: "destroy",
    released: ["tx1", "mk1"],
    prepare: async (made) => {
      made.edit("acme", [...TENANT, "streams"], undefined);
      for (const key of ["tx1", "mk1"]) letGo(made, key);
      await deploy(made, "acme");
    },
  },
  {
    name: "destroy-host",
    phase: "destroy",
    does: "a mail host whose interfaces are released is destroyed",
    after: "create-host",
    stack: "mx-1",
    command: "destroy",
    released: [],
    prepare: async (made) => {
      made.edit("mx-1", [...ETH0, "release"], true);
      await deploy(made, "mx-1");
    },
  },
];

/** The scenario of a name. */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario is called ${name}`);
  return found;
}
