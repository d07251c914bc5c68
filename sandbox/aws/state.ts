/** What the simulated AWS remembers. JSON only; times are milliseconds on the sandbox clock. */

export interface AwsState {
  /** Counts everything that was ever named; ids are made from it, so they are never used twice. */
  seq: number;
  /** Elastic IPs a Region; the real default is 5 (EC2 guide, Elastic IP quota). */
  eipQuota: number;
  /** Why every PTR that is set fails. */
  ptrFailure?: string;
  /** Index of the public address to try next, see `publicAddress`. */
  nextAddress: number;
  regions: Record<string, RegionState>;
}

export type Tags = Record<string, string>;

export interface RegionState {
  addresses: Record<string, Address>;
  /** Released public addresses, which `AllocateAddress` may recover: address to time of release. */
  released: Record<string, number>;
  vpcs: Record<string, Vpc>;
  subnets: Record<string, Subnet>;
  securityGroups: Record<string, SecurityGroup>;
  networkInterfaces: Record<string, NetworkInterface>;
  instances: Record<string, Instance>;
  parameters: Record<string, Parameter>;
}

export interface Address {
  allocationId: string;
  publicIp: string;
  /** `amazon`, or the pool that the operator brought. */
  publicIpv4Pool: string;
  /** Addresses of the operator's own pools do not count against the quota. */
  countsToQuota: boolean;
  tags: Tags;
  association?: { id: string; networkInterfaceId: string; privateIp: string };
  ptr: Ptr;
}

export interface Ptr {
  /** The live name, with a trailing dot. */
  record?: string;
  /** The change under way; it takes effect at `due`. An empty value removes the record. */
  /** With a reason it fails at `due`, and the live name stays. */
  update?: { value: string; due: number; reason?: string };
  /** Set by AWS Support, who alone can change it. */
  locked?: boolean;
  /** `ReleaseAddress` is refused until then, although the attribute reads clear. */
  lingersUntil?: number;
}

export interface Vpc {
  id: string;
  cidr: string;
  tags: Tags;
}

export interface Subnet {
  id: string;
  vpcId: string;
  cidr: string;
  availabilityZone: string;
  tags: Tags;
}

export interface SecurityGroup {
  id: string;
  name: string;
  description: string;
  vpcId: string;
  rules: SecurityGroupRule[];
  tags: Tags;
}

/** One rule has one peer: the unit that is authorized and revoked. */
export interface SecurityGroupRule {
  egress: boolean;
  /** `tcp`, `udp`, `icmp`, a number, or `-1` for all. */
  protocol: string;
  /** -1 when the protocol has no ports. */
  fromPort: number;
  toPort: number;
  peer: Peer;
  description?: string;
}

export interface Peer {
  kind: "ipv4" | "ipv6" | "prefixList" | "group";
  value: string;
}

export interface NetworkInterface {
  id: string;
  subnetId: string;
  description: string;
  macAddress: string;
  /** The first one is the primary address. */
  privateIps: string[];
  groups: string[];
  sourceDestCheck: boolean;
  tags: Tags;
  clientToken?: string;
  attachment?: Attachment;
  /** The last one that was taken off, which EC2 still shows for a while. */
  detached?: Attachment & { until: number };
}

export interface Attachment {
  id: string;
  instanceId: string;
  deviceIndex: number;
  deleteOnTermination: boolean;
  attachTime: number;
}

export interface Instance {
  id: string;
  reservationId: string;
  imageId: string;
  type: string;
  subnetId: string;
  state: "running" | "terminated";
  launchTime: number;
  metadata: MetadataOptions;
  keyName?: string;
  instanceProfile?: string;
  /** Base64, as it came. */
  userData?: string;
  clientToken?: string;
  disableApiTermination: boolean;
  tags: Tags;
}

export interface MetadataOptions {
  httpTokens: "optional" | "required";
  httpEndpoint: "enabled" | "disabled";
  /** Network hops that the reply to a token request may travel, 1 to 64. */
  httpPutResponseHopLimit: number;
}

export interface Parameter {
  name: string;
  type: "String" | "StringList" | "SecureString";
  /** Sealed when the type is `SecureString`. */
  value: string;
  version: number;
  lastModified: number;
  description?: string;
  keyId?: string;
  tier: string;
  dataType: string;
  allowedPattern?: string;
  tags: Tags;
}

export function emptyRegion(): RegionState {
  return {
    addresses: {},
    released: {},
    vpcs: {},
    subnets: {},
    securityGroups: {},
    networkInterfaces: {},
    instances: {},
    parameters: {},
  };
}
