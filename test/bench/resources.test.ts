/** The bench compares like with like only if this notices every difference. */
import { expect, test } from "vitest";
import { canonical, differences, type StackExport } from "../../bench/resources.ts";

/** A deployment in which AWS chose this allocation and this IP. */
function deploymentOf(allocationId: string, publicIp: string, ttl = 3600): StackExport {
  const record = (name: string, content: string) => ({
    type: "cloudflare:index/dnsRecord:DnsRecord",
    custom: true,
    inputs: { __defaults: [], content, name, ttl },
  });
  return {
    deployment: {
      resources: [
        { type: "pulumi:pulumi:Stack", custom: false },
        { type: "pulumi:providers:aws", custom: true, inputs: { region: publicIp } },
        {
          type: "aws:ec2/eip:Eip",
          custom: true,
          inputs: { domain: "vpc" },
          outputs: { allocationId, publicIp },
        },
        {
          type: "aws:ec2/eipDomainName:EipDomainName",
          custom: true,
          inputs: { allocationId, domainName: "tx1.example" },
        },
        record("tx1.example", publicIp),
        record("tx.example", `"v=spf1 ip4:${publicIp} -all"`),
      ],
    },
  };
}

test("what AWS chose makes no difference", () => {
  const first = canonical(deploymentOf("eipalloc-1", "192.0.2.1"));
  const second = canonical(deploymentOf("eipalloc-2", "198.51.100.77"));
  expect(first).toEqual(second);
  expect(first.join("\n")).toContain("ip4:<address of tx1.example>");
});

test("an input, a lacking and a doubled resource do", () => {
  const first = canonical(deploymentOf("eipalloc-1", "192.0.2.1"));
  const other = canonical(deploymentOf("eipalloc-1", "192.0.2.1", 300));
  expect(differences(first, other).missing).toHaveLength(2);
  expect(differences(first, first.slice(1))).toEqual({ missing: [first[0]], extra: [] });
  expect(differences(first, [...first, String(first[0])]).extra).toEqual([first[0]]);
});
