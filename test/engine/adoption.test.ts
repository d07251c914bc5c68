/**
 * Addresses that exist come under management as they stand: warmed ones that the config names, and those whose
 * allocation was answered to nobody.
 */
import { expect, test } from "vitest";
import {
  allocate,
  changes,
  clearCalls,
  clearFaults,
  cloudflareCall,
  deployedWorld,
  ec2Of,
  inject,
  liveState,
  mailHostWorld,
  operationLines,
  type World,
  world,
} from "./harness.ts";

const ADDRESSES = ["sendips:tenant", "addresses"];
const ZONE_ID = "0c1d2e3f405162738495a6b7c8d9eaf0";
const OWN_TAGS = {
  "sendips:organisation": "organization",
  "sendips:project": "sendips",
  "sendips:stack": "acme",
  "sendips:tenant": "acme",
  "sendips:address": "tx1",
};

async function eth0(made: World): Promise<string> {
  return (await made.outputs("mx-1")).networkInterfaces["eth0"]?.id ?? "";
}

/** An address that has sent mail for months, by hand: bound, named forwards and backwards. */
async function warmed(made: World, hostName: string, privateIp: string) {
  const address = await allocate(made, { Name: "old mail server", team: "mail" });
  const ec2 = ec2Of(made);
  const { AssociationId: associationId = "" } = await ec2.associateAddress({
    AllocationId: address.allocationId,
    NetworkInterfaceId: await eth0(made),
    PrivateIpAddress: privateIp,
  });
  await cloudflareCall(made, "POST", `zones/${ZONE_ID}/dns_records`, {
    ...{ type: "A", name: hostName, content: address.publicIp, ttl: 3600, proxied: false },
  });
  await expect
    .poll(
      () =>
        ec2
          .modifyAddressAttribute({ AllocationId: address.allocationId, DomainName: hostName })
          .then(
            () => "",
            (error: unknown) => String(error),
          ),
      { timeout: 10_000 },
    )
    .toBe("");
  return { ...address, associationId };
}

function addressOf(made: World, allocationId: string) {
  const { regions } = made.sandbox.world.state.aws;
  return regions["us-east-1"]?.addresses[allocationId];
}

test("a warmed address is adopted with its binding, PTR and records, and nothing that is live changes", async () => {
  const made = await mailHostWorld();
  const { allocationId, publicIp, associationId } = await warmed(
    made,
    "tx1.mail.acme.example",
    "10.0.1.10",
  );
  made.edit("acme", [...ADDRESSES, "tx1", "adopt"], publicIp);
  await clearCalls(made);
  const preview = await made.run("preview", "--stack", "acme").catch(() => undefined);
  expect(preview).toBeDefined();
  const denied = { code: "UnauthorizedOperation", status: 403 };
  await inject(made, { service: "ec2", action: "CreateTags", kind: "error", ...denied });
  const untagged = await made.up("acme");
  expect(untagged.code).not.toBe(0);
  expect(untagged.output).toContain(`${publicIp} is not taken over, because its tags cannot be`);
  expect(untagged.output).not.toMatch(/^\s+at .*adopted-tags/m);
  const up = await made.up("acme");
  expect(up.code, up.output).toBe(0);
  const its = operationLines(up).filter((line) => / acme-tx1(-a)?$/.test(line));
  expect(its.sort()).toEqual([
    "import DnsRecord acme-tx1-a",
    "import Eip acme-tx1",
    "import EipAssociation acme-tx1",
    "import EipDomainName acme-tx1",
  ]);
  const live = addressOf(made, allocationId);
  expect(live?.association?.id).toBe(associationId);
  expect(live?.ptr.record ?? live?.ptr.update?.value).toBe("tx1.mail.acme.example.");
  expect(live?.tags).toMatchObject({
    team: "mail",
    "sendips:address": "tx1",
    "sendips:stack": "acme",
  });
  const second = await made.run("preview", "--stack", "acme", "--expect-no-changes");
  expect(second.code, second.output).toBe(0);
  // What it was taken over with may be left out again.
  made.edit("acme", [...ADDRESSES, "tx1", "adopt"], undefined);
  const third = await made.run("preview", "--stack", "acme", "--expect-no-changes");
  expect(third.code, third.output).toBe(0);
});

test("what may not be adopted is said all at once, and nothing is changed", async () => {
  const made = await mailHostWorld();
  const elsewhere = await warmed(made, "old.mail.acme.example", "10.0.1.12");
  const others = await allocate(made, {
    ...{ "sendips:stack": "shop", "sendips:tenant": "shop", "sendips:address": "tx1" },
  });
  made.edit("acme", ADDRESSES, {
    tx1: { privateIp: "10.0.1.10", adopt: "eipalloc-0123456789abcdef0" },
    mk1: { privateIp: "10.0.1.11", adopt: others.publicIp },
  });
  const before = liveState(made);
  await clearCalls(made);
  const refused = await made.up("acme");
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain("has no such Elastic IP in us-east-1");
  expect(refused.output).toContain(
    `${others.publicIp} (${others.allocationId}) is stack "shop"'s by its tags`,
  );
  made.edit("acme", ADDRESSES, {
    tx1: { privateIp: "10.0.1.10", adopt: elsewhere.allocationId },
    mk1: { privateIp: "10.0.1.11" },
  });
  const moved = await made.up("acme");
  expect(moved.code).not.toBe(0);
  expect(moved.output).toContain("sends from 10.0.1.12 on eni-");
  expect(moved.output).toContain("hostName: old.mail.acme.example keeps the name");
  expect(await changes(made)).toEqual([]);
  expect(liveState(made)).toEqual(before);

  made.edit("acme", [...ADDRESSES, "tx1"], {
    ...{ privateIp: "10.0.1.12", adopt: elsewhere.allocationId, hostName: "old.mail.acme.example" },
  });
  const adopted = await made.up("acme");
  expect(adopted.code, adopted.output).toBe(0);
  expect(liveState(made).addresses[elsewhere.publicIp]).toEqual(
    before.addresses[elsewhere.publicIp],
  );
  // A key has one address for ever.
  made.edit("acme", [...ADDRESSES, "tx1", "adopt"], "198.51.100.250");
  const other = await made.up("acme");
  expect(other.output).toContain("a key has one address for ever");
});

test("an address that was allocated without an answer is used, and none is allocated in its place", async () => {
  const made = await mailHostWorld();
  const unheard = await allocate(made, OWN_TAGS);
  await clearCalls(made);
  const up = await made.up("acme");
  expect(up.code, up.output).toBe(0);
  expect(operationLines(up)).toContain("import Eip acme-tx1");
  expect((await changes(made)).filter((call) => call === "AllocateAddress")).toHaveLength(1);
  expect(addressOf(made, unheard.allocationId)?.association?.privateIp).toBe("10.0.1.10");
});

test("a second address that a lost answer has left is named, with what to do", async () => {
  const made = await mailHostWorld();
  await inject(made, { service: "ec2", action: "AllocateAddress", kind: "drop-after" });
  const up = await made.up("acme");
  await clearFaults(made);
  expect(up.code, up.output).toBe(0);
  const orphans = Object.entries(liveState(made).addresses).filter(
    ([, [, at]]) => at === undefined,
  );
  expect(orphans).toHaveLength(1);
  const [[publicIp, [allocationId]] = ["", [""]]] = orphans;
  expect(up.output.replace(/\s+/g, " ")).toContain(
    `EC2 has allocated ${publicIp} (${allocationId}) too`,
  );
  // It goes on being named, and stops nothing.
  const next = await made.up("acme");
  expect([next.code, operationLines(next)]).toEqual([0, []]);
  expect(next.output).toContain(`aws ec2 release-address --allocation-id ${allocationId}`);
});

test("a quota that lost answers have used up: those addresses are named, and the next run uses them", async () => {
  const made = await world({ eipQuota: 2 });
  expect((await made.up("mx-1")).code).toBe(0);
  await inject(made, { service: "ec2", action: "AllocateAddress", kind: "drop-after", times: 2 });
  const up = await made.up("acme");
  await clearFaults(made);
  expect(up.code).not.toBe(0);
  expect(up.output).toContain("AddressLimitExceeded");
  expect(up.output).toContain("is allocated, by a call whose answer was lost");
  const next = await made.up("acme");
  if (next.code !== 0) {
    // Both may be of one key: then there is one too many, and it is named.
    expect(next.output).toContain("aws ec2 release-address --allocation-id");
    return;
  }
  expect(Object.keys(liveState(made).addresses)).toHaveLength(2);
});

test("a released address is asked back, that very one", async () => {
  const made = await deployedWorld();
  const { addresses } = await made.outputs("acme");
  const { allocationId = "", publicIp = "", associationId = "" } = addresses["tx1"] ?? {};
  const ec2 = ec2Of(made);
  await ec2.disassociateAddress({ AssociationId: associationId });
  await ec2.resetAddressAttribute({ AllocationId: allocationId, Attribute: "domain-name" });
  await expect
    .poll(() => ec2.releaseAddress({ AllocationId: allocationId }).then(() => "", String), {
      timeout: 20_000,
    })
    .toBe("");
  const lost = await made.up("acme");
  expect(lost.code).not.toBe(0);
  expect(lost.output).toContain(`recover: ${publicIp} on it`);
  const recovered = await made.sendips("recover", "acme", "--yes");
  expect(recovered.code, recovered.output).toBe(0);
  expect(recovered.stdout).toContain(`recover: ${publicIp} on tx1 then asks EC2 for it again`);
  made.edit("acme", [...ADDRESSES, "tx1", "recover"], publicIp);
  const back = await made.up("acme");
  expect(back.code, back.output).toBe(0);
  const now = liveState(made).addresses[publicIp];
  expect(now?.slice(1)).toEqual(["10.0.1.10", "tx1.mail.acme.example."]);
  made.edit("acme", [...ADDRESSES, "tx1", "recover"], undefined);
  const same = await made.run("preview", "--stack", "acme", "--expect-no-changes");
  expect(same.code, same.output).toBe(0);
});
