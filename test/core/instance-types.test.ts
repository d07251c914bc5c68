import { expect, test } from "vitest";
import { capacityOf } from "../../core/host/instance-types.ts";
import { typeOf } from "../../sandbox/aws/ec2/instance-types.ts";

test.each([
  ["t3.micro", 2, 2],
  ["t4g.small", 3, 4],
  ["c5.large", 3, 10],
  ["c5.18xlarge", 15, 50],
  ["m7i.2xlarge", 4, 15],
  ["m8azn.metal-12xl", 16, 64],
  ["r8gn.48xlarge", 12, 50],
])("%s carries %i interfaces of %i addresses", (type, interfaces, ips) => {
  expect(capacityOf(type)).toEqual({
    maximumNetworkInterfaces: interfaces,
    maximumIpsPerInterface: ips,
  });
});

test("the simulated EC2, whose numbers were written apart, says the same", () => {
  for (const type of [
    "c5.xlarge",
    "c5.4xlarge",
    "c5.9xlarge",
    "m5.large",
    "t3.small",
    "t3.medium",
  ]) {
    const { interfaces, ipv4PerInterface } = typeOf(type);
    expect(capacityOf(type)).toEqual({
      maximumNetworkInterfaces: interfaces,
      maximumIpsPerInterface: ipv4PerInterface,
    });
  }
});

test("a type that the table lacks", () => {
  expect(capacityOf("c5.tiny")).toBeUndefined();
  expect(capacityOf("constructor")).toBeUndefined();
});
