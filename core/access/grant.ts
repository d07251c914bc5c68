/** What one entry of the list of permissions is, and the stack that it is for. */

/** Conditions as IAM writes them: operator, key, value or values; all of them must hold. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;

/** One action and why it is there. */
export interface Permission {
  /** `ec2:AllocateAddress` */
  action: string;
  why: string;
  /**
   * Of what the official provider alone asks: the place in its source. Our stand-ins do without, so that no run on the
   * sandbox shows that it is needed.
   */
  official?: string;
}

/** Actions that are granted alike: one statement of a policy. */
export interface Grant {
  /** The statement's name, letters and digits alone. */
  sid: string;
  /** In a few words, what for. */
  title: string;
  permissions: readonly Permission[];
  /** ARNs with wild cards, or `*` for actions that EC2 restricts to no resource. */
  resources: readonly string[];
  condition?: Condition;
}

/** Where and whose the things are that a policy is for. */
export interface Place {
  /** The Pulumi project, which stands in the tags. */
  project: string;
  /** The stacks' short names; absent for every stack of the project. */
  stacks?: readonly string[];
  /** Absent where it is not known: any. */
  region?: string;
  /** The AWS account's number; absent: any, of which the credentials reach one only. */
  account?: string;
}

/** What a tenant needs besides its place. */
export interface TenantNeeds {
  /** The network interfaces of a host that is not ours; those of our mail hosts are known by their tags. */
  networkInterfaces: readonly string[];
  /** BYOIP pools that addresses are taken from. */
  pools: readonly string[];
  /** Addresses that somebody else allocated and that are to be this stack's: allocation ids or public IPv4. */
  adopt: readonly string[];
}

/** What a mail host needs besides its place. */
export interface MailHostNeeds {
  subnets: readonly string[];
  /** The machine, where it is ours. */
  instance?: {
    images: readonly string[];
    keyPairs: readonly string[];
    instanceProfiles: readonly string[];
  };
}

/** `aws`, and the partitions of China and of GovCloud by their Regions' names. */
function partitionOf(region: string | undefined): string {
  if (region?.startsWith("cn-")) return "aws-cn";
  return region?.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** `arn:aws:ec2:us-east-1:*:elastic-ip/*` */
export function ec2Arn({ region, account }: Place, resource: string): string {
  return `arn:${partitionOf(region)}:ec2:${region ?? "*"}:${account ?? "*"}:${resource}`;
}

/** A machine image belongs to no account in its ARN. */
export function imageArn({ region }: Place, image: string): string {
  return `arn:${partitionOf(region)}:ec2:${region ?? "*"}::image/${image}`;
}

/** A role. IAM knows no Region. */
export function roleArn({ region, account }: Place, role: string): string {
  return `arn:${partitionOf(region)}:iam::${account ?? "*"}:role/${role}`;
}

/** One value as it is, several as a list: as IAM's own console writes them. */
export function oneOrMore(values: readonly string[]): string | string[] {
  const [first = "", ...more] = values;
  return more.length === 0 ? first : [first, ...more];
}
