/** A tenant: its addresses and its records, composed from the plan. */
import * as pulumi from "@pulumi/pulumi";
import type { Adoption } from "../core/guards/standing.ts";
import type { Deployed } from "../core/state/deployed.ts";
import type { Plan } from "../core/tenant/plan.ts";
import { hostRecordKey, type PlannedRecord } from "../core/tenant/record.ts";
import { DnsRecords } from "./dns-records.ts";
import { Keeper } from "./keep.ts";
import { releaseHook } from "./release.ts";
import type { ResolvesOptions } from "./resolves.ts";
import { SendingIp } from "./sending-ip.ts";

/** Arguments of {@link Tenant}. */
export interface TenantArgs {
  plan: Plan;
  /** The network interface that carries each private IP of the mail host. */
  privateIps: Readonly<Record<string, string>>;
  /**
   * What is deployed of the stack, where the program has read it already.
   * @default it is read from the stack's state
   */
  deployed?: Deployed;
  /**
   * Records that stand in our zones already and are taken over in place, by their key.
   * @default none
   */
  adoptions?: ReadonlyMap<string, Adoption>;
  /**
   * What stays at a name when its record goes, by the record's key.
   * @default what the plan's records say themselves
   */
  leaves?: ReadonlyMap<string, string>;
  /**
   * What becomes of names that others use when their records go, see `sendips:tenant.existing.whenGone`.
   * @default "restore"
   */
  whenGone?: "restore" | "remove";
  /** How a deployment asks DNS whether the A records resolve. */
  resolves?: ResolvesOptions;
  /**
   * Whether to set the PTRs, each once its A record resolves.
   * @default where we publish the A record: EC2 refuses a PTR before it stands.
   */
  reverseNames?: boolean;
}

/**
 * Everything of a tenant's plan, deployed.
 *
 * @example
 * ```ts
 * import { Tenant } from "./components/tenant.ts";
 * import { readConfig } from "./core/config/config.ts";
 * import { plan } from "./core/tenant/plan.ts";
 *
 * const read = readConfig({
 *   stack: "clinic",
 *   values: {
 *     zones: { "acme.example": { cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" } },
 *     tenant: {
 *       domain: "acme.example",
 *       hostNames: "mail.acme.example",
 *       mailHost: { networkInterface: "eni-0123456789abcdef0" },
 *       addresses: { tx1: { privateIp: "10.0.1.13" } },
 *       streams: { transactional: { from: "tx.acme.example", addresses: ["tx1"] } },
 *     },
 *   },
 * });
 * if (!("stack" in read) || read.stack.kind !== "tenant") throw new Error("no tenant");
 * const planned = plan(read.stack);
 * if (!("plan" in planned)) throw new Error("the config holds errors");
 * const clinic = new Tenant("clinic", {
 *   plan: planned.plan,
 *   privateIps: { "10.0.1.13": "eni-0123456789abcdef0" },
 *   resolves: { servers: ["192.0.2.53"] },
 * });
 * export const address = clinic.addresses["tx1"]?.publicIp;
 * ```
 */
export class Tenant extends pulumi.ComponentResource {
  /** The addresses by key. */
  readonly addresses: Readonly<Record<string, SendingIp>>;
  readonly records: DnsRecords;

  constructor(name: string, args: TenantArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sendips:components:Tenant", name, {}, opts);
    const { plan } = args;
    const release = releaseHook(`${name}-release`, { parent: this });
    const keeper = new Keeper(name, plan.stack, args.deployed, { parent: this });
    keeper.wantsNoOthers();
    if (args.whenGone === "remove") keeper.restoresNothing();
    const addresses: Record<string, SendingIp> = {};
    for (const address of plan.addresses) {
      const record = hostRecord(plan, address.key);
      addresses[address.key] = new SendingIp(
        `${name}-${address.key}`,
        {
          tenant: plan.stack,
          address,
          record,
          networkInterfaceId: args.privateIps[address.privateIp] ?? "",
          reverseName: args.reverseNames ?? record.publisher.by === "cloudflare",
          releaseHook: release,
          keeper,
          ...adoptionOf(args.adoptions, record.key),
          ...(args.resolves === undefined ? {} : { resolves: args.resolves }),
        },
        { parent: this },
      );
    }
    this.addresses = addresses;
    const publicIps = Object.fromEntries(
      Object.entries(addresses).map(([key, { publicIp }]) => [key, publicIp]),
    );
    // Each address's own A record is part of its SendingIp.
    const own = new Set(plan.addresses.map(({ key }) => hostRecordKey(key)));
    this.records = new DnsRecords(
      name,
      {
        ...{ records: plan.records.filter(({ key }) => !own.has(key)), publicIps, keeper },
        ...(args.deployed === undefined ? {} : { deployed: args.deployed.records }),
        ...(args.adoptions === undefined ? {} : { adoptions: args.adoptions }),
        ...(args.leaves === undefined ? {} : { leaves: args.leaves }),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}

function adoptionOf(adoptions: TenantArgs["adoptions"], key: string): { adoption?: Adoption } {
  const adoption = adoptions?.get(key);
  return adoption === undefined ? {} : { adoption };
}

function hostRecord(plan: Plan, address: string): PlannedRecord {
  const record = plan.records.find(({ key }) => key === hostRecordKey(address));
  if (record === undefined) throw new Error(`the plan holds no A record of address ${address}`);
  return record;
}
