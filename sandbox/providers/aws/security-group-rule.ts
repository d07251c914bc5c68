/** `aws.vpc.SecurityGroupIngressRule` and `SecurityGroupEgressRule`: one rule, one peer. */
import type { EC2, SecurityGroupRule } from "@aws-sdk/client-ec2";
import type { ResourceType } from "../resource.ts";
import { compact, number, type Props, text } from "../values.ts";
import { type Aws, regionalArn } from "./client.ts";
import { doing, unlessGone } from "./errors.ts";
import { REGION, readTags, TAGS, tagSpecifications, updateTags } from "./tags.ts";

const GONE = "InvalidSecurityGroupRuleId.NotFound";
const PEERS = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];

async function findRule(ec2: EC2, id: string): Promise<SecurityGroupRule | undefined> {
  const request = ec2.describeSecurityGroupRules({ SecurityGroupRuleIds: [id] });
  const what = `reading VPC Security Group Rule (${id})`;
  const reply = await doing(
    what,
    unlessGone(request, GONE, "InvalidSecurityGroupRuleId.Malformed"),
  );
  return reply?.SecurityGroupRules?.find((rule) => rule.SecurityGroupRuleId === id);
}

function ports(inputs: Props) {
  const every = text(inputs["ipProtocol"]) === "-1";
  return {
    IpProtocol: text(inputs["ipProtocol"]),
    ...(every ? {} : { FromPort: number(inputs["fromPort"]), ToPort: number(inputs["toPort"]) }),
  };
}

function permission(inputs: Props) {
  const said = text(inputs["description"]);
  const Description = said === undefined ? {} : { Description: said };
  const v4 = text(inputs["cidrIpv4"]);
  const v6 = text(inputs["cidrIpv6"]);
  const list = text(inputs["prefixListId"]);
  const group = text(inputs["referencedSecurityGroupId"]);
  return {
    ...ports(inputs),
    ...(v4 && { IpRanges: [{ CidrIp: v4, ...Description }] }),
    ...(v6 && { Ipv6Ranges: [{ CidrIpv6: v6, ...Description }] }),
    ...(list && { PrefixListIds: [{ PrefixListId: list, ...Description }] }),
    ...(group && { UserIdGroupPairs: [{ GroupId: group, ...Description }] }),
  };
}

const string = { type: "string" } as const;

export function securityGroupRule(side: "ingress" | "egress"): ResourceType<Aws> {
  const name = `VPC Security Group ${side === "ingress" ? "Ingress" : "Egress"} Rule`;
  return {
    fields: {
      cidrIpv4: string,
      cidrIpv6: string,
      description: string,
      fromPort: { type: "number" },
      ipProtocol: { type: "string", required: true },
      prefixListId: string,
      referencedSecurityGroupId: string,
      region: REGION,
      securityGroupId: { type: "string", required: true, forceNew: true },
      tags: TAGS,
      toPort: { type: "number" },
    },
    outputs: ["arn", "securityGroupRuleId", "tagsAll"],
    changing: ["tagsAll"],
    check(inputs) {
      const peers = PEERS.filter((peer) => inputs[peer] !== undefined);
      if (peers.length === 1) return [];
      const reason = `Exactly one of these attributes must be configured: [${PEERS.join(",")}]`;
      return [{ property: peers[1] ?? "cidrIpv4", reason }];
    },
    async create({ client: aws }, inputs) {
      const ec2 = await aws.ec2();
      const input = {
        GroupId: text(inputs["securityGroupId"]),
        IpPermissions: [permission(inputs)],
        ...tagSpecifications(aws, "security-group-rule", inputs["tags"]),
      };
      const request =
        side === "ingress"
          ? ec2.authorizeSecurityGroupIngress(input)
          : ec2.authorizeSecurityGroupEgress(input);
      const reply = await doing(`creating ${name}`, request);
      return { id: reply.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? "" };
    },
    async read({ client: aws }, id, state) {
      const rule = await findRule(await aws.ec2(), id);
      if (rule === undefined) return undefined;
      const every = rule.IpProtocol === "-1";
      const outputs = compact({
        arn: await regionalArn(aws, "ec2", `security-group-rule/${id}`),
        cidrIpv4: rule.CidrIpv4,
        cidrIpv6: rule.CidrIpv6,
        description: rule.Description || undefined,
        fromPort: every ? undefined : rule.FromPort,
        ipProtocol: rule.IpProtocol,
        prefixListId: rule.PrefixListId,
        referencedSecurityGroupId: rule.ReferencedGroupInfo?.GroupId,
        region: aws.region,
        securityGroupId: rule.GroupId,
        securityGroupRuleId: id,
        toPort: every ? undefined : rule.ToPort,
        ...readTags(aws, rule.Tags, state),
      });
      return { id, outputs };
    },
    async update({ client: aws }, id, { olds, news, changed }) {
      const ec2 = await aws.ec2();
      if (changed.some((each) => each !== "tags")) {
        const request = ec2.modifySecurityGroupRules({
          GroupId: text(news["securityGroupId"]),
          SecurityGroupRules: [
            {
              SecurityGroupRuleId: id,
              SecurityGroupRule: {
                ...ports(news),
                ...compactStrings({
                  CidrIpv4: text(news["cidrIpv4"]),
                  CidrIpv6: text(news["cidrIpv6"]),
                  Description: text(news["description"]),
                  PrefixListId: text(news["prefixListId"]),
                  ReferencedGroupId: text(news["referencedSecurityGroupId"]),
                }),
              },
            },
          ],
        });
        await doing(`updating ${name} (${id})`, request);
      }
      if (changed.includes("tags")) await updateTags(aws, id, olds["tags"], news["tags"]);
    },
    async delete({ client: aws }, id, state) {
      const ec2 = await aws.ec2();
      const input = { GroupId: text(state["securityGroupId"]), SecurityGroupRuleIds: [id] };
      const request: Promise<object> =
        side === "ingress"
          ? ec2.revokeSecurityGroupIngress(input)
          : ec2.revokeSecurityGroupEgress(input);
      await doing(`deleting ${name} (${id})`, unlessGone(request, GONE, "InvalidGroup.NotFound"));
    },
  };
}

function compactStrings<K extends string>(values: Record<K, string | undefined>) {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<Record<K, string>>;
}
