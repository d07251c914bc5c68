/** A tenant: its addresses and its records, composed from the plan. */
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { withAcceptances } from "../core/acceptance.ts";
import { readConfig } from "../core/config/config.ts";
import type { OperatorConfig, operatorSchema, tenantSchema } from "../core/config/schema.ts";
import type { AddressAdoption } from "../core/guards/address-adoption.ts";
import type { Adoption } from "../core/guards/adoption.ts";
import { checkTakenIps } from "../core/host/private-ips.ts";
import type { Problem } from "../core/problem.ts";
import type { DeployedStack } from "../core/state/deployed-stack.ts";
import { takenPrivateIps } from "../core/tenant/address/private-ips.ts";
import { setsReverseName } from "../core/tenant/address/records.ts";
import { type Plan, plan } from "../core/tenant/plan.ts";
import { hostRecordKey, type PlannedRecord } from "../core/tenant/record.ts";
import { today } from "./clock.ts";
import { DnsRecords } from "./dns-records.ts";
import { report } from "./engine.ts";
import { programHooks } from "./hooks/program-hooks.ts";
import { withFormerType } from "./identity.ts";
import type { PrivateIpInputs } from "./mail-host.ts";
import { type ResolvesArgs, retirementArgs, SendingIp } from "./sending-ip.ts";
import type { WaitsArgs } from "./waits.ts";

/** Arguments of {@link Tenant}. */
export interface TenantArgs {
  /**
   * The tenant as a person writes it in a stack file under `sendips:tenant`, with the public halves of its DKIM
   * keys. Plain values: the records are planned before anything is registered.
   */
  config: z.input<typeof tenantSchema>;
  /** The operator's values as `Pulumi.yaml` has them under `sendips:`, at least `zones`. */
  operator: z.input<typeof operatorSchema>;
  /**
   * The network interface that carries each private IP: `privateIps` of a `MailHost`, or what
   * `MailHost.fromNetworkInterface` and `MailHost.fromStack` look up.
   */
  privateIps: PrivateIpInputs;
}

/** What a program looked at before it registers a tenant, apart from what it wants. */
export interface TenantContext {
  /** What is deployed of the stack. */
  deployed?: DeployedStack;
  /** Records that stand in our zones already and are taken over in place, by their key. */
  adoptions?: ReadonlyMap<string, Adoption>;
  /** What is taken over of addresses that stand in EC2 already, by their keys. */
  addressAdoptions?: ReadonlyMap<string, AddressAdoption>;
  /** What stays at a name when its record goes, by the record's key. */
  leaves?: ReadonlyMap<string, string>;
}

/** A tenant that is planned already. */
export interface PlannedTenantArgs {
  plan: Plan;
  privateIps: PrivateIpInputs;
  /** As {@link SendingIpArgs.reverseName}, of each address by its key. */
  reverseNames?: (key: string) => boolean;
  resolves?: ResolvesArgs;
  waits?: WaitsArgs;
  /**
   * Whether names that others use get back what stood there when their records go, see
   * `sendips:tenant.existing.whenGone`.
   * @default true
   */
  restores?: boolean;
}

/**
 * Everything of a tenant, deployed: each address with its names, bound to the mail host, and every record that is
 * ours to publish.
 *
 * @example
 * ```ts
 * import { MailHost, Tenant } from "sendips";
 *
 * const clinic = new Tenant("clinic", {
 *   config: {
 *     domain: "acme.example",
 *     hostNames: "mail.acme.example",
 *     mailHost: { networkInterface: "eni-0123456789abcdef0" },
 *     addresses: { tx1: { privateIp: "10.0.1.13" } },
 *     streams: { transactional: { from: "tx.acme.example", addresses: ["tx1"] } },
 *   },
 *   operator: {
 *     zones: { "acme.example": { cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" } },
 *     dns: { servers: ["192.0.2.53"] },
 *   },
 *   privateIps: MailHost.fromNetworkInterface("eni-0123456789abcdef0"),
 * });
 * export const address = clinic.addresses["tx1"]?.publicIp;
 * ```
 */
export class Tenant extends pulumi.ComponentResource {
  /** The addresses by key. */
  readonly addresses: Readonly<Record<string, SendingIp>>;
  readonly records: DnsRecords;

  /**
   * @throws RunError with everything that is wrong with the config, before anything is registered.
   */
  constructor(
    name: string,
    args: TenantArgs | PlannedTenantArgs,
    opts?: pulumi.ComponentResourceOptions,
    context: TenantContext = {},
  ) {
    const planned = "plan" in args ? args : planFromConfig(name, args);
    const { plan } = planned;
    const summary = {
      domain: plan.domain,
      addresses: Object.fromEntries(
        plan.addresses.map(({ key, hostName, privateIp }) => [key, { hostName, privateIp }]),
      ),
    };
    const networkInterfaces = networkInterfacesOf(plan, planned.privateIps);
    super("sendips:index:Tenant", name, summary, withFormerType("Tenant", opts));
    const hooks = programHooks();
    hooks.deployedStack(context.deployed);
    hooks.answerForFormer(name);
    const addresses: Record<string, SendingIp> = {};
    for (const address of plan.addresses) {
      const { key, hostName, privateIp, publicIpv4Pool, recover, retirement } = address;
      const { publisher, ttl, key: recordKey } = hostRecord(plan, key);
      const held = context.deployed?.addresses.find((one) => one.key === key);
      const { reverseNames, resolves, waits } = planned;
      addresses[key] = new SendingIp(
        `${name}-${key}`,
        {
          ...{ tenant: plan.stack, key, hostName, privateIp, ttl },
          ...(retirement === undefined ? {} : retirementArgs(retirement)),
          networkInterfaceId: networkInterfaces[key] ?? "",
          ...(publisher.by === "cloudflare" ? { zoneId: publisher.zoneId } : {}),
          ...(publicIpv4Pool === undefined ? {} : { publicIpv4Pool }),
          ...(recover === undefined ? {} : { recover }),
          ...(reverseNames === undefined ? {} : { reverseName: reverseNames(key) }),
          ...(resolves === undefined ? {} : { resolves }),
          ...(waits === undefined ? {} : { waits }),
        },
        { parent: this },
        {
          adoption: context.adoptions?.get(recordKey),
          standing: context.addressAdoptions?.get(key),
          held,
        },
      );
    }
    this.addresses = addresses;
    const publicIps = Object.fromEntries(
      Object.entries(addresses).map(([key, { publicIp }]) => [key, publicIp]),
    );
    // Each address's own A record is part of its SendingIp.
    const own = new Set(plan.addresses.map(({ key }) => hostRecordKey(key)));
    const { adoptions, leaves, deployed } = context;
    this.records = new DnsRecords(
      name,
      {
        records: plan.records.filter(({ key }) => !own.has(key)),
        ...{ publicIps, tenant: plan.stack },
      },
      { parent: this },
      {
        restores: planned.restores !== false,
        ...(deployed === undefined ? {} : { deployed: deployed.records }),
        ...(adoptions === undefined ? {} : { adoptions }),
        ...(leaves === undefined ? {} : { leaves }),
      },
    );
    this.registerOutputs({
      domain: plan.domain,
      addresses: Object.fromEntries(
        Object.entries(addresses).map(([key, { publicIp, allocationId, hostName }]) => [
          key,
          { publicIp, allocationId, hostName },
        ]),
      ),
    });
  }
}

/** Plans a tenant from its config, as the command line and the program do. */
function planFromConfig(
  name: string,
  { config, operator, privateIps }: TenantArgs,
): PlannedTenantArgs {
  const read = readConfig({ stack: name, values: { ...operator, tenant: config } });
  const stack = "stack" in read && read.stack.kind === "tenant" ? read.stack : undefined;
  const planned = stack === undefined ? { problems: [] } : plan(stack);
  const problems = [...read.problems, ...planned.problems, ...screensNot(name, operator.screen)];
  const accepting = { name, ...(stack === undefined ? {} : { stack }) };
  report(withAcceptances(problems, [accepting], { today: today(), sources: ["plan"] }));
  if (stack === undefined || !("plan" in planned)) {
    throw new Error(`the config of tenant ${name} gives no plan and no reason`);
  }
  return {
    ...{ plan: planned.plan, privateIps },
    reverseNames: (key) => setsReverseName(key, stack.tenant, stack.operator.zones),
    ...waitsOf(stack.operator),
    restores: stack.tenant.existing.whenGone === "restore",
  };
}

/** A component registers its addresses before EC2 has said which they are. */
function screensNot(stack: string, screen: unknown): Problem[] {
  if (screen === undefined) return [];
  return [
    {
      stack,
      code: "screen-needs-program",
      level: "error",
      path: "sendips:screen",
      message: "is what the program of a stack does, and a component does not",
      fix: 'leave it out; or deploy the tenant as a stack of its own, whose index.ts is `export { default } from "sendips/program"`',
    },
  ];
}

/** Whom a tenant's deployment asks whether its A records resolve, and how long it waits for what. */
export function waitsOf({
  dns,
  waits,
}: OperatorConfig): Required<Pick<PlannedTenantArgs, "resolves" | "waits">> {
  const { dns: seconds, ...others } = waits;
  return { resolves: { ...dns, timeout: seconds * 1_000 }, waits: others };
}

/**
 * The network interface of each address, by the address's key.
 *
 * @throws where the mail host is known to lack a private IP: EC2 would find it out once the address is allocated.
 */
function networkInterfacesOf(
  { stack, addresses }: Plan,
  privateIps: PrivateIpInputs,
): Record<string, pulumi.Input<string>> {
  const taken = takenPrivateIps({
    addresses: Object.fromEntries(addresses.map((address) => [address.key, address])),
  });
  const refuseMissing = (known: Readonly<Record<string, unknown>>) =>
    report(checkTakenIps(taken, Object.keys(known)).map((finding) => ({ ...finding, stack })));
  if (isPlain(privateIps)) {
    refuseMissing(privateIps);
    return Object.fromEntries(
      addresses.map(({ key, privateIp }) => [key, privateIps[privateIp] ?? ""]),
    );
  }
  const known = pulumi.output(privateIps).apply((all) => {
    refuseMissing(all);
    return all;
  });
  return Object.fromEntries(
    addresses.map(({ key, privateIp }) => [key, known.apply((all) => all[privateIp] ?? "")]),
  );
}

function isPlain(
  privateIps: PrivateIpInputs,
): privateIps is Readonly<Record<string, pulumi.Input<string>>> {
  return !pulumi.Output.isInstance(privateIps) && !(privateIps instanceof Promise);
}

function hostRecord({ records }: Plan, address: string): PlannedRecord {
  const record = records.find(({ key }) => key === hostRecordKey(address));
  if (record === undefined) throw new Error(`the plan holds no A record of address ${address}`);
  return record;
}
