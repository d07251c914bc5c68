/** What instance types carry: network interfaces × IPv4 addresses each (cloud-facts). */
import { type Call, filtered, type Handler, invalid } from "./call.ts";

export interface TypeLimits {
  interfaces: number;
  ipv4PerInterface: number;
}

/** amazon-vpc-cni-k8s `pkg/vpc/vpc_ip_resource_limit.go`. */
const limits: Readonly<Record<string, TypeLimits>> = {
  "c5.large": { interfaces: 3, ipv4PerInterface: 10 },
  "c5.xlarge": { interfaces: 4, ipv4PerInterface: 15 },
  "c5.2xlarge": { interfaces: 4, ipv4PerInterface: 15 },
  "c5.4xlarge": { interfaces: 8, ipv4PerInterface: 30 },
  "c5.9xlarge": { interfaces: 8, ipv4PerInterface: 30 },
  "c5.18xlarge": { interfaces: 15, ipv4PerInterface: 50 },
  "m5.large": { interfaces: 3, ipv4PerInterface: 10 },
  "t3.micro": { interfaces: 2, ipv4PerInterface: 2 },
  "t3.small": { interfaces: 3, ipv4PerInterface: 4 },
  "t3.medium": { interfaces: 3, ipv4PerInterface: 6 },
};

export function limitsOf(type: string): TypeLimits {
  const found = Object.hasOwn(limits, type) ? limits[type] : undefined;
  if (found !== undefined) return found;
  throw invalid(`Invalid value '${type}' for InstanceType.`);
}

export const instanceTypeHandlers: Readonly<Record<string, Handler>> = {
  DescribeInstanceTypes(call: Call) {
    const wanted = call.params.list("InstanceType");
    const found = wanted.length > 0 ? wanted : Object.keys(limits);
    const shown = filtered(
      call,
      found.map((type) => ({ type, ...limitsOf(type) })),
      ({ type }) => ({ tags: {}, values: { "instance-type": [type] } }),
    );
    return {
      instanceTypeSet: shown.map(({ type, interfaces, ipv4PerInterface }) => ({
        instanceType: type,
        currentGeneration: true,
        networkInfo: {
          maximumNetworkInterfaces: interfaces,
          maximumNetworkCards: 1,
          ipv4AddressesPerInterface: ipv4PerInterface,
        },
      })),
    };
  },
};
