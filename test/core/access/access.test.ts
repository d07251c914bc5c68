/** The list of permissions: the files made from it, and what IAM asks of a policy. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { accessFiles } from "../../../cli/access-files.ts";
import {
  accessFor,
  type Needs,
  POLICY_LIMIT,
  policyOf,
  policySize,
} from "../../../core/access/access.ts";
import { needsOf } from "../../../core/access/stack-needs.ts";
import { readConfig, type Stack } from "../../../core/config/config.ts";

const FOLDER = new URL("../../../access/", import.meta.url);
const PLACE = { project: "mail", stacks: ["acme"], region: "us-east-1" };

const EVERYTHING: Needs = {
  tenant: {
    networkInterfaces: ["eni-0123456789abcdef0"],
    pools: ["ipv4pool-ec2-0123456789abcdef0"],
    adopt: ["eipalloc-0123456789abcdef0", "198.51.100.1"],
  },
  mailHost: {
    subnets: ["subnet-0123456789abcdef0"],
    instance: {
      images: ["ami-0123456789abcdef0"],
      keyPairs: ["ops"],
      instanceProfiles: ["mail"],
    },
  },
  zoneIds: ["0c1d2e3f405162738495a6b7c8d9eaf0"],
};

test("the committed files are what the list says: else run `npm run schema`", () => {
  const files = accessFiles();
  expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(files).sort());
  for (const [name, document] of Object.entries(files)) {
    expect(JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")), name).toEqual(document);
  }
});

test("IAM takes the policies: names of statements, each once, and a size, for a whole project too", () => {
  const { stacks: _, ...whole } = PLACE;
  const { tenant, mailHost, zoneIds } = EVERYTHING;
  const kinds: Needs[] = [
    { ...(tenant && { tenant }), zoneIds },
    { ...(mailHost && { mailHost }), zoneIds },
  ];
  for (const place of [PLACE, whole]) {
    for (const needs of kinds) {
      const policy = policyOf(accessFor("deploy", place, needs).grants);
      const names = policy.Statement.map(({ Sid }) => Sid);
      expect(names.filter((name) => !/^[A-Za-z0-9]+$/.test(name))).toEqual([]);
      expect(new Set(names).size).toBe(names.length);
      expect(policySize(policy)).toBeLessThan(POLICY_LIMIT);
    }
  }
});

test("each permission says why it is there, and of the official provider's where that stands", () => {
  for (const { permissions, resources } of accessFor("deploy", PLACE, EVERYTHING).grants) {
    expect(resources).not.toEqual([]);
    for (const { action, why, official } of permissions) {
      expect(action).toMatch(/^(ec2|iam):[A-Z]\w+$/);
      expect(why).not.toBe("");
      if (official !== undefined) expect(official).toMatch(/^terraform-provider-aws, internal\//);
    }
  }
});

test("who only looks changes nothing", () => {
  const { grants, token } = accessFor("drift", PLACE, EVERYTHING);
  const actions = grants.flatMap(({ permissions }) => permissions.map(({ action }) => action));
  expect(actions.filter((action) => !action.startsWith("ec2:Describe"))).toEqual([]);
  const groups = token?.policies.flatMap(({ permission_groups }) =>
    permission_groups.map(({ name }) => name),
  );
  expect(groups).toEqual(["Zone Read", "DNS Read"]);
});

test("the partition is that of the Region, and a role's ARN has no Region", () => {
  const arns = (region: string) =>
    accessFor("deploy", { ...PLACE, region, account: "123456789012" }, EVERYTHING).grants.flatMap(
      ({ resources }) => resources.filter((arn) => /elastic-ip\/\*|role|image/.test(arn)),
    );
  expect(new Set(arns("us-gov-west-1"))).toEqual(
    new Set([
      "arn:aws-us-gov:ec2:us-gov-west-1:123456789012:elastic-ip/*",
      "arn:aws-us-gov:ec2:us-gov-west-1::image/ami-0123456789abcdef0",
      "arn:aws-us-gov:iam::123456789012:role/mail",
    ]),
  );
  expect(arns("cn-north-1")[0]).toMatch(/^arn:aws-cn:/);
  expect(arns("eu-west-1")[0]).toMatch(/^arn:aws:/);
});

describe("what a stack needs", () => {
  const ZONES = {
    "acme.example": { cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" },
    "unused.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
  };
  const stackOf = (values: Record<string, unknown>): Stack => {
    const read = readConfig({ stack: "acme", values: { zones: ZONES, ...values } });
    if ("stack" in read) return read.stack;
    throw new Error(JSON.stringify(read.problems));
  };

  test("is what its config names, and the zones that it publishes in", () => {
    const tenant = {
      ...{ domain: "acme.example", hostNames: "mail.acme.example" },
      mailHost: { networkInterface: "eni-0123456789abcdef0" },
      addresses: {
        tx1: { privateIp: "10.0.1.10", publicIpv4Pool: "ipv4pool-ec2-0123" },
        tx2: { privateIp: "10.0.1.11", adopt: "198.51.100.7" },
      },
      streams: { tx: { from: "tx.acme.example", addresses: ["tx1", "tx2"] } },
      dmarc: { policy: "reject" },
    };
    expect(needsOf([stackOf({ tenant })])).toEqual({
      tenant: {
        networkInterfaces: ["eni-0123456789abcdef0"],
        pools: ["ipv4pool-ec2-0123"],
        adopt: ["198.51.100.7"],
      },
      zoneIds: ["0c1d2e3f405162738495a6b7c8d9eaf0"],
    });
  });

  test("of parked domains is nothing of AWS, of a tenant that has given its last address up still to release it", () => {
    const parked = { domain: "acme.example", neverMails: ["acme.example"] };
    expect(needsOf([stackOf({ tenant: parked })]).tenant).toBeUndefined();
    const leaving = { domain: "acme.example", hostNames: "mail.acme.example" };
    expect(
      needsOf([stackOf({ tenant: { ...leaving, dmarc: { policy: "reject" } } })]).tenant,
    ).toEqual({ networkInterfaces: [], pools: [], adopt: [] });
  });
});
