/** What was changed by hand, never applied, or is gone: found by a job that changes nothing, and put right. */
import { expect, test } from "vitest";
import {
  changes,
  clearCalls,
  cloudflareCall,
  deployedWorld,
  ec2Of,
  liveState,
  type World,
} from "./harness.ts";

const ZONE_ID = "0c1d2e3f405162738495a6b7c8d9eaf0";

/** Codes and paths of what differs. */
async function drift(made: World): Promise<{ code: number; found: string[] }> {
  const { code, stdout, stderr } = await made.sendips("drift", "acme", "--json");
  expect(stderr).toBe("");
  const [stack] = JSON.parse(stdout).stacks;
  const found = stack.drift.map((one: { code: string; path: string }) => `${one.code} ${one.path}`);
  return { code, found: found.sort() };
}

async function recordId(made: World, name: string, type: string): Promise<string> {
  const query = `zones/${ZONE_ID}/dns_records?name=${name}&type=${type}`;
  const [record] = (await cloudflareCall(made, "GET", query)) as { id: string }[];
  return record?.id ?? "";
}

test("hand-made changes of every kind are found, PTRs too, and --fix puts them right", async () => {
  const made = await deployedWorld();
  await clearCalls(made);
  expect(await drift(made)).toEqual({ code: 0, found: [] });
  expect(await changes(made)).toEqual([]);
  const before = liveState(made);
  const { addresses } = await made.outputs("acme");
  const { tx1, mk1 } = addresses;
  const ec2 = ec2Of(made);
  const other = "other.mail.acme.example";
  await cloudflareCall(made, "POST", `zones/${ZONE_ID}/dns_records`, {
    ...{ type: "A", name: other, content: tx1?.publicIp, ttl: 3600, proxied: false },
  });
  await expect
    .poll(
      () =>
        ec2
          .modifyAddressAttribute({ AllocationId: tx1?.allocationId ?? "", DomainName: other })
          .then(() => "", String),
      { timeout: 10_000 },
    )
    .toBe("");
  await ec2.disassociateAddress({ AssociationId: mk1?.associationId ?? "" });
  await ec2.createTags({
    Resources: [mk1?.allocationId ?? ""],
    Tags: [{ Key: "sendips:address", Value: "tx9" }],
  });
  const spf = await recordId(made, "bounce.tx.acme.example", "TXT");
  await cloudflareCall(made, "PATCH", `zones/${ZONE_ID}/dns_records/${spf}`, {
    ...{ type: "TXT", content: '"v=spf1 -all"' },
  });
  const mx = await recordId(made, "bounce.news.acme.example", "MX");
  await cloudflareCall(made, "DELETE", `zones/${ZONE_ID}/dns_records/${mx}`);
  const host = await recordId(made, "mk1.mail.acme.example", "A");
  await cloudflareCall(made, "PATCH", `zones/${ZONE_ID}/dns_records/${host}`, {
    ...{ type: "A", proxied: true },
  });
  made.edit("acme", ["sendips:tenant", "dmarc", "policy"], "quarantine");
  await expect
    .poll(() => made.sendips("drift", "acme").then(({ output }) => output), { timeout: 30_000 })
    .toContain(`and is ${other}`);

  const { code, found } = await drift(made);
  expect(code).toBe(1);
  expect(found).toEqual([
    "drift-changed sendips:tenant.addresses.mk1",
    "drift-changed sendips:tenant.addresses.mk1",
    "drift-changed sendips:tenant.addresses.tx1",
    "drift-changed sendips:tenant.streams.transactional",
    "drift-gone sendips:tenant.addresses.mk1.privateIp",
    "drift-gone sendips:tenant.streams.marketing",
    "drift-not-applied sendips:tenant.dmarc",
  ]);

  const fixed = await made.sendips("drift", "acme", "--fix");
  expect(fixed.output).toContain("pulumi up --stack acme --refresh --replace urn:");
  await expect.poll(() => drift(made), { timeout: 30_000 }).toEqual({ code: 0, found: [] });
  expect(liveState(made).addresses).toEqual(before.addresses);
});

test("an address that was released by hand is gone, and no deployment puts that right", async () => {
  const made = await deployedWorld();
  const region = made.sandbox.world.state.aws.regions["us-east-1"];
  const { addresses } = await made.outputs("acme");
  delete region?.addresses[addresses["mk1"]?.allocationId ?? ""];
  const { code, stdout } = await made.sendips("drift", "acme");
  expect(code).toBe(1);
  expect(stdout).toContain("was released by hand: EC2 has it no more");
  expect(stdout).toContain("npx sendips recover");
  await clearCalls(made);
  const fix = await made.sendips("drift", "acme", "--fix");
  expect(fix.code).toBe(1);
  expect(await changes(made)).toEqual([]);

  // What cannot be asked is not called gone.
  for (const key of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete made.options.env[key];
  Object.assign(made.options.env, { AWS_EC2_METADATA_DISABLED: "true", HOME: made.options.cwd });
  const unknown = await made.sendips("drift", "acme");
  expect(unknown.stdout).not.toContain("released by hand");
  expect(unknown.stdout).toContain("EC2 cannot be asked for");
});
