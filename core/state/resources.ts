/**
 * The resources of a stack's own state: what the last deployment really left, whether it ended well or
 * not. The engine hands them over by URN (`pulumi:pulumi:readStackResourceOutputs`), without ids.
 */
import { z } from "zod";
import { isMap } from "../maps.ts";
import type { Finding } from "../problem.ts";
import { type DeployedRetirement, wayOutOf } from "../retirement.ts";
import { deployedRetirement } from "./retirement.ts";
import { isReleased, readTags, type Tags } from "./tags.ts";

/** Types by their token, as a URN ends in them. */
export const TYPES = {
  stack: "pulumi:pulumi:Stack",
  sendingIp: "sendips:index:SendingIp",
  tenant: "sendips:index:Tenant",
  mailHost: "sendips:index:MailHost",
  eip: "aws:ec2/eip:Eip",
  eipDomainName: "aws:ec2/eipDomainName:EipDomainName",
  eipAssociation: "aws:ec2/eipAssociation:EipAssociation",
  dnsRecord: "cloudflare:index/dnsRecord:DnsRecord",
  /** Says of a key that its address was screened, see `screenName`. */
  stash: "pulumi:index:Stash",
  securityGroup: "aws:ec2/securityGroup:SecurityGroup",
  instance: "aws:ec2/instance:Instance",
  networkInterfaceAttachment: "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment",
  networkInterface: "aws:ec2/networkInterface:NetworkInterface",
  /** Holds what only programs read of a deployment, see `StackOutputs`. */
  deployment: "sendips:program:Deployment",
} as const;

/** The types of components as sendips up to 0.1 wrote them, by today's. */
const FORMER_TYPES: Readonly<Record<string, string>> = {
  "sendips:components:SendingIp": TYPES.sendingIp,
  "sendips:components:Tenant": TYPES.tenant,
  "sendips:components:MailHost": TYPES.mailHost,
};

/** An Elastic IP in the state. */
export interface StateAddress {
  urn: string;
  /** Its logical name: `acme-tx1`. */
  name: string;
  /** Its name for ever in the config; undefined when neither its name nor its tags tell. */
  key: string | undefined;
  allocationId: string;
  publicIp: string;
  /** The AWS account and Region that it is in. */
  account: string;
  region: string;
  publicIpv4Pool: string;
  tags: Tags;
  /**
   * Present once it has been deployed that the address leaves: its tag says so, and its component, whose outputs no
   * refresh writes. A tag that came into the state from EC2 alone is no deployment.
   */
  retirement?: DeployedRetirement;
  /** Its A record, where that is in the state. */
  hostRecordUrn?: string;
  /** Its PTR, where that is in the state. */
  reverseNameUrn?: string;
  /** The text of its PTR, as the state has it: one that was taken over ends in a dot. */
  reverseName?: string;
  /** Where it is bound, as the state has it. */
  bound?: { privateIp: string; networkInterfaceId: string };
}

/** What a component remembers of an address, also when a refresh dropped the address itself. */
export interface RememberedAddress {
  key: string;
  /** Absent where only the outputs of sendips up to 0.1 remember it: then the stack holds one tenant. */
  tenant?: string;
  publicIp: string;
  account?: string;
  region?: string;
  /** Whether its way out had been deployed. */
  release?: boolean;
}

/** A network interface in the state. */
export interface StateInterface {
  /** Its logical name: `mx-1-eth0`. */
  name: string;
  key: string;
  /** The private IP that EC2 cannot take away. */
  primary: string;
  subnet: string;
  release: boolean;
}

/** A record in Cloudflare in the state. */
export interface StateRecord {
  /** Its logical name: `acme-spf`. */
  logicalName: string;
  /** Its key in the plan; undefined where its logical name tells none. */
  key?: string;
  zoneId: string;
  /** The name that it stands at, as the state has it. */
  name: string;
  type: string;
  /** As Cloudflare has it, a TXT in quotes; absent for a record that is held as data, CAA. */
  content?: string;
}

/** What of ours a stack's state holds. */
export interface StateResources {
  addresses: StateAddress[];
  records: StateRecord[];
  remembered: RememberedAddress[];
  /** Keys of Elastic IPs of which the state holds the id alone: they were allocated, and could not be read then. */
  unread: string[];
  /** Keys whose address was screened before it was taken. */
  screened: string[];
  /** The names of the tenants and mail hosts, which a stack's program names after the stack. */
  components: string[];
  networkInterfaces: StateInterface[];
  /** The stack's own outputs. */
  outputs: unknown;
  /** Those of the component that holds the rest; undefined where there is none. */
  details: unknown;
}

const tags = z
  .record(z.string(), z.string())
  .nullish()
  .transform((read): Tags => read ?? {});

const eip = z.object({
  allocationId: z.string(),
  publicIp: z.string(),
  arn: z.string(),
  publicIpv4Pool: z.string().default(""),
  tags,
});
const onAddress = z.object({ allocationId: z.string() });
const association = onAddress.extend({
  privateIpAddress: z.string().default(""),
  networkInterfaceId: z.string().default(""),
});
const reverseName = onAddress.extend({ domainName: z.string().default("") });
const dnsRecord = z
  .object({
    zoneId: z.string(),
    name: z.string(),
    type: z.string(),
    content: z.string().nullish(),
  })
  .transform(({ content, ...rest }) => (typeof content === "string" ? { ...rest, content } : rest));
const networkInterface = z.object({ privateIp: z.string(), subnetId: z.string(), tags });
const sendingIp = z.object({
  key: z.string().optional(),
  tenant: z.string().optional(),
  publicIp: z.string(),
  arn: z.string().optional(),
  release: z.boolean().default(false),
  retain: z.boolean().default(false),
  since: z.string().optional(),
  mayGoFrom: z.string().optional(),
});

/**
 * Reads the resources of a stack's state. A resource of ours that cannot be read is an error of its own
 * and hides none of the others. Never throws.
 *
 * @param stack the stack's short name: logical names of our resources begin with it.
 * @param byUrn the engine's answer, `{ <urn>: { type, outputs } }`; nothing is taken for granted.
 */
export function readResources(
  stack: string,
  byUrn: unknown,
): { resources: StateResources; findings: Finding[] } {
  const resources: StateResources = {
    ...{
      addresses: [],
      records: [],
      remembered: [],
      networkInterfaces: [],
      unread: [],
      screened: [],
      components: [],
    },
    ...{ outputs: undefined, details: undefined },
  };
  const findings: Finding[] = [];
  const all = isMap(byUrn) ? Object.entries(byUrn) : [];
  if (!isMap(byUrn) && byUrn !== undefined) findings.push(unreadableResource("all of it"));
  const read = <T>(schema: z.ZodType<T>, type: string): [string, T][] =>
    all.flatMap(([urn, resource]): [string, T][] => {
      if (typeOf(urn) !== type) return [];
      const key = keyOf(nameOf(urn), stack);
      if (type === TYPES.eip && key !== undefined && isUnread(resource)) {
        resources.unread.push(key);
        return [];
      }
      const parsed = schema.safeParse(isMap(resource) ? resource["outputs"] : undefined);
      if (parsed.success) return [[urn, parsed.data]];
      findings.push(unreadableResource(`${type} ${nameOf(urn)}`));
      return [];
    });

  const bound = new Map(
    read(association, TYPES.eipAssociation).map(([, it]) => [it.allocationId, it]),
  );
  const named = new Map(
    read(reverseName, TYPES.eipDomainName).map(([urn, it]) => [it.allocationId, { urn, ...it }]),
  );
  // A component registers its outputs once its address is there: before that it remembers none.
  const components = new Map(
    all.flatMap(([urn, resource]) => {
      if (typeOf(urn) !== TYPES.sendingIp || !isMap(resource)) return [];
      const { success, data } = sendingIp.safeParse(resource["outputs"]);
      return success ? [[nameOf(urn), data] as const] : [];
    }),
  );
  const records = new Map(
    all.flatMap(([urn]) => (typeOf(urn) === TYPES.dnsRecord ? [[nameOf(urn), urn] as const] : [])),
  );
  for (const [urn, it] of read(dnsRecord, TYPES.dnsRecord)) {
    const logicalName = nameOf(urn);
    const key = keyOf(logicalName, stack);
    resources.records.push({ logicalName, ...(key === undefined ? {} : { key }), ...it });
  }
  for (const [urn, it] of read(eip, TYPES.eip)) {
    const name = nameOf(urn);
    const hostRecordUrn = records.get(`${name}-a`);
    const ptr = named.get(it.allocationId);
    const binding = bound.get(it.allocationId);
    const retirement = deployedRetirement(it.tags, components.get(name));
    resources.addresses.push({
      ...{ urn, name, key: keyOf(name, stack) ?? readTags(it.tags).address },
      ...{ allocationId: it.allocationId, publicIp: it.publicIp, tags: it.tags },
      ...placeOf(it.arn),
      publicIpv4Pool: it.publicIpv4Pool,
      ...(retirement === undefined ? {} : { retirement }),
      ...(hostRecordUrn === undefined ? {} : { hostRecordUrn }),
      ...(ptr === undefined ? {} : { reverseNameUrn: ptr.urn, reverseName: ptr.domainName }),
      ...(binding === undefined
        ? {}
        : {
            bound: {
              privateIp: binding.privateIpAddress,
              networkInterfaceId: binding.networkInterfaceId,
            },
          }),
    });
  }
  for (const [name, component] of components) {
    const { publicIp, arn, tenant, key = keyOf(name, stack) } = component;
    const release = wayOutOf(component) !== undefined;
    if (key === undefined) continue;
    resources.remembered.push({
      ...{ key, publicIp },
      ...(release ? { release } : {}),
      ...(tenant === undefined ? {} : { tenant }),
      ...(arn === undefined ? {} : placeOf(arn)),
    });
  }
  for (const [urn, it] of read(networkInterface, TYPES.networkInterface)) {
    const name = nameOf(urn);
    resources.networkInterfaces.push({
      ...{ name, key: keyOf(name, stack) ?? name },
      ...{ primary: it.privateIp, subnet: it.subnetId, release: isReleased(it.tags) },
    });
  }
  for (const [urn, resource] of all) {
    if (!isMap(resource)) continue;
    const screened = screenedKey(urn, stack);
    if (screened !== undefined) resources.screened.push(screened);
    const type = typeOf(urn);
    if (type === TYPES.tenant || type === TYPES.mailHost) resources.components.push(nameOf(urn));
    if (type === TYPES.stack) resources.outputs = resource["outputs"];
    if (type === TYPES.deployment) resources.details = resource["outputs"];
  }
  return { resources, findings };
}

/** The logical name of what says that the address of a key was screened. */
export function screenName(stack: string, key: string): string {
  return `${stack}-${key}-screen`;
}

function screenedKey(urn: string, stack: string): string | undefined {
  if (typeOf(urn) !== TYPES.stash) return undefined;
  const name = nameOf(urn);
  const key = name.endsWith("-screen") ? keyOf(name.slice(0, -"-screen".length), stack) : undefined;
  return key !== undefined && screenName(stack, key) === name ? key : undefined;
}

/**
 * Whether the engine holds nothing but the id of an Elastic IP: the provider names it before it reads it, and keeps it
 * where that fails (terraform-provider-aws, `ec2_eip.go`: `d.SetId` before `findEIPByAllocationID`).
 */
function isUnread(resource: unknown): boolean {
  const outputs = isMap(resource) ? resource["outputs"] : undefined;
  return isMap(outputs) && outputs["publicIp"] === undefined && outputs["arn"] === undefined;
}

function unreadableResource(what: string): Finding {
  return {
    code: "state-resources-unreadable",
    level: "error",
    path: "stack state",
    message: `cannot be read: ${what} does not hold what sendips and its provider write there`,
    fix: "deploy with the version of sendips that deployed the stack last; or put the state right from a backup (pulumi stack export, pulumi stack import)",
  };
}

/** The type at the end of a URN, without the types of the parents before it. */
function typeOf(urn: string): string | undefined {
  const type = urn.split("::")[2]?.split("$").at(-1);
  return type === undefined ? undefined : (FORMER_TYPES[type] ?? type);
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** The key in a logical name: `tx1` of `acme-tx1` in the stack acme. */
function keyOf(name: string, stack: string): string | undefined {
  return name.startsWith(`${stack}-`) ? name.slice(stack.length + 1) : undefined;
}

/** `arn:aws:ec2:us-east-1:123456789012:elastic-ip/eipalloc-…` */
function placeOf(arn: string): { account: string; region: string } {
  const [, , , region = "", account = ""] = arn.split(":");
  return { account, region };
}
