/** What instance types carry: network interfaces × IPv4 addresses each (cloud-facts). */
import { ApiError } from "../error.ts";
import type { Xml } from "../xml.ts";
import { applyFilters, type Call, type Handler, invalidParameter } from "./call.ts";

/** What `DescribeInstanceTypes` shows of one type, as far as types differ in it. */
export interface InstanceType {
  /** Network interfaces, and IPv4 addresses on each (amazon-vpc-cni-k8s `pkg/vpc/vpc_ip_resource_limit.go`). */
  interfaces: number;
  ipv4PerInterface: number;
  /** The rest is from AWS's pages of the instance families; nothing of ours depends on it. */
  vcpus: number;
  memoryMiB: number;
  network: string;
  /** Mbps to EBS: always, and in bursts. */
  ebs: readonly [number, number];
}

const C5 = { network: "Up to 10 Gigabit" };
const types: Readonly<Record<string, InstanceType>> = {
  "c5.large": { ...C5, ...of(3, 10, 2, 4, [650, 4_750]) },
  "c5.xlarge": { ...C5, ...of(4, 15, 4, 8, [1_150, 4_750]) },
  "c5.2xlarge": { ...C5, ...of(4, 15, 8, 16, [2_300, 4_750]) },
  "c5.4xlarge": { ...C5, ...of(8, 30, 16, 32, [4_750, 4_750]) },
  "c5.9xlarge": { network: "12 Gigabit", ...of(8, 30, 36, 72, [9_500, 9_500]) },
  "c5.18xlarge": { network: "25 Gigabit", ...of(15, 50, 72, 144, [19_000, 19_000]) },
  "m5.large": { network: "Up to 10 Gigabit", ...of(3, 10, 2, 8, [650, 4_750]) },
  "t3.micro": { network: "Up to 5 Gigabit", ...of(2, 2, 2, 1, [87, 2_085]) },
  "t3.small": { network: "Up to 5 Gigabit", ...of(3, 4, 2, 2, [174, 2_085]) },
  "t3.medium": { network: "Up to 5 Gigabit", ...of(3, 6, 2, 4, [347, 2_085]) },
};

function of(
  interfaces: number,
  ipv4PerInterface: number,
  vcpus: number,
  memoryGiB: number,
  ebs: readonly [number, number],
) {
  return { interfaces, ipv4PerInterface, vcpus, memoryMiB: memoryGiB * 1_024, ebs };
}

/** @throws for a type that EC2, or this sandbox, does not have. */
export function typeOf(name: string): InstanceType {
  const found = Object.hasOwn(types, name) ? types[name] : undefined;
  if (found !== undefined) return found;
  throw invalidParameter(`Invalid value '${name}' for InstanceType.`);
}

export const instanceTypeHandlers: Readonly<Record<string, Handler>> = {
  DescribeInstanceTypes(call: Call) {
    const wanted = call.params.list("InstanceType");
    const unknown = wanted.filter((name) => !Object.hasOwn(types, name));
    if (unknown.length > 0) {
      const message = `The following supplied instance types do not exist: [${unknown.join(", ")}]`;
      throw new ApiError("InvalidInstanceType", message);
    }
    const found = (wanted.length > 0 ? wanted : Object.keys(types)).map((name) => ({
      name,
      ...typeOf(name),
    }));
    const shown = applyFilters(call, found, ({ name }) => ({
      tags: {},
      values: { "instance-type": [name] },
    }));
    return { instanceTypeSet: shown.map(describe) };
  },
};

function describe({ name, ...type }: InstanceType & { name: string }): Xml {
  const [baseline, maximum] = type.ebs;
  const burstable = name.startsWith("t3.");
  return {
    instanceType: name,
    currentGeneration: true,
    freeTierEligible: name === "t3.micro",
    supportedUsageClasses: ["on-demand", "spot"],
    supportedRootDeviceTypes: ["ebs"],
    supportedVirtualizationTypes: ["hvm"],
    bareMetal: false,
    hypervisor: "nitro",
    processorInfo: {
      supportedArchitectures: ["x86_64"],
      sustainedClockSpeedInGhz: burstable ? 2.5 : 3.4,
      manufacturer: "Intel",
    },
    vCpuInfo: {
      defaultVCpus: type.vcpus,
      defaultCores: type.vcpus / 2,
      defaultThreadsPerCore: 2,
      validCores: [type.vcpus / 2],
      validThreadsPerCore: [1, 2],
    },
    memoryInfo: { sizeInMiB: type.memoryMiB },
    instanceStorageSupported: false,
    ebsInfo: {
      ebsOptimizedSupport: "default",
      encryptionSupport: "supported",
      ebsOptimizedInfo: {
        baselineBandwidthInMbps: baseline,
        baselineThroughputInMBps: baseline / 8,
        baselineIops: baseline * 6,
        maximumBandwidthInMbps: maximum,
        maximumThroughputInMBps: maximum / 8,
        maximumIops: maximum * 6,
      },
      nvmeSupport: "required",
    },
    networkInfo: {
      networkPerformance: type.network,
      maximumNetworkInterfaces: type.interfaces,
      maximumNetworkCards: 1,
      defaultNetworkCardIndex: 0,
      networkCards: [
        {
          networkCardIndex: 0,
          networkPerformance: type.network,
          maximumNetworkInterfaces: type.interfaces,
        },
      ],
      ipv4AddressesPerInterface: type.ipv4PerInterface,
      ipv6AddressesPerInterface: type.ipv4PerInterface,
      ipv6Supported: true,
      enaSupport: "required",
      efaSupported: false,
      encryptionInTransitSupported: false,
      enaSrdSupported: false,
    },
    placementGroupInfo: { supportedStrategies: ["cluster", "partition", "spread"] },
    hibernationSupported: !burstable,
    burstablePerformanceSupported: burstable,
    dedicatedHostsSupported: !burstable,
    autoRecoverySupported: true,
    supportedBootModes: ["legacy-bios", "uefi"],
    nitroEnclavesSupport: "unsupported",
    nitroTpmSupport: "supported",
    nitroTpmInfo: { supportedVersions: ["2.0"] },
  };
}

/** Refuses more private addresses on an interface than an instance of a type carries. */
export function checkIpLimit(instanceType: string, count: number): void {
  if (count <= typeOf(instanceType).ipv4PerInterface) return;
  throw new ApiError(
    "PrivateIpAddressLimitExceeded",
    `Number of private addresses will exceed limit for ${instanceType}.`,
  );
}
