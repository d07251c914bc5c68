/** Credentials with limits: IAM policies and Cloudflare token scopes in force, asked by the clouds' own clients. */
import * as ec2 from "@aws-sdk/client-ec2";
import { GetParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import { DecodeAuthorizationMessageCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { accessFor, policyOf } from "../../core/access/access.ts";
import { type Policy, policySchema } from "../../sandbox/access/policy.ts";
import { callResources } from "../../sandbox/aws/ec2/resources.ts";
import { ec2Actions } from "../../sandbox/aws/ec2/service.ts";
import { startSandbox } from "../../sandbox/server.ts";
import {
  codeOf,
  createGroup,
  createInterface,
  ec2For,
  need,
  ssmFor,
  stsFor,
  subnetId,
  vpcId,
  zoneId,
} from "./aws.ts";
import { codeOf as cloudflareCodeOf, cloudflareFor, zone } from "./cloudflare.ts";
import { sandboxForTest } from "./support.ts";

const PLACE = { project: "mail", stacks: ["acme"], region: "us-east-1" };
const TENANT = { networkInterfaces: [], pools: [], adopt: [] };
const OWN = { "sendips:stack": "acme", "sendips:project": "mail" };

const printed = (policy: object): Policy => policySchema.parse(policy);

const tenantPolicy = (adopt: string[] = []) =>
  printed(
    policyOf(accessFor("deploy", PLACE, { tenant: { ...TENANT, adopt }, zoneIds: [] }).grants),
  );

const mailHostPolicy = printed(
  policyOf(
    accessFor("deploy", PLACE, {
      mailHost: {
        subnets: [subnetId],
        instance: { images: ["ami-0123456789abcdef0"], keyPairs: [], instanceProfiles: [] },
      },
      zoneIds: [],
    }).grants,
  ),
);

const statement = (Action: string, Resource = "*"): Policy => ({
  Version: "2012-10-17",
  Statement: [{ Sid: "One", Effect: "Allow", Action, Resource }],
});

const specifications = (ResourceType: ec2.ResourceType, tags: Record<string, string>) => ({
  TagSpecifications: [
    { ResourceType, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
  ],
});

/** A sandbox in which the tests' access key has limits, and a client of somebody who has none. */
async function limited(policies: Policy[]) {
  const sandbox = await sandboxForTest({ access: { aws: { AKIASANDBOX: policies } } });
  const client = ec2For(sandbox);
  const somebody = new ec2.EC2Client({
    ...{ endpoint: sandbox.url, region: "us-east-1", maxAttempts: 1 },
    credentials: { accessKeyId: "AKIASOMEBODY", secretAccessKey: "any" },
  });
  const allocate = async (who: ec2.EC2Client, tags: Record<string, string>) =>
    need(
      (await who.send(new ec2.AllocateAddressCommand(specifications("elastic-ip", tags))))
        .AllocationId,
    );
  return { sandbox, client, somebody, allocate };
}

describe("an access key with a policy", () => {
  it("is refused what the policy does not say, in EC2's words, which STS decodes", async () => {
    const { sandbox, client } = await limited([
      statement("ec2:DescribeAddresses"),
      statement("sts:DecodeAuthorizationMessage"),
    ]);
    await client.send(new ec2.DescribeAddressesCommand({}));
    const refused: Error = await client.send(new ec2.DescribeSubnetsCommand({})).then(
      () => new Error("was let"),
      (error) => error,
    );
    expect(refused).toMatchObject({
      name: "UnauthorizedOperation",
      $metadata: { httpStatusCode: 403 },
      message: expect.stringMatching(
        /^You are not authorized to perform this operation\. User: arn:aws:iam::123456789012:user\/sandbox is not authorized to perform: ec2:DescribeSubnets on resource: \* because no identity-based policy allows the ec2:DescribeSubnets action\. Encoded authorization failure message: [\w-]+$/,
      ),
    });
    const EncodedMessage = refused.message.split(" ").at(-1);
    const { DecodedMessage } = await stsFor(sandbox).send(
      new DecodeAuthorizationMessageCommand({ EncodedMessage }),
    );
    expect(JSON.parse(need(DecodedMessage))).toMatchObject({
      ...{ allowed: false, explicitDeny: false, matchedStatements: { items: [] } },
      context: { action: "ec2:DescribeSubnets", resource: "*" },
    });
    const nonsense = new DecodeAuthorizationMessageCommand({ EncodedMessage: "nonsense" });
    expect(await codeOf(stsFor(sandbox).send(nonsense))).toBe(
      "InvalidAuthorizationMessageException",
    );
  });

  it("may always ask who it is, and decodes only where it is allowed to", async () => {
    const { sandbox } = await limited([]);
    const sts = stsFor(sandbox);
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe("123456789012");
    const decode = new DecodeAuthorizationMessageCommand({ EncodedMessage: "x" });
    expect(await codeOf(sts.send(decode))).toBe("AccessDenied");
  });

  it("has a dry run answered as the call would be", async () => {
    const { client } = await limited([statement("ec2:AllocateAddress")]);
    const allocate = new ec2.AllocateAddressCommand({ DryRun: true });
    expect(await codeOf(client.send(allocate))).toBe("DryRunOperation");
    const describe = new ec2.DescribeVpcsCommand({ DryRun: true });
    expect(await codeOf(client.send(describe))).toBe("UnauthorizedOperation");
  });

  it("is told by the call itself what is not there, if it may do such a thing at all", async () => {
    const { client } = await limited([statement("ec2:ReleaseAddress")]);
    const AllocationId = "eipalloc-0123456789abcdef0";
    expect(await codeOf(client.send(new ec2.ReleaseAddressCommand({ AllocationId })))).toBe(
      "InvalidAllocationID.NotFound",
    );
    const reset = new ec2.ResetAddressAttributeCommand({ AllocationId, Attribute: "domain-name" });
    expect(await codeOf(client.send(reset))).toBe("UnauthorizedOperation");
  });

  it("is limited in the Parameter Store too", async () => {
    const arn = "arn:aws:ssm:us-east-1:123456789012:parameter/mail/a";
    const { sandbox } = await limited([statement("ssm:*", arn)]);
    const ssm = ssmFor(sandbox);
    await ssm.send(new PutParameterCommand({ Name: "/mail/a", Value: "1", Type: "String" }));
    const other = ssm.send(new GetParameterCommand({ Name: "/mail/b" }));
    await expect(other).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("is not authorized to perform: ssm:GetParameter"),
    });
  });

  it("keeps its limits over a restart, until they are lifted", async () => {
    const { sandbox } = await limited([statement("ec2:AllocateAddress")]);
    await sandbox.close();
    const { stateFile } = sandbox;
    const again = await startSandbox({ stateFile });
    const client = ec2For({ ...sandbox, ...again });
    const describe = () => client.send(new ec2.DescribeAddressesCommand({}));
    expect(await codeOf(describe())).toBe("UnauthorizedOperation");
    await fetch(`${again.url}/_sandbox/access`, {
      method: "POST",
      body: JSON.stringify({ aws: { AKIASANDBOX: null } }),
    });
    expect(await codeOf(describe())).toBe("(no error)");
    await again.close();
  });
});

it("every call that changes something is asked about by its resources", () => {
  const asked = Object.keys(callResources);
  expect(
    ec2Actions.filter((name) => !name.startsWith("Describe") && !asked.includes(name)),
  ).toEqual([]);
  expect(asked.filter((name) => !ec2Actions.includes(name))).toEqual([]);
});

it("what of a policy is not simulated is refused, never passed over", async () => {
  const sandbox = await sandboxForTest();
  const policy = statement("ec2:DescribeAddresses");
  const withCondition = (Condition: object) => ({
    aws: { AKIA: [{ ...policy, Statement: [{ ...policy.Statement[0], Condition }] }] },
  });
  for (const condition of [
    { DateLessThan: { "aws:CurrentTime": "2027-01-01T00:00:00Z" } },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's own
    { StringEquals: { "aws:ResourceTag/owner": "${aws:username}" } },
  ]) {
    await expect(sandbox.post("access", withCondition(condition))).rejects.toThrow(/400/);
  }
  expect(await sandbox.get("access")).toEqual({ aws: {}, cloudflare: {} });
});

describe("what is printed for a tenant", () => {
  it("releases an address of its own once its release is a tag, and not before", async () => {
    const { client, allocate } = await limited([tenantPolicy()]);
    const AllocationId = await allocate(client, OWN);
    const release = () => codeOf(client.send(new ec2.ReleaseAddressCommand({ AllocationId })));
    expect(await release()).toBe("UnauthorizedOperation");
    const Tags = [{ Key: "sendips:release", Value: "true" }];
    await client.send(new ec2.CreateTagsCommand({ Resources: [AllocationId], Tags }));
    expect(await release()).toBe("(no error)");
  });

  it("gives no hold on an address of somebody else's, nor away one's own", async () => {
    const { sandbox, client, somebody, allocate } = await limited([tenantPolicy()]);
    const own = await allocate(client, OWN);
    const released = { "sendips:release": "true" };
    const others = [
      await allocate(somebody, {}),
      await allocate(somebody, { ...OWN, ...released, "sendips:stack": "shop" }),
      await allocate(somebody, { ...OWN, ...released, "sendips:project": "other" }),
    ];
    const eni = await createInterface(somebody, ["10.0.1.10"]);
    const { NetworkInterfaceId } = eni;
    const tag = (id: string, Key: string, Value: string) =>
      new ec2.CreateTagsCommand({ Resources: [id], Tags: [{ Key, Value }] });
    const domain = { Attribute: "domain-name" } as const;
    const attempts: Promise<unknown>[] = [
      client.send(new ec2.AllocateAddressCommand({})),
      client.send(
        new ec2.AllocateAddressCommand(
          specifications("elastic-ip", { ...OWN, "sendips:stack": "shop" }),
        ),
      ),
      client.send(
        new ec2.AllocateAddressCommand(specifications("elastic-ip", { "sendips:stack": "acme" })),
      ),
      ...others.flatMap((AllocationId) => [
        client.send(new ec2.ReleaseAddressCommand({ AllocationId })),
        client.send(new ec2.ResetAddressAttributeCommand({ AllocationId, ...domain })),
        client.send(
          new ec2.ModifyAddressAttributeCommand({ AllocationId, DomainName: "a.example" }),
        ),
        client.send(new ec2.AssociateAddressCommand({ AllocationId, NetworkInterfaceId })),
        client.send(tag(AllocationId, "sendips:stack", "acme")),
      ]),
      // An interface that is no mail host's.
      client.send(new ec2.AssociateAddressCommand({ AllocationId: own, NetworkInterfaceId })),
      client.send(tag(own, "sendips:stack", "shop")),
      client.send(
        new ec2.DeleteTagsCommand({ Resources: [own], Tags: [{ Key: "sendips:stack" }] }),
      ),
      client.send(new ec2.DeleteTagsCommand({ Resources: [own] })),
      client.send(new ec2.DescribeInstancesCommand({})),
      client.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId })),
      client.send(tag(NetworkInterfaceId, "sendips:mailHost", "mx-1")),
    ];
    const answers = await Promise.all(attempts.map(codeOf));
    expect(answers).toEqual(attempts.map(() => "UnauthorizedOperation"));
    // Elsewhere nothing at all.
    const elsewhere = new ec2.EC2Client({
      ...{ endpoint: sandbox.url, region: "eu-west-1", maxAttempts: 1 },
      credentials: { accessKeyId: "AKIASANDBOX", secretAccessKey: "any" },
    });
    expect(await codeOf(elsewhere.send(new ec2.DescribeAddressesCommand({})))).toBe(
      "UnauthorizedOperation",
    );
  });

  it("takes over an address that it names, by id or by IP, and no other", async () => {
    const { sandbox, client, somebody, allocate } = await limited([]);
    const [first, second, third] = [
      await allocate(somebody, {}),
      await allocate(somebody, { "sendips:stack": "shop" }),
      await allocate(somebody, {}),
    ];
    const { Addresses = [] } = await somebody.send(new ec2.DescribeAddressesCommand({}));
    const ip = need(Addresses.find(({ AllocationId }) => AllocationId === second)?.PublicIp);
    await sandbox.post("access", { aws: { AKIASANDBOX: [tenantPolicy([first, ip])] } });
    const Tags = Object.entries(OWN).map(([Key, Value]) => ({ Key, Value }));
    const adopt = (id: string) =>
      codeOf(client.send(new ec2.CreateTagsCommand({ Resources: [id], Tags })));
    expect(await Promise.all([first, second, third].map(adopt))).toEqual([
      ...["(no error)", "(no error)", "UnauthorizedOperation"],
    ]);
  });
});

describe("what is printed for a mail host", () => {
  it("gives no hold on what is not the stack's own", async () => {
    const { client, somebody } = await limited([mailHostPolicy]);
    const GroupId = await createGroup(somebody, "theirs");
    const { NetworkInterfaceId } = await createInterface(somebody, ["10.0.1.10"]);
    const rule = {
      IpProtocol: "tcp",
      FromPort: 25,
      ToPort: 25,
      IpRanges: [{ CidrIp: "0.0.0.0/0" }],
    };
    const group = { GroupName: "ours", Description: "mail", VpcId: vpcId };
    const made = await client.send(
      new ec2.CreateSecurityGroupCommand({ ...group, ...specifications("security-group", OWN) }),
    );
    const interfaceOf = (tags: Record<string, string>, Groups: string[]) =>
      new ec2.CreateNetworkInterfaceCommand({
        ...{ SubnetId: subnetId, Groups },
        ...specifications("network-interface", tags),
      });
    const ours = await client.send(interfaceOf(OWN, [need(made.GroupId)]));
    const own = need(ours.NetworkInterface?.NetworkInterfaceId);
    const run = (ImageId: string, tags: Record<string, string>) =>
      new ec2.RunInstancesCommand({
        ...{ ImageId, InstanceType: "c5.large", MinCount: 1, MaxCount: 1 },
        NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: own }],
        ...specifications("instance", tags),
      });
    const attempts: Promise<unknown>[] = [
      client.send(new ec2.CreateSecurityGroupCommand({ ...group, GroupName: "untagged" })),
      client.send(new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [rule] })),
      client.send(new ec2.DeleteSecurityGroupCommand({ GroupId })),
      client.send(interfaceOf({}, [need(made.GroupId)])),
      client.send(interfaceOf(OWN, [GroupId])),
      client.send(
        new ec2.AssignPrivateIpAddressesCommand({
          ...{ NetworkInterfaceId, PrivateIpAddresses: ["10.0.1.11"] },
        }),
      ),
      // Its own, and not released.
      client.send(new ec2.DeleteNetworkInterfaceCommand({ NetworkInterfaceId: own })),
      client.send(run("ami-0fedcba9876543210", OWN)),
      client.send(run("ami-0123456789abcdef0", {})),
      client.send(
        new ec2.RunInstancesCommand({
          ...run("ami-0123456789abcdef0", OWN).input,
          IamInstanceProfile: { Name: "administrator" },
        }),
      ),
      client.send(new ec2.AllocateAddressCommand(specifications("elastic-ip", OWN))),
    ];
    const answers = await Promise.all(attempts.map(codeOf));
    expect(answers).toEqual(attempts.map(() => "UnauthorizedOperation"));
    expect(await codeOf(client.send(run("ami-0123456789abcdef0", OWN)))).toBe("(no error)");
  });
});

describe("a Cloudflare token", () => {
  const OTHER = "1d2e3f405162738495a6b7c8d9eaf00c";
  const record = { type: "A", name: "tx1.acme.example", content: "192.0.2.1", ttl: 300 };

  async function scoped(role: "deploy" | "drift") {
    const sandbox = await sandboxForTest({
      zones: [
        { id: zoneId, name: "acme.example" },
        { id: OTHER, name: "operator.example" },
      ],
    });
    const { token } = accessFor(role, PLACE, { zoneIds: [zoneId] });
    await sandbox.post("access", { cloudflare: { "test-token": token?.policies } });
    const client = cloudflareFor(sandbox);
    const post = (id: string) => client.post(`/zones/${id}/dns_records`, { body: record });
    return { sandbox, client, post };
  }

  it("for deployments writes in its zones, and sees no other", async () => {
    const { client, post } = await scoped("deploy");
    await post(zoneId);
    expect((await client.dns.records.list(zone)).result).toHaveLength(1);
    expect(await cloudflareCodeOf(post(OTHER))).toBe("403 10000");
    expect(await cloudflareCodeOf(client.get(`/zones/${OTHER}`))).toBe("403 9109");
    expect((await client.zones.list()).result.map(({ name }) => name)).toEqual(["acme.example"]);
  });

  it("for drift reads and writes nothing", async () => {
    const { sandbox, client, post } = await scoped("drift");
    await client.get(`/zones/${zoneId}`);
    expect((await client.dns.records.list(zone)).result).toEqual([]);
    expect(await cloudflareCodeOf(post(zoneId))).toBe("403 10000");
    await sandbox.post("access", { cloudflare: { "test-token": null } });
    expect(await cloudflareCodeOf(post(zoneId))).toBe("(no error)");
  });
});
