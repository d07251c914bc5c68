/**
 * EC2's API, where the engine's providers do not reach: what commands look at without an engine, and the few calls
 * that must be made before the engine takes a thing over.
 */
import type { Filter, Tag } from "@aws-sdk/client-ec2";
import type { ReverseNameView } from "../core/drift/cloud-view.ts";
import type { LiveAddress } from "../core/guards/address-context.ts";
import type { Tagged, TaggedInterface } from "../core/recovery/recovery.ts";
import type { Tags } from "../core/state/tags.ts";
import type { AwsAccess } from "./access.ts";

/** An Elastic IP as EC2 has it. */
export interface CloudAddress extends LiveAddress {
  /** `amazon`, or a BYOIP pool. */
  publicIpv4Pool: string;
}

/** What EC2 is asked for. */
export interface Ec2Api {
  /** The account that the credentials are of, and the Region that is asked. */
  place(): Promise<{ account: string; region: string }>;
  /** Elastic IPs that every filter lets through; a value of a filter's list is enough. */
  addresses(filters: Readonly<Record<string, readonly string[]>>): Promise<CloudAddress[]>;
  /** The reverse names of Elastic IPs, by allocation id; of one that is gone, none. */
  reverseNames(allocationIds: readonly string[]): Promise<Map<string, ReverseNameView>>;
  /** Network interfaces that every filter lets through. */
  interfaces(filters: Readonly<Record<string, readonly string[]>>): Promise<TaggedInterface[]>;
  /** Security groups and instances that every filter lets through; of instances, those that are not terminated. */
  tagged(
    filters: Readonly<Record<string, readonly string[]>>,
  ): Promise<{ securityGroups: Tagged[]; instances: Tagged[] }>;
  /**
   * Allocates an Elastic IP. EC2 knows no token by which a second try would be the same address: whoever gets no
   * answer must ask by the tags.
   *
   * @param pool a BYOIP pool. Default: Amazon's.
   */
  allocate(tags: Tags, pool?: string): Promise<Pick<LiveAddress, "allocationId" | "publicIp">>;
  /** Releases an Elastic IP; one that is gone is no error. */
  release(id: string): Promise<void>;
  /** Sets tags of an Elastic IP, and removes others. */
  tag(id: string, set: Tags, remove?: readonly string[]): Promise<void>;
}

/** EC2 takes no more values in one filter. */
const FILTER_VALUES = 200;

/** A client, loaded only when there is something to ask. */
export async function ec2Api(access: AwsAccess = {}): Promise<Ec2Api> {
  const [{ EC2 }, { STS }] = await Promise.all([
    import("@aws-sdk/client-ec2"),
    import("@aws-sdk/client-sts"),
  ]);
  const { region, profile, endpoints = {} } = access;
  const credentials = await credentialsOf(access);
  const options = {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined ? {} : { credentials }),
  };
  const at = (endpoint: string | undefined) => (endpoint === undefined ? {} : { endpoint });
  const ec2 = new EC2({ ...options, ...at(endpoints.ec2) });
  const sts = new STS({ ...options, ...at(endpoints.sts) });
  return {
    async place() {
      const [{ Account = "" }, where] = await Promise.all([
        sts.getCallerIdentity({}),
        ec2.config.region(),
      ]);
      return { account: Account, region: where };
    },
    async addresses(filters) {
      const found = await Promise.all(
        partsOf(filters).map((Filters) => ec2.describeAddresses({ Filters })),
      );
      return found.flatMap(({ Addresses = [] }) =>
        Addresses.map((address) => ({
          allocationId: address.AllocationId ?? "",
          publicIp: address.PublicIp ?? "",
          privateIp: address.PrivateIpAddress ?? "",
          networkInterfaceId: address.NetworkInterfaceId ?? "",
          publicIpv4Pool: address.PublicIpv4Pool ?? "amazon",
          tags: tagsOf(address.Tags),
        })),
      );
    },
    async reverseNames(allocationIds) {
      const names = new Map<string, ReverseNameView>();
      const read = async (id: string) => {
        const { Addresses = [] } = await ec2.describeAddressesAttribute({
          AllocationIds: [id],
          Attribute: "domain-name",
        });
        for (const { AllocationId = "", PtrRecord, PtrRecordUpdate } of Addresses) {
          const { Value = "", Status = "", Reason = "" } = PtrRecordUpdate ?? {};
          names.set(AllocationId, {
            name: plainName(PtrRecord ?? ""),
            ...(PtrRecordUpdate === undefined
              ? {}
              : { update: { name: plainName(Value), status: Status, reason: Reason } }),
          });
        }
      };
      for (const id of allocationIds) {
        // One by one: of a list EC2 answers for none when one of it is gone.
        await read(id).catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
      }
      return names;
    },
    async interfaces(filters) {
      const found = await Promise.all(
        partsOf(filters).map((Filters) => ec2.describeNetworkInterfaces({ Filters })),
      );
      return found.flatMap(({ NetworkInterfaces = [] }) =>
        NetworkInterfaces.map((networkInterface) => ({
          id: networkInterface.NetworkInterfaceId ?? "",
          privateIps: (networkInterface.PrivateIpAddresses ?? []).flatMap(
            ({ PrivateIpAddress }) => PrivateIpAddress ?? [],
          ),
          tags: tagsOf(networkInterface.TagSet),
        })),
      );
    },
    async tagged(filters) {
      const Filters = partsOf(filters)[0] ?? [];
      const [groups, machines] = await Promise.all([
        ec2.describeSecurityGroups({ Filters }),
        ec2.describeInstances({ Filters }),
      ]);
      return {
        securityGroups: (groups.SecurityGroups ?? []).map(({ GroupId = "", Tags }) => ({
          ...{ id: GroupId, tags: tagsOf(Tags) },
        })),
        instances: (machines.Reservations ?? [])
          .flatMap(({ Instances = [] }) => Instances)
          .filter(({ State }) => State?.Name !== "terminated")
          .map(({ InstanceId = "", Tags }) => ({ id: InstanceId, tags: tagsOf(Tags) })),
      };
    },
    async allocate(tags, pool) {
      const { AllocationId: allocationId = "", PublicIp: publicIp = "" } =
        await ec2.allocateAddress({
          Domain: "vpc",
          ...(pool === undefined ? {} : { PublicIpv4Pool: pool }),
          TagSpecifications: [{ ResourceType: "elastic-ip", Tags: listedTags(tags) }],
        });
      return { allocationId, publicIp };
    },
    async release(id) {
      await ec2.releaseAddress({ AllocationId: id }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
    },
    async tag(id, set, remove = []) {
      if (Object.keys(set).length > 0) {
        await ec2.createTags({ Resources: [id], Tags: listedTags(set) });
      }
      if (remove.length > 0) {
        await ec2.deleteTags({ Resources: [id], Tags: remove.map((Key) => ({ Key })) });
      }
    },
  };
}

/** Credentials that the config itself names; undefined where the SDK looks for them. */
async function credentialsOf({ accessKey, secretKey, token, assumeRoles, ...access }: AwsAccess) {
  const own =
    accessKey === undefined || secretKey === undefined
      ? undefined
      : {
          accessKeyId: accessKey,
          secretAccessKey: secretKey,
          ...(token === undefined ? {} : { sessionToken: token }),
        };
  if (assumeRoles === undefined) return own;
  const { STS } = await import("@aws-sdk/client-sts");
  const { region, profile, endpoints = {} } = access;
  let credentials = own;
  for (const { roleArn, sessionName = "sendips", externalId } of assumeRoles) {
    const sts = new STS({
      ...(region === undefined ? {} : { region }),
      ...(profile === undefined ? {} : { profile }),
      ...(credentials === undefined ? {} : { credentials }),
      ...(endpoints.sts === undefined ? {} : { endpoint: endpoints.sts }),
    });
    const { Credentials: given } = await sts.assumeRole({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    });
    credentials = {
      accessKeyId: given?.AccessKeyId ?? "",
      secretAccessKey: given?.SecretAccessKey ?? "",
      ...(given?.SessionToken === undefined ? {} : { sessionToken: given.SessionToken }),
    };
  }
  return credentials;
}

/** The filters for one call each: a list that is too long for one call is cut. */
function partsOf(filters: Readonly<Record<string, readonly string[]>>): Filter[][] {
  return Object.entries(filters).reduce<Filter[][]>(
    (parts, [Name, values]) => {
      const cuts = Array.from({ length: Math.ceil(values.length / FILTER_VALUES) }, (_, cut) =>
        values.slice(cut * FILTER_VALUES, (cut + 1) * FILTER_VALUES),
      );
      return parts.flatMap((part) => cuts.map((Values) => [...part, { Name, Values }]));
    },
    [[]],
  );
}

function tagsOf(tags: readonly Tag[] | undefined): Tags {
  return Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
}

function listedTags(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function plainName(name: string): string {
  return name.replace(/\.$/, "").toLowerCase();
}

function isNotFound(error: unknown): boolean {
  const name = error instanceof Error ? error.name : "";
  return name === "InvalidAllocationID.NotFound" || name === "InvalidAddress.NotFound";
}
