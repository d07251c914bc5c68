/**
 * Records in Cloudflare. The only file that imports `@pulumi/cloudflare`, and the only place that
 * knows Cloudflare's quirks.
 */
import { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import { getZone } from "@pulumi/cloudflare/getZone.js";
import * as pulumi from "@pulumi/pulumi";
import type { Adoption } from "../core/guards/standing.ts";
import { successions } from "../core/guards/successors.ts";
import { type StateRecord, TYPES } from "../core/state/resources.ts";
import {
  type PlannedRecord,
  type Resolve,
  referencesOf,
  renderData,
  renderOwner,
  renderText,
} from "../core/tenant/record.ts";
import { quoteTxt } from "../mail/txt.ts";
import { overAliasHook } from "./give-back.ts";
import { ALONE, type Keeper } from "./keep.ts";
import { takeOver } from "./standing.ts";

/** The public IPv4 of each address, by key. */
export type PublicIps = Readonly<Record<string, pulumi.Input<string>>>;

/** Arguments of {@link DnsRecords}. */
export interface DnsRecordsArgs {
  /** The records to publish; those of other publishers than Cloudflare are left out. */
  records: readonly PlannedRecord[];
  /** What the references in the records stand for. */
  publicIps: PublicIps;
  /**
   * The records of the stack's state, of which one may have to go before another takes its name.
   * @default none: an edit that puts a CNAME in place of another record is refused by Cloudflare
   */
  deployed?: readonly StateRecord[];
  /**
   * Records that stand already and are taken over in place, by the planned record's key.
   * @default none: a record that stands is refused by Cloudflare, or doubled
   */
  adoptions?: ReadonlyMap<string, Adoption>;
  /**
   * What stays at a name when its record goes, by the planned record's key.
   * @default what the records say themselves
   */
  leaves?: ReadonlyMap<string, string>;
  /** What keeps the records of a tenant while its addresses are deployed. Default: nothing does. */
  keeper?: Keeper;
}

/**
 * The records of a plan that we publish.
 *
 * @example
 * ```ts
 * import { DnsRecords } from "./components/dns-records.ts";
 *
 * new DnsRecords("shop", {
 *   records: [
 *     {
 *       key: "spf",
 *       name: "shop.acme.example",
 *       data: { type: "TXT", text: ["v=spf1 ip4:", { address: "tx1" }, " -all"] },
 *       ttl: 3600,
 *       publisher: {
 *         by: "cloudflare",
 *         zone: "acme.example",
 *         zoneId: "0c1d2e3f405162738495a6b7c8d9eaf0",
 *       },
 *       why: "who may send as shop.acme.example",
 *       path: "shop:spf",
 *     },
 *   ],
 *   publicIps: { tx1: "203.0.113.25" },
 * });
 * ```
 */
export class DnsRecords extends pulumi.ComponentResource {
  /** The records by their plan key. */
  readonly records: Readonly<Record<string, DnsRecord>>;

  constructor(name: string, args: DnsRecordsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sendips:components:DnsRecords", name, {}, opts);
    const records: Record<string, DnsRecord> = {};
    const ours = args.records.filter(({ publisher }) => publisher.by === "cloudflare");
    const stands = standsHook(`${name}-record-stands`);
    const logicalName = (key: string) => `${name}-${key}`;
    const { predecessors, overAlias } = successions(ours, args.deployed ?? [], logicalName);
    const overAliases = overAliasHook(`${name}-over-alias`, [...overAlias.values()]);
    const first = new Set(ours.flatMap(({ after }) => after ?? []));
    // `after` names a record earlier in the plan, so what it needs is there already.
    for (const record of ours) {
      const before = (record.after ?? []).flatMap((key) => records[key] ?? []);
      const left = args.leaves === undefined ? record.leaves : args.leaves.get(record.key);
      const predecessor = predecessors.get(record.key);
      const opts = {
        parent: this,
        aliases: [ALONE, ...(predecessor === undefined ? [] : [{ name: predecessor }])],
        hooks: {
          onError: [stands],
          ...(overAlias.has(record.key) ? { beforeCreate: [overAliases] } : {}),
          beforeDelete: args.keeper === undefined ? [] : [args.keeper.beforeDelete],
        },
        ...(before.length === 0 ? {} : { dependsOn: before }),
        // Moved to another zone it is replaced, and must be gone before its name is taken.
        deleteBeforeReplace: first.has(record.key) || predecessor !== undefined,
        // What others use stays in DNS, brought back to what it is without us by the hook before the deletion.
        retainOnDelete: left !== undefined,
      };
      records[record.key] = publish(
        logicalName(record.key),
        record,
        args.publicIps,
        opts,
        args.keeper,
        args.adoptions?.get(record.key),
        left,
      );
    }
    this.records = records;
    this.registerOutputs();
  }
}

/**
 * One record in Cloudflare.
 *
 * - The name is always sent as lower-case FQDN without a trailing dot: other spellings drift.
 * - TXT is sent quoted and in chunks: the API re-chunks anything else and plans then drift for ever
 *   (terraform-provider-cloudflare #6238, #6354).
 * - `proxied` is false: a proxied mail name resolves to Cloudflare instead of the address.
 *
 * @throws when the record's publisher is not Cloudflare: a fault of the caller.
 */
export function publish(
  name: string,
  record: PlannedRecord,
  publicIps: PublicIps,
  opts: pulumi.CustomResourceOptions,
  keeper?: Keeper,
  adoption?: Adoption,
  leaves?: string,
): DnsRecord {
  if (record.publisher.by !== "cloudflare") {
    throw new Error(`record ${record.key} is not for Cloudflare`);
  }
  const { data } = record;
  const { zoneId } = record.publisher;
  const known = (render: (resolve: Resolve) => string) => whenKnown(record, publicIps, render);
  const content = data.type === "CAA" ? undefined : known((resolve) => contentOf(record, resolve));
  const made = new DnsRecord(
    name,
    {
      zoneId,
      name:
        typeof record.name === "string"
          ? record.name
          : known((resolve) => renderOwner(record, resolve)),
      type: data.type,
      ttl: record.ttl,
      proxied: false,
      ...(data.type === "CAA"
        ? { data: { flags: data.flags, tag: data.tag, value: data.value } }
        : {}),
      ...(content === undefined ? {} : { content }),
      ...(data.type === "MX" ? { priority: data.preference } : {}),
      ...(adoption === undefined || content === undefined
        ? {}
        : adopted(adoption, record, content)),
    },
    {
      ...opts,
      // Written by people, for people.
      ignoreChanges: ["comment", "tags"],
      ...(adoption === undefined ? {} : { import: `${zoneId}/${adoption.id}` }),
    },
  );
  // In another zone, or of another type, it is another record, and the old one may go.
  keeper?.keeps(TYPES.dnsRecord, name, made, { identity: { zoneId, type: data.type } });
  if (typeof record.name === "string") {
    const left = leaves === undefined ? {} : { leaves };
    keeper?.names({
      ...{ zoneId, name: record.name, type: data.type, logicalName: name },
      ...left,
    });
  }
  return made;
}

/**
 * Inputs of a record that is taken over. The engine imports what is equal to its inputs, and nothing else: so
 * the record is changed in place first, and a preview, which changes nothing, shows it as it stands.
 */
function adopted(
  adoption: Adoption,
  { data, ttl }: PlannedRecord,
  content: pulumi.Input<string>,
): { content: pulumi.Input<string>; ttl: number; proxied: boolean } {
  const { standing } = adoption;
  if (pulumi.runtime.isDryRun()) {
    return { content: standing.content, ttl: standing.ttl, proxied: standing.proxied };
  }
  const priority = data.type === "MX" ? { priority: data.preference } : {};
  const changed = pulumi.output(content).apply(async (text) => {
    await takeOver(adoption, { type: data.type, content: text, ttl, ...priority });
    return text;
  });
  return { content: changed, ttl, proxied: false };
}

/** The value as Cloudflare's `content` has it. */
function contentOf(record: PlannedRecord, resolve: Resolve): string {
  const { data } = record;
  switch (data.type) {
    case "A":
      return renderData(record, resolve);
    case "PTR":
      return data.host;
    case "CNAME":
      return data.target;
    case "MX":
      // A null MX (RFC 7505): the root is written as a dot.
      return data.exchange === "" ? "." : data.exchange;
    case "CAA":
      throw new Error("CAA goes to Cloudflare as data, not as content");
    case "TXT":
      return quoteTxt(renderText(data.text, resolve));
  }
}

/** Renders once the addresses that the record needs are known; at once when it needs none. */
function whenKnown(
  record: PlannedRecord,
  publicIps: PublicIps,
  render: (resolve: Resolve) => string,
): pulumi.Input<string> {
  const needed = referencesOf(record).map((key) => {
    const ip = publicIps[key];
    if (ip === undefined) throw new Error(`record ${record.key} needs address ${key}`);
    return [key, ip] as const;
  });
  const resolveWith =
    (known: Readonly<Record<string, string>>): Resolve =>
    (ref) => {
      if ("dkimKey" in ref) {
        throw new Error(
          `the key of DKIM selector ${ref.dkimKey} is not known: it was not decrypted`,
        );
      }
      return known[ref.address] ?? "";
    };
  if (needed.length === 0) return render(resolveWith({}));
  return pulumi.output(Object.fromEntries(needed)).apply((known) => render(resolveWith(known)));
}

/**
 * Cloudflare refuses what stands already: an identical record (81058), a second one where there may be
 * one (81057), a CNAME beside another record (81053).
 */
const STANDS = /8105[378]|identical record already exists|record with that host already exists/i;

/**
 * A hook that says what to do where Cloudflare refuses a record because it stands already: a run that was
 * cut short, or a state that was lost, leaves records that no state knows.
 *
 * @param name unique among the program's hooks, and the same in every run.
 */
export function standsHook(name: string): pulumi.ErrorHook {
  return new pulumi.ErrorHook(name, async ({ failedOperation, errors, newInputs, ...record }) => {
    const [latest = ""] = errors;
    if (failedOperation !== "create" || !STANDS.test(latest)) return false;
    const [zone, owner, type] = [newInputs?.["zoneId"], newInputs?.["name"], newInputs?.["type"]];
    const stack = pulumi.getStack();
    await pulumi.log.error(
      `${stack}: ${record.name}: a record of ${owner} (${type}) stands in the zone ${zone} already, and no state knows it\n` +
        `  if it is this one, take it into the state by its RECORD_ID, as GET /zones/${zone}/dns_records?name=${owner}&type=${type} has it: pulumi import ${TYPES.dnsRecord} ${record.name} ${zone}/RECORD_ID --stack ${stack} --yes --generate-code=false`,
    );
    return false;
  });
}

/** What Cloudflare says of a zone. */
export interface ZoneFacts {
  name: string;
  /** The zone's own name servers, asked before a PTR is set. */
  nameServers: string[];
}

/** Looks a zone up. Fails when the token may not see it; the error is the provider's. */
export async function zoneFacts(zoneId: string, opts?: pulumi.InvokeOptions): Promise<ZoneFacts> {
  const zone = await getZone({ zoneId }, opts);
  return { name: zone.name, nameServers: zone.nameServers };
}
