/** Pulumi's names of resources, inputs and functions beside Terraform's: snake case, but for what is listed. */

export type Props = Record<string, unknown>;

/** Types by their Pulumi token. */
export const TYPES: Readonly<Record<string, string>> = {
  "aws:ec2/eip:Eip": "aws_eip",
  "aws:ec2/eipAssociation:EipAssociation": "aws_eip_association",
  "aws:ec2/eipDomainName:EipDomainName": "aws_eip_domain_name",
  "aws:ec2/networkInterface:NetworkInterface": "aws_network_interface",
  "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment":
    "aws_network_interface_attachment",
  "aws:ec2/securityGroup:SecurityGroup": "aws_security_group",
  "aws:ec2/instance:Instance": "aws_instance",
  "cloudflare:index/dnsRecord:DnsRecord": "cloudflare_dns_record",
};

/** Functions by their Pulumi token. */
export const FUNCTIONS: Readonly<Record<string, string>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": "aws_caller_identity",
  "aws:index/getRegion:getRegion": "aws_region",
  "aws:ec2/getEips:getEips": "aws_eips",
  "aws:ec2/getElasticIp:getElasticIp": "aws_eip",
  "aws:ec2/getInstanceType:getInstanceType": "aws_ec2_instance_type",
  "aws:ec2/getNetworkInterface:getNetworkInterface": "aws_network_interface",
  "aws:ec2/getSubnet:getSubnet": "aws_subnet",
  "cloudflare:index/getZone:getZone": "cloudflare_zone",
};

/** Names that are not the other in snake case: Pulumi names lists in the plural. */
const SPECIAL: Readonly<Record<string, string>> = {
  attachments: "attachment",
  privateIpLists: "private_ip_list",
  filters: "filter",
};

/** Maps whose keys are a person's. */
const MAPS = ["tags", "tagsAll"];

/** Blocks that Terraform has as lists of one. */
const BLOCKS = ["metadataOptions", "primaryNetworkInterface"];

export function snake(name: string): string {
  return SPECIAL[name] ?? name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function camel(name: string): string {
  const special = Object.entries(SPECIAL).find(([, other]) => other === name);
  return special?.[0] ?? name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      rename(name),
      MAPS.includes(name) || MAPS.includes(camel(name)) ? inner : renamed(inner, rename),
    ]),
  );
}

/** A rule of a security group has every part, or Terraform reads it as a block with parts missing. */
function rule(given: Props): Props {
  const empty = { ipv6_cidr_blocks: [], prefix_list_ids: [], security_groups: [], self: false };
  return { ...empty, ...given };
}

/** Inputs as Terraform's configuration has them. */
export function toTerraform(inputs: Props): Props {
  const result: Props = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (name === "__defaults") continue;
    const inner = MAPS.includes(name) ? value : renamed(value, snake);
    if (BLOCKS.includes(name)) result[snake(name)] = [inner];
    else if (name === "ingress" || name === "egress") {
      result[name] = (inner as Props[]).map(rule);
    } else result[snake(name)] = inner;
  }
  return result;
}

/** Terraform's attributes as Pulumi names them. */
export function toPulumi(values: Props): Props {
  const result: Props = {};
  for (const [name, value] of Object.entries(values)) {
    const key = camel(name);
    const inner = MAPS.includes(key) ? value : renamed(value, camel);
    result[key] = BLOCKS.includes(key) && Array.isArray(inner) ? inner[0] : inner;
  }
  return result;
}
