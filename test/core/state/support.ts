/** A stack's state as the engine hands it over, for tests of what reads it. */

/** Resources by URN, as `pulumi:pulumi:readStackResourceOutputs` answers. */
export type ByUrn = Record<string, { type: string; outputs: Record<string, unknown> }>;

/** One address of the stack acme as the state holds it. */
export interface HeldAddress {
  key: string;
  publicIp: string;
  privateIp?: string;
  tags?: Record<string, string>;
  reverseName?: boolean;
  region?: string;
  account?: string;
  pool?: string;
  /** What its component says of its release. Default: as the tags do. */
  release?: boolean;
  /** What else its component says of how it leaves. Default: nothing. */
  component?: { retain?: boolean; since?: string; mayGoFrom?: string };
  /** Whether its A record is in the state. */
  hostRecord?: boolean;
  /** Its logical name. Default: `acme-<key>`. */
  name?: string;
}

const COMPONENTS = "sendips:components:Tenant$sendips:components:SendingIp";

export const idOf = (publicIp: string) => `eipalloc-${publicIp.replaceAll(".", "")}`;

/** The state of the stack acme with these addresses and stack outputs. */
export function stateOf(
  held: readonly HeldAddress[],
  outputs: Record<string, unknown> = {},
): ByUrn {
  const state: ByUrn = {};
  const put = (type: string, name: string, values: Record<string, unknown>, parents = "") => {
    const chain = parents === "" ? type : `${parents}$${type}`;
    state[`urn:pulumi:acme::sendips::${chain}::${name}`] = { type, outputs: values };
  };
  put("pulumi:pulumi:Stack", "sendips-acme", outputs);
  for (const { key, publicIp, privateIp, tags = {}, ...more } of held) {
    const { region = "us-east-1", account = "111", pool = "amazon" } = more;
    const name = more.name ?? `acme-${key}`;
    const allocationId = idOf(publicIp);
    const arn = `arn:aws:ec2:${region}:${account}:elastic-ip/${allocationId}`;
    const values = { allocationId, publicIp, arn, publicIpv4Pool: pool, tags };
    put("aws:ec2/eip:Eip", name, values, COMPONENTS);
    const release = more.release ?? tags["sendips:release"] === "true";
    const parents = COMPONENTS.split("$")[0];
    put(
      "sendips:components:SendingIp",
      name,
      { publicIp, arn, release, ...more.component },
      parents,
    );
    if (more.hostRecord === true) {
      const record = {
        zoneId: "0c1d2e3f405162738495a6b7c8d9eaf0",
        name: `${key}.x.example`,
        type: "A",
      };
      put("cloudflare:index/dnsRecord:DnsRecord", `${name}-a`, record, COMPONENTS);
    }
    if (privateIp !== undefined) {
      const bound = { allocationId, privateIpAddress: privateIp, networkInterfaceId: "eni-1" };
      put("aws:ec2/eipAssociation:EipAssociation", name, bound, COMPONENTS);
    }
    if (more.reverseName === true) {
      put("aws:ec2/eipDomainName:EipDomainName", name, { allocationId }, COMPONENTS);
    }
  }
  return state;
}

/** What a component of the stack acme remembers of an address whose Elastic IP left the state. */
export function rememberedBy(key: string, publicIp: string, arn?: string): ByUrn {
  return {
    [`urn:pulumi:acme::sendips::${COMPONENTS}::acme-${key}`]: {
      type: "sendips:components:SendingIp",
      outputs: { publicIp, ...(arn === undefined ? {} : { arn }) },
    },
  };
}
