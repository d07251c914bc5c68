/** `sendips adopt`: the config of a tenant that sends already is written from what is there. */
import { expect, test } from "vitest";
import {
  allocate,
  cloudflareCall,
  ec2Of,
  liveState,
  mailHostWorld,
  operationLines,
  type World,
} from "./harness.ts";

const ZONE_ID = "0c1d2e3f405162738495a6b7c8d9eaf0";
const TENANT = ["sendips:tenant"];

async function publish(made: World, record: Record<string, unknown>): Promise<void> {
  await cloudflareCall(made, "POST", `zones/${ZONE_ID}/dns_records`, { ttl: 3600, ...record });
}

test("addresses, their PTRs, DKIM keys, SPF and DMARC come into the config, and up takes them over", async () => {
  const made = await mailHostWorld();
  const ec2 = ec2Of(made);
  const { networkInterfaces } = await made.outputs("mx-1");
  for (const [hostName, privateIp] of [
    ["tx1.mail.acme.example", "10.0.1.10"],
    ["relay.acme.example", "10.0.1.11"],
  ] as const) {
    const { allocationId, publicIp } = await allocate(made, { Name: hostName });
    await ec2.associateAddress({
      AllocationId: allocationId,
      NetworkInterfaceId: networkInterfaces["eth0"]?.id ?? "",
      PrivateIpAddress: privateIp,
    });
    await publish(made, { type: "A", name: hostName, content: publicIp, proxied: false });
    const name = () =>
      ec2
        .modifyAddressAttribute({ AllocationId: allocationId, DomainName: hostName })
        .then(() => "", String);
    await expect.poll(name, { timeout: 10_000 }).toBe("");
  }
  const key = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
  await publish(made, { type: "TXT", name: "old._domainkey.acme.example", content: `"${key}"` });
  await publish(made, { type: "TXT", name: "acme.example", content: '"v=spf1 mx ~all"' });
  await publish(made, { type: "TXT", name: "_dmarc.acme.example", content: '"v=DMARC1; p=none"' });
  for (const part of ["addresses", "streams", "spf", "dmarc"]) {
    made.edit("acme", [...TENANT, part], undefined);
  }
  const before = liveState(made);

  const looked = await made.sendips("adopt", "acme");
  expect(looked.stdout).toMatch(
    /addresses\.tx1: eipalloc-\w+, 198\.51\.100\.\d+, on 10\.0\.1\.10\n/,
  );
  expect(looked.stdout).toMatch(/addresses\.relay: .* on 10\.0\.1\.11, relay\.acme\.example\n/);
  expect(looked.stdout).toContain("dkim.old: at acme.example");
  const written = await made.sendips("adopt", "acme", "--write");
  expect(written.output).toMatch(/taken over as they stand: \d+ records/);
  expect(liveState(made)).toEqual(before);

  const up = await made.up("acme");
  expect(up.code, up.output).toBe(0);
  const lines = operationLines(up);
  expect(lines).toContain("import Eip acme-tx1");
  expect(lines).toContain("import EipDomainName acme-relay");
  expect(lines).toContain("import DnsRecord acme-relay-a");
  expect(lines.filter((line) => /^(delete|replace|update)/.test(line))).toEqual([]);
  expect(liveState(made).addresses).toEqual(before.addresses);
  // SPF and DMARC of the domain still say what they said.
  const texts = liveState(made).records.filter((record) => /v=(spf1|DMARC1)/.test(record));
  expect(texts.some((record) => record.includes("v=spf1 mx"))).toBe(true);
  expect(texts.some((record) => /_dmarc\.acme\.example .*v=DMARC1; p=none/.test(record))).toBe(
    true,
  );
});
