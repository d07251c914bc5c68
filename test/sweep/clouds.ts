/** What the clouds and the states hold, in a form in which two runs can be held against each other. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readTags, tagName } from "../../core/state/tags.ts";
import type { State } from "../../sandbox/world.ts";
import type { OpenWorld } from "../engine/world.ts";

/** One thing that a stack made, under its id. */
export interface Thing {
  id: string;
  /** What it is, and of which stack or name, in words. */
  what: string;
  /** Everything about it that two runs must agree in. */
  is: string;
  /** Of an address: its key, its public IP. */
  address?: { key: string; publicIp: string };
}

/** All that is in the clouds, but what a new account has. */
export function thingsOf({ aws, cloudflare }: State): Thing[] {
  const regions = Object.values(aws.regions);
  const addresses = regions.flatMap((region) => Object.values(region.addresses));
  const names = new Map(
    addresses.map(({ publicIp, tags }) => [publicIp, `<${readTags(tags).address ?? publicIp}>`]),
  );
  const groups = regions.flatMap((region) => Object.values(region.securityGroups));
  const interfaces = regions.flatMap((region) => Object.values(region.networkInterfaces));
  // Pulumi ends the name of a security group in seven digits of chance.
  const called = (name: string) => name.replace(/-[0-9a-f]{7}$/, "");
  const groupName = (id: string) => called(groups.find((group) => group.id === id)?.name ?? id);
  const places = new Map(interfaces.map(({ id, description }) => [id, description]));
  const said = (value: unknown) =>
    [...places].reduce((text, [id, name]) => text.replaceAll(id, `<${name}>`), sorted(value));
  return [
    ...addresses.map(({ allocationId, publicIp, tags, association, ptr }) => {
      const { stack, address = "" } = readTags(tags);
      const bound = association && [association.networkInterfaceId, association.privateIp];
      return {
        id: allocationId,
        what: `address ${stack}/${address} (${publicIp})`,
        is: said({ address, tags, bound, ptr: (ptr.update?.value ?? ptr.record) || undefined }),
        ...(stack === undefined ? {} : { address: { key: address, publicIp } }),
      };
    }),
    ...groups
      .filter(({ name }) => name !== "default")
      .map(({ id, name, rules, tags }) => ({
        id,
        what: `security group ${called(name)}`,
        is: said({ name: called(name), tags, rules: rules.map(sorted).sort() }),
      })),
    ...interfaces.map(({ id, description, privateIps, groups: ids, tags, attachment }) => ({
      id,
      what: `network interface ${description} (${privateIps.join(", ")})`,
      is: said({
        ...{ description, tags, groups: ids.map(groupName), at: attachment?.deviceIndex },
        privateIps: [privateIps[0], ...privateIps.slice(1).sort()],
      }),
    })),
    ...regions
      .flatMap((region) => Object.values(region.instances))
      .filter(({ state }) => state !== "terminated")
      .map(({ id, type, tags, metadata }) => ({
        id,
        what: `instance ${tags["Name"] ?? ""}`,
        is: said({ type, tags, metadata }),
      })),
    ...Object.values(cloudflare.records).map((record) => {
      const { id, zoneId, type, name, content, ttl, priority, proxied, comment } = record;
      return {
        id,
        what: `record ${type} ${name}`,
        is: sorted({
          ...{ zone: cloudflare.zones[zoneId]?.name, type, name, ttl, priority, proxied, comment },
          content: publicIpsNamed(content, names),
        }),
      };
    }),
  ];
}

/** A record's content with each public IP under its address's key: which one a key gets is chance. */
function publicIpsNamed(content: string, names: ReadonlyMap<string, string>): string {
  const named = content.split(" ").map((word) => {
    const [, before = "", ip = "", after = ""] = /^(.*?)(\d+\.\d+\.\d+\.\d+)(.*)$/.exec(word) ?? [];
    return `${before}${names.get(ip) ?? ip}${after}` || word;
  });
  // An SPF record lists its addresses in the order of the addresses.
  if (!content.includes("v=spf1")) return named.join(" ");
  const own = named.filter((word) => word.includes("ip4:<")).sort();
  return named.map((word) => (word.includes("ip4:<") ? (own.shift() ?? word) : word)).join(" ");
}

/** JSON with keys in a fixed order. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

const checkpoint = z.object({
  checkpoint: z.object({
    latest: z
      .object({
        resources: z
          .array(z.object({ urn: z.string(), type: z.string(), id: z.string().optional() }))
          .nullish(),
        pending_operations: z
          .array(z.object({ type: z.string(), resource: z.object({ urn: z.string() }) }))
          .nullish(),
      })
      .nullish(),
  }),
});

/** What the states of all stacks hold. */
export interface StateContents {
  /** Ids of resources in a cloud, each with its URN. */
  ids: ReadonlyMap<string, string>;
  /** `creating urn:…` */
  pending: readonly string[];
  /** Files that hold no state. */
  unreadable: readonly string[];
}

/** Reads the states of all stacks from the back end's files. */
export function stateContents({ places }: Pick<OpenWorld, "places">): StateContents {
  const folder = join(places.backend, ".pulumi", "stacks", "sendips");
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const ids = new Map<string, string>();
  const pending: string[] = [];
  const unreadable: string[] = [];
  for (const file of files) {
    if (!file.endsWith(".json") && !file.endsWith(".attrs")) continue;
    const text = readFileSync(join(folder, file), "utf8");
    const read = file.endsWith(".json") ? checkpoint.safeParse(json(text)) : undefined;
    if (text === "" || read?.success === false) unreadable.push(file);
    const latest = read?.data?.checkpoint.latest;
    for (const { id, type, urn } of latest?.resources ?? []) {
      if (id !== undefined && /^(aws|cloudflare):/.test(type)) ids.set(id, urn);
    }
    for (const { type, resource } of latest?.pending_operations ?? []) {
      pending.push(`${type} ${resource.urn.split("::").slice(-2).join("::")}`);
    }
  }
  return { ids, pending, unreadable };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The tag that says which address of its tenant an allocation is for. */
export const ADDRESS_TAG = tagName("address");
