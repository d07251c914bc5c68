/** The records of a plan that we publish. */
import type { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import * as pulumi from "@pulumi/pulumi";
import type { Adoption } from "../core/guards/adoption.ts";
import { successions } from "../core/guards/successors.ts";
import { toCloudflare } from "../core/publishers/cloudflare-value.ts";
import type { StateRecord } from "../core/state/resources.ts";
import {
  type PlannedRecord,
  type Resolve,
  referencesOf,
  renderData,
  renderOwner,
} from "../core/tenant/record.ts";
import { publish, type RecordArgs } from "./dns-record.ts";
import { programHooks } from "./hooks/program-hooks.ts";
import { ALONE, withFormerType } from "./identity.ts";

/** The public IPv4 of each address, by key. */
export type PublicIps = Readonly<Record<string, pulumi.Input<string>>>;

/** Arguments of {@link DnsRecords}. */
export interface DnsRecordsArgs {
  /** The records to publish; those of other publishers than Cloudflare are left out. */
  records: readonly PlannedRecord[];
  /**
   * What the references in the records stand for.
   * @default nothing: the records refer to no address
   */
  publicIps?: PublicIps;
  /**
   * The tenant whose records they are: they stay as long as its addresses are deployed.
   * @default none: they stay as long as any address of the stack is left out and not released
   */
  tenant?: string;
}

/** What a program looked at before it registers records, apart from what it wants. */
export interface RecordsContext {
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
  /**
   * Whether names get back what stood there when their records go.
   * @default true
   */
  restores?: boolean;
}

/**
 * The records of a plan that we publish.
 *
 * @example
 * ```ts
 * import { DnsRecords } from "sendips";
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

  constructor(
    name: string,
    args: DnsRecordsArgs,
    opts?: pulumi.ComponentResourceOptions,
    context: RecordsContext = {},
  ) {
    const { publicIps = {}, tenant } = args;
    const ours = args.records.filter(({ publisher }) => publisher.by === "cloudflare");
    const summary = Object.fromEntries(ours.map(({ key, data }) => [key, data.type]));
    super(
      "sendips:index:DnsRecords",
      name,
      { records: summary },
      withFormerType("DnsRecords", opts),
    );
    const hooks = programHooks();
    hooks.deployedStack();
    hooks.answerForFormer(name);
    if (context.restores === false) hooks.keeper.restoresNothing(this);
    const logicalName = (key: string) => `${name}-${key}`;
    const { predecessors, overAlias } = successions(ours, context.deployed ?? [], logicalName);
    hooks.aliases.add([...overAlias.values()]);
    const first = new Set(ours.flatMap(({ after }) => after ?? []));
    const records: Record<string, DnsRecord> = {};
    // `after` names a record earlier in the plan, so what it needs is there already.
    for (const record of ours) {
      const before = (record.after ?? []).flatMap((key) => records[key] ?? []);
      const { leaves } = context;
      const left = leaves === undefined ? record.leaves : leaves.get(record.key);
      const predecessor = predecessors.get(record.key);
      records[record.key] = publish(
        logicalName(record.key),
        recordArgs(record, publicIps),
        {
          parent: this,
          aliases: [ALONE, ...(predecessor === undefined ? [] : [{ name: predecessor }])],
          hooks: {
            onError: [hooks.recordStands],
            ...(overAlias.has(record.key) ? { beforeCreate: [hooks.overAlias] } : {}),
            beforeDelete: [hooks.keep],
          },
          ...(before.length === 0 ? {} : { dependsOn: before }),
          // Moved to another zone it is replaced, and must be gone before its name is taken.
          deleteBeforeReplace: first.has(record.key) || predecessor !== undefined,
          // What others use stays in DNS, brought back to what it is without us by the hook before the deletion.
          retainOnDelete: left !== undefined,
        },
        {
          registered: { component: this, ...(tenant === undefined ? {} : { tenant }) },
          adoption: context.adoptions?.get(record.key),
          leaves: left,
        },
      );
    }
    this.records = records;
    this.registerOutputs({ records: summary });
  }
}

/**
 * A planned record as Cloudflare has it.
 *
 * @throws when the record's publisher is not Cloudflare: a fault of the caller.
 */
function recordArgs(record: PlannedRecord, publicIps: PublicIps): RecordArgs {
  if (record.publisher.by !== "cloudflare") {
    throw new Error(`record ${record.key} is not for Cloudflare`);
  }
  const { data, ttl, publisher } = record;
  const known = (render: (resolve: Resolve) => string) =>
    renderOnceKnown(record, publicIps, render);
  // Whether it is content or data, and its priority, depends on no address.
  const form = toCloudflare(data, "");
  const content = known((resolve) => {
    const made = toCloudflare(data, renderData(record, resolve));
    return "content" in made ? made.content : "";
  });
  return {
    ...{ zoneId: publisher.zoneId, type: data.type, ttl },
    name:
      typeof record.name === "string"
        ? record.name
        : known((resolve) => renderOwner(record, resolve)),
    ...("data" in form ? { data: form.data } : { content }),
    ...("priority" in form && form.priority !== undefined ? { priority: form.priority } : {}),
  };
}

/** Renders once the addresses that the record needs are known; at once when it needs none. */
function renderOnceKnown(
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
