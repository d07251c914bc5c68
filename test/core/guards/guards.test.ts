/** What is asked of a stack against what is deployed of it. */
import { describe, expect, test } from "vitest";
import { readConfig } from "../../../core/config/config.ts";
import type { MailHostConfig } from "../../../core/config/schema.ts";
import type { LiveAddress } from "../../../core/guards/address-context.ts";
import { checkStateAddresses, needsDetails } from "../../../core/guards/addresses.ts";
import { checkHandOver, type HandOver, leavingRecords } from "../../../core/guards/hand-over.ts";
import { checkInterfaces } from "../../../core/guards/interfaces.ts";
import { checkReverseNames } from "../../../core/guards/reverse-names.ts";
import { checkPlace } from "../../../core/guards/stack-place.ts";
import { readDeployed } from "../../../core/state/deployed-stack.ts";
import { ownerTags } from "../../../core/state/tags.ts";
import { type PlannedAddress, plan } from "../../../core/tenant/plan.ts";
import { type ByUrn, type HeldAddress, idOf, rememberedBy, stateOf } from "../state/support.ts";
import { ACME, raw } from "../support.ts";

const owner = { organisation: "organization", project: "sendips", stack: "acme" };
const released = ownerTags(owner, true);
const TODAY = "2026-11-30";
const drains = {
  ...released,
  "sendips:drainsSince": TODAY,
  "sendips:mayGoFrom": "2026-12-05",
};
const tx1: HeldAddress = { key: "tx1", publicIp: "198.51.100.1", privateIp: "10.0.1.10" };
const mk1: HeldAddress = { key: "mk1", publicIp: "198.51.100.2", privateIp: "10.0.1.11" };

const plannedAddress = (key: string, privateIp = "10.0.1.99"): PlannedAddress => ({
  ...{ key, privateIp, hostName: `${key}.mail.acme.example`, release: false, streams: [] },
});
const address = (publicIp: string, tags: Record<string, string>, privateIp = ""): LiveAddress => ({
  ...{ publicIp, allocationId: idOf(publicIp), privateIp, tags },
  networkInterfaceId: privateIp === "" ? "" : "eni-1",
});

/** What the guards say, where AWS has what `live` names and, by default, everything of the state. */
function check(
  state: ByUrn,
  wanted: readonly PlannedAddress[],
  live: readonly LiveAddress[] = [],
  absent: readonly string[] = [],
  taken: ReadonlyMap<string, LiveAddress> = new Map(),
) {
  const { deployed } = readDeployed("acme", state);
  const held = deployed.addresses.map(({ publicIp }) => publicIp);
  const all = [...held, ...live.map(({ publicIp }) => publicIp)];
  const present = new Set(all.filter((ip) => !absent.includes(ip)));
  const context = { owner, wanted, deployed, live: { present, details: live }, today: TODAY };
  return checkStateAddresses(context, taken);
}

describe("an address of the state", () => {
  test("that the config names is no matter", () => {
    expect(check(stateOf([tx1, mk1]), [plannedAddress("tx1"), plannedAddress("mk1")])).toEqual([]);
  });

  test("that the config no longer names is an error until its release is deployed", () => {
    const kept = check(stateOf([tx1, mk1]), [plannedAddress("tx1")]);
    expect(kept).toMatchObject(
      [{ code: "address-removed", path: "sendips:tenant.addresses.mk1", fix: /release: true/ }].map(
        (finding) => ({ ...finding, fix: expect.stringMatching(finding.fix) }),
      ),
    );
    const going = stateOf([tx1, { ...mk1, tags: released }]);
    expect(check(going, [plannedAddress("tx1")], [address("198.51.100.2", released)])).toEqual([]);
    // AWS no longer has it: there is nothing to lose.
    expect(check(going, [plannedAddress("tx1")], [], ["198.51.100.2"])).toEqual([]);
  });

  test("whose release AWS no longer confirms stays", () => {
    const going = stateOf([{ ...tx1, tags: released }]);
    const [finding] = check(going, [], [address("198.51.100.1", ownerTags(owner, false))]);
    expect(finding).toMatchObject({
      code: "address-release-untagged",
      path: "sendips:tenant.addresses.tx1",
    });
    expect(finding?.fix).toContain("--refresh");
  });

  test("goes from the day on which it has drained, by the latest day that anybody knows", () => {
    const draining = (mayGoFrom: string) => ({ ...released, "sendips:mayGoFrom": mayGoFrom });
    const codes = (state: string, ec2: string, component?: string) =>
      check(
        stateOf([
          tx1,
          {
            ...{ ...mk1, tags: draining(state) },
            ...(component === undefined ? {} : { component: { mayGoFrom: component } }),
          },
        ]),
        [plannedAddress("tx1")],
        [address("198.51.100.2", draining(ec2), "10.0.1.11")],
      ).map(({ code, message }) => `${code} ${message}`);
    expect(codes(TODAY, TODAY)).toEqual([]);
    expect(codes("2026-11-01", TODAY, "2026-11-02")).toEqual([]);
    const refusal = (day: string) => [
      `address-drains is gone from the config, but 198.51.100.2 drains and may go from ${day}: mail in queues and SPF in caches still name it; it stays allocated, bound and named`,
    ];
    expect(codes("2026-12-01", "2026-12-01")).toEqual(refusal("2026-12-01"));
    expect(codes(TODAY, "2026-12-02")).toEqual(refusal("2026-12-02"));
    expect(codes("2026-12-03", TODAY)).toEqual(refusal("2026-12-03"));
    expect(codes(TODAY, TODAY, "2026-12-04")).toEqual(refusal("2026-12-04"));
  });

  test("that is to stay allocated goes where state and AWS say so both", () => {
    const kept = { ...ownerTags(owner, false), "sendips:retained": "true" };
    const going = stateOf([{ ...mk1, tags: kept, component: { retain: true } }]);
    expect(check(going, [], [address("198.51.100.2", kept)])).toEqual([]);
    for (const other of [released, ownerTags(owner, false), { ...released, ...kept }]) {
      const release = stateOf([{ ...mk1, tags: released }]);
      const [ofKept] = check(going, [], [address("198.51.100.2", other)]);
      const [ofReleased] = check(release, [], [address("198.51.100.2", other)]);
      const isKept = "sendips:retained" in other;
      expect(ofKept?.code).toBe(isKept ? undefined : "address-release-untagged");
      expect(ofReleased?.code).toBe(other === released ? undefined : "address-release-untagged");
    }
  });

  test("that was never deployed cannot stay allocated", () => {
    const wanted = {
      ...plannedAddress("tx1"),
      retirement: { how: "retain", drainDays: 5, now: false } as const,
    };
    expect(check(stateOf([]), [wanted])).toMatchObject([
      { code: "address-retain-undeployed", path: "sendips:tenant.addresses.tx1.retain" },
    ]);
    expect(check(stateOf([tx1]), [wanted])).toEqual([]);
  });

  test("that another key stands in place of is an error of that key", () => {
    expect(check(stateOf([tx1]), [plannedAddress("tx2", "10.0.1.10")])).toMatchObject([
      { code: "address-renamed", path: "sendips:tenant.addresses.tx2" },
    ]);
    // An address that is there already and moves is no heir.
    expect(check(stateOf([tx1, mk1]), [plannedAddress("mk1", "10.0.1.10")])).toMatchObject([
      { path: "sendips:tenant.addresses.tx1" },
    ]);
  });

  test("under a name that no key has, or twice under one key, is an error", () => {
    const [alien] = check(stateOf([{ ...tx1, key: "x", name: "tx7" }]), [plannedAddress("tx1")]);
    expect(alien).toMatchObject({ code: "address-unnamed-in-state", path: "stack state" });
    expect(alien?.fix).toMatch(
      /^give it the name of its key: pulumi state rename 'urn:.*' acme-<key>/,
    );
    const alone = {
      "urn:pulumi:acme::sendips::aws:ec2/eip:Eip::acme-tx1": {
        type: "aws:ec2/eip:Eip",
        outputs: {
          ...{ allocationId: "eipalloc-9", publicIp: "198.51.100.9", tags: {} },
          arn: "arn:aws:ec2:us-east-1:111:elastic-ip/eipalloc-9",
        },
      },
    };
    const twice = check({ ...stateOf([tx1]), ...alone }, [plannedAddress("tx1")]);
    expect(twice).toMatchObject([
      { code: "address-twice-in-state", path: "sendips:tenant.addresses.tx1" },
    ]);
    expect(twice[0]?.message).toContain("two addresses");
  });

  test("that AWS does not have is an error with the way back", () => {
    const [gone] = check(stateOf([tx1]), [plannedAddress("tx1")], [], ["198.51.100.1"]);
    expect(gone).toMatchObject({ code: "address-released", path: "sendips:tenant.addresses.tx1" });
    expect(gone?.fix).toContain("recover: 198.51.100.1");
  });

  test("that AWS no longer has and nobody asks for is nothing to keep", () => {
    expect(check(stateOf([tx1]), [], [], ["198.51.100.1"])).toEqual([]);
  });

  test("that goes is in the way of a new one on its private IP", () => {
    const going = stateOf([{ ...tx1, tags: released }]);
    const live = [address("198.51.100.1", released, "10.0.1.10")];
    expect(check(going, [plannedAddress("tx2", "10.0.1.10")], live)).toMatchObject([
      { code: "address-private-ip-busy", path: "sendips:tenant.addresses.tx2.privateIp" },
    ]);
    expect(check(going, [plannedAddress("tx2")], live)).toEqual([]);
  });

  test("that another stack has taken over is neither kept nor released", () => {
    const theirs = ownerTags({ ...owner, stack: "shop" }, false);
    const [held] = check(stateOf([tx1]), [], [address("198.51.100.1", theirs)]);
    expect(held).toMatchObject({
      code: "address-of-other-stack",
      path: "sendips:tenant.addresses.tx1",
    });
    expect(held?.fix).toMatch(/state delete --force --target-dependents 'urn:.*'/);
    const remembered = { ...stateOf([]), ...rememberedBy("tx1", "198.51.100.1") };
    const found = [address("198.51.100.1", theirs, "10.0.1.10")];
    expect(check(remembered, [], found)).toMatchObject([
      { code: "address-handed-over", level: "warning" },
    ]);
    expect(check(remembered, [plannedAddress("tx1")], found)).toMatchObject([
      { code: "address-handed-over", level: "error", path: "sendips:tenant.addresses.tx1" },
    ]);
  });

  test("that carries another stack's tags is not taken over", () => {
    const tags = { ...ownerTags({ ...owner, stack: "shop" }, false), "sendips:address": "tx1" };
    const [finding] = check(stateOf([{ ...tx1, tags }]), [plannedAddress("tx1")]);
    expect(finding).toMatchObject({
      code: "address-of-other-stack",
      path: "sendips:tenant.addresses.tx1",
    });
    expect(finding?.fix).toMatch(
      /pulumi state delete --force --target-dependents 'urn:.*acme-tx1' --stack acme --yes/,
    );
    // A project that was renamed is the same stack.
    const before = ownerTags({ ...owner, project: "before" }, false);
    expect(check(stateOf([{ ...tx1, tags: before }]), [plannedAddress("tx1")])).toEqual([]);
  });

  test("does not change its pool, and the edit is told", () => {
    const inPool = (publicIpv4Pool: string) => [{ ...plannedAddress("tx1"), publicIpv4Pool }];
    const pool = "ipv4pool-ec2-0123456789abcdef0";
    expect(check(stateOf([tx1]), inPool(pool))).toMatchObject([
      { code: "address-pool-fixed", path: "sendips:tenant.addresses.tx1.publicIpv4Pool" },
    ]);
    expect(check(stateOf([{ ...tx1, pool }]), inPool(pool))).toEqual([]);
    expect(check(stateOf([]), inPool(pool))).toEqual([]);
  });
});

describe("an address in no state", () => {
  const ours = { ...ownerTags(owner, false), "sendips:address": "tx1" };

  test("that is tagged as ours stops the deployment, with the command that takes it in", () => {
    const found = address("198.51.100.7", ours, "10.0.1.10");
    const [finding] = check(stateOf([]), [plannedAddress("tx1")], [found]);
    expect(finding).toMatchObject({
      code: "address-outside-state",
      path: "sendips:tenant.addresses.tx1",
    });
    expect(finding?.message).toContain(
      '198.51.100.7 (eipalloc-198511007), bound to 10.0.1.10 on eni-1, is tagged as address "tx1"',
    );
    expect(finding?.fix).toContain(
      "pulumi import aws:ec2/eip:Eip acme-tx1 eipalloc-198511007 --stack acme --yes --generate-code=false",
    );
  });

  test("beside one that the state holds, or under a key that the config lacks, says so", () => {
    const second = address("198.51.100.7", ours);
    const [double] = check(stateOf([tx1]), [plannedAddress("tx1")], [second]);
    expect(double?.message).toContain("tx1 is 198.51.100.1, and two addresses are paid for");
    expect(double?.fix).toContain("aws ec2 release-address --allocation-id eipalloc-198511007");
    const [stray] = check(stateOf([]), [plannedAddress("mk1")], [second]);
    expect(stray?.path).toBe("sendips:tenant.addresses");
    expect(stray?.message).toContain("nor the config");
  });

  test("that was kept allocated when the stack let go of it is nobody's any more", () => {
    const tags = {
      ...{ ...ownerTags(owner, false), "sendips:address": "tx1", "sendips:retained": "true" },
    };
    const live = [address("198.51.100.7", tags)];
    expect(check(stateOf([]), [], live)).toEqual([]);
    expect(check(stateOf([]), [plannedAddress("tx1")], live)).toEqual([]);
    expect(check(stateOf([tx1]), [plannedAddress("tx1")], live)).toEqual([]);
    // Bound where its stack has bound it, it was not let go of: it is the state that is lost.
    const bound = { ...tags, "sendips:binding": "eni-1/10.0.1.10" };
    expect(check(stateOf([]), [], [address("198.51.100.7", bound, "10.0.1.10")])).toMatchObject([
      { code: "address-outside-state" },
    ]);
    expect(check(stateOf([]), [], [address("198.51.100.7", bound, "10.0.1.11")])).toEqual([]);
    // One that the state lost before it was let go of is the stack's as before.
    const lost = rememberedBy("tx1", "198.51.100.7");
    expect(check(lost, [plannedAddress("tx1")], live)).toMatchObject([
      { code: "address-outside-state" },
    ]);
    expect(check(lost, [], live)).toEqual([]);
  });

  test("whose release was deployed, and that nobody asks for, holds nothing up", () => {
    const going = { ...released, "sendips:address": "tx1" };
    const [finding] = check(stateOf([]), [], [address("198.51.100.7", going)]);
    expect(finding).toMatchObject({
      code: "address-outside-state-released",
      path: "sendips:tenant.addresses",
    });
    expect(
      check(stateOf([]), [plannedAddress("tx1")], [address("198.51.100.7", going)]),
    ).toMatchObject([{ code: "address-outside-state", path: "sendips:tenant.addresses.tx1" }]);
  });

  test("beside one that is taken over is one too many, which stops nothing", () => {
    const [one, two] = ["198.51.100.7", "198.51.100.8"].map((ip) => address(ip, ours));
    if (one === undefined || two === undefined) throw new Error("two addresses");
    const found = check(
      stateOf([]),
      [plannedAddress("tx1")],
      [one, two],
      [],
      new Map([["tx1", one]]),
    );
    expect(found).toMatchObject([{ code: "address-twice-in-cloud", level: "warning" }]);
    expect(found[0]?.fix).toContain(`release-address --allocation-id ${two.allocationId}`);
  });

  test("is another project's when its tags say so, and ours when they say nothing of it", () => {
    const other = { ...ours, "sendips:project": "elsewhere" };
    expect(check(stateOf([]), [plannedAddress("tx1")], [address("198.51.100.7", other)])).toEqual(
      [],
    );
    const legacy = { "sendips:stack": "acme", "sendips:address": "tx1" };
    const [finding] = check(
      stateOf([]),
      [plannedAddress("tx1")],
      [address("198.51.100.7", legacy)],
    );
    expect(finding?.fix).toContain("Its tags name no project");
  });

  test("nor in AWS is lost: not replaced while the key stands, told when it is gone", () => {
    const state = { ...stateOf([]), ...rememberedBy("tx1", "198.51.100.1") };
    expect(check(state, [plannedAddress("tx1")])).toMatchObject([
      { code: "address-lost", path: "sendips:tenant.addresses.tx1" },
    ]);
    expect(check(state, [])).toMatchObject([
      { code: "address-lost-and-removed", path: "sendips:tenant.addresses.tx1" },
    ]);
  });

  test("is taken in by what a component remembers, whatever its tags say", () => {
    const state = { ...stateOf([]), ...rememberedBy("tx1", "198.51.100.1") };
    const [finding] = check(state, [plannedAddress("tx1")], [address("198.51.100.1", {})]);
    expect(finding?.message).toContain('was deployed as address "tx1"');
    expect(finding?.fix).toContain("pulumi import aws:ec2/eip:Eip acme-tx1");
  });
});

test("EC2 is asked more than whether an address is there only where a guard must know", () => {
  const { deployed } = readDeployed("acme", stateOf([tx1, mk1]));
  const asks = (publicIp: string) => needsDetails(publicIp, [plannedAddress("tx1")], deployed);
  expect([asks("198.51.100.1"), asks("198.51.100.2"), asks("198.51.100.9")]).toEqual([
    ...[false, true, true],
  ]);
});

describe("the place", () => {
  const here = { stack: "acme", account: "111", region: "us-east-1" };
  const paths = (state: ByUrn) => {
    const found = checkPlace(readDeployed("acme", state).deployed, here);
    return found.map(({ level, path }) => `${level} ${path}`);
  };
  test("is what it was, or not known yet", () => {
    expect(paths(stateOf([tx1], here))).toEqual([]);
    expect(paths(stateOf([]))).toEqual([]);
  });
  test("is not another account or Region, nor the stack renamed, as the outputs have it", () => {
    const there = { stack: "acme-old", account: "222", region: "eu-west-1" };
    const all = ["error stack name", "error aws:profile", "error aws:region"];
    expect(paths(stateOf([], there))).toEqual(all);
  });
  test("nor as the state has it, without outputs", () => {
    const there = { region: "eu-west-1", account: "222", name: "acme-old-tx1" };
    const tags = { "sendips:stack": "acme-old", "sendips:address": "tx1" };
    expect(paths(stateOf([{ ...tx1, ...there, tags }]))).toEqual([
      ...["error aws:profile", "error aws:region"],
    ]);
    const arn = "arn:aws:ec2:eu-west-1:111:elastic-ip/eipalloc-1";
    const lost = { ...stateOf([]), ...rememberedBy("tx1", "198.51.100.1", arn) };
    expect(paths(lost)).toEqual(["error aws:region"]);
    // A destroy that ended early leaves a component whose address is gone.
    expect(paths({ ...stateOf([]), ...rememberedBy("tx1", "198.51.100.1", "") })).toEqual([]);
  });
});

test("a PTR that stands is not removed because nobody waits for the customer's records", () => {
  const read = readConfig(raw(ACME));
  if (!("stack" in read) || read.stack.kind !== "tenant") throw new Error("no tenant");
  const { tenant, operator } = read.stack;
  const external = { ...operator.zones, "acme.example": "external" as const };
  const had = (reverseName: boolean, tags = {}) =>
    readDeployed("acme", stateOf([{ ...tx1, reverseName, tags }])).deployed;
  const waiting = { ...tenant, waitForCustomerRecords: true };
  expect(checkReverseNames(tenant, external, had(true), TODAY)).toMatchObject([
    { code: "ptr-removed", path: "sendips:tenant.waitForCustomerRecords" },
  ]);
  expect(checkReverseNames(waiting, external, had(true), TODAY)).toEqual([]);
  expect(checkReverseNames(tenant, operator.zones, had(true), TODAY)).toEqual([]);
  expect(checkReverseNames(tenant, external, had(false), TODAY)).toEqual([]);
  expect(checkReverseNames(tenant, external, had(true, released), TODAY)).toEqual([]);
  // Mail in queues still leaves by an address that drains.
  expect(checkReverseNames(tenant, external, had(true, drains), TODAY)).toHaveLength(1);
});

test("a record that stands is not removed until the customer's name servers answer with it", () => {
  const values = raw(ACME);
  const asked = (publisher: unknown) => {
    const zones = { ...(values.values["zones"] as object), "acme.example": publisher };
    const read = readConfig({ ...values, values: { ...values.values, zones } });
    if (!("stack" in read) || read.stack.kind !== "tenant") throw new Error("no tenant");
    const made = plan(read.stack);
    if (!("plan" in made)) throw new Error("the config holds errors");
    return made.plan;
  };
  const ours = asked({ cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" });
  const key = ours.addresses[0]?.key ?? "";
  const held = (tags = {}) =>
    readDeployed("acme", stateOf([{ ...tx1, key, hostRecord: true, tags }])).deployed;
  const leaving = (planned: typeof ours, deployed = held()) =>
    leavingRecords(planned, deployed, (name) => `acme-${name}`, TODAY);
  const external = leaving(asked("external"));
  expect(external).toHaveLength(1);
  expect(leaving(ours)).toEqual([]);
  expect(leaving(asked("external"), held(released))).toEqual([]);
  expect(leaving(asked("external"), held(drains))).toHaveLength(1);
  const said = (handOver: Partial<HandOver>) =>
    checkHandOver(
      "acme",
      external,
      new Map([
        [
          "acme.example",
          {
            ours: { found: ["ada.ns.cloudflare.example"] },
            delegated: { found: ["ns1.customer.example"] },
            answers: () => ({ found: [tx1.publicIp] }),
            ...handOver,
          },
        ],
      ]),
    );
  expect(said({})).toEqual([]);
  expect(said({ delegated: { found: ["ada.ns.cloudflare.example"] } })).toMatchObject([
    {
      code: "zone-became-external",
      path: 'sendips:zones["acme.example"]',
      message: expect.stringContaining("still delegated to ada.ns.cloudflare.example"),
    },
  ]);
  expect(said({ delegated: { failed: "SERVFAIL" } })).toHaveLength(1);
  // A Cloudflare that does not answer is no zone that is gone: the answers could still be ours.
  const unknown = said({ ours: { failed: "getZone failed: 500" } });
  expect(unknown[0]?.message).toContain("which name servers are ours cannot be asked");
  expect(said({ answers: () => ({ found: ["192.0.2.99"] }) })[0]?.message).toContain(
    "the customer's name servers do not answer with A ",
  );
  expect(said({ answers: () => ({ failed: "ETIMEOUT" }) })).toHaveLength(1);
});

describe("a mail host", () => {
  const host = (privateIps: string[], subnet = "subnet-11111111") => ({
    ...{ subnet, instanceType: "c5.large", submissionFrom: [] },
    networkInterfaces: { eth0: { privateIps, release: false } },
  });
  const deployed = (tags: Record<string, string>) =>
    readDeployed("mx-1", {
      "urn:pulumi:mx-1::sendips::sendips:components:MailHost$aws:ec2/networkInterface:NetworkInterface::mx-1-eth0":
        {
          type: "aws:ec2/networkInterface:NetworkInterface",
          outputs: { privateIp: "10.0.1.11", subnetId: "subnet-11111111", tags },
        },
    }).deployed;
  const paths = (wanted: MailHostConfig | undefined, tags = {}) =>
    checkInterfaces(wanted, deployed(tags)).map(({ level, path }) => `${level} ${path}`);

  test("keeps its primary private IP and its subnet", () => {
    expect(paths(host(["10.0.1.11", "10.0.1.12"]))).toEqual([]);
    expect(paths(host(["10.0.1.12"], "subnet-22222222"))).toEqual([
      "error sendips:mailHost.networkInterfaces.eth0.privateIps",
      "error sendips:mailHost.subnet",
    ]);
  });
  test("is free to change once the release is deployed", () => {
    expect(paths(host(["10.0.1.12"], "subnet-22222222"), released)).toEqual([]);
    expect(paths(undefined, released)).toEqual([]);
  });
  test("that forgets an interface, or is no mail host any more, is refused", () => {
    const path = "error sendips:mailHost.networkInterfaces.eth0";
    expect(paths({ ...host([]), networkInterfaces: {} })).toEqual([path]);
    expect(paths(undefined)).toEqual([path]);
  });
});
