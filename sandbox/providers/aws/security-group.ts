/** `aws.ec2.SecurityGroup` with its inline rules. */
import { randomBytes } from "node:crypto";
import type { EC2, IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import type { Field } from "../field.ts";
import { InitFailure, type ResourceType } from "../resource.ts";
import { canonical, isObject, text, type Value } from "../values.ts";
import { type Aws, regionalArn } from "./client.ts";
import { CloudError, undefinedIfGone, waitFor, withErrorContext } from "./errors.ts";
import { changeRules, liveRules, normalize } from "./security-group-rules.ts";
import { REGION, readTags, TAGS, tagSpecifications, updateTags } from "./tags.ts";

const MINUTES = 60_000;
const GONE = "InvalidGroup.NotFound";
async function findGroup(ec2: EC2, id: string): Promise<SecurityGroup | undefined> {
  const request = ec2.describeSecurityGroups({ GroupIds: [id] });
  const reply = await withErrorContext(
    `reading Security Group (${id})`,
    undefinedIfGone(request, GONE),
  );
  return reply?.SecurityGroups?.find((group) => group.GroupId === id);
}

/** Keeps the program's grouping of the rules as long as it still says what AWS has. */
function rulesOf(live: IpPermission[] | undefined, id: string, before: Value | undefined): Value {
  const rules = liveRules(live, id);
  const kept = before !== undefined && canonical(normalize(before)) === canonical(normalize(rules));
  return kept ? before : rules;
}

const rules: Field = { type: "set", computed: true, normalize };

async function revokeOpenEgress(ec2: EC2, id: string): Promise<void> {
  const open = { IpProtocol: "-1", FromPort: 0, ToPort: 0 };
  const revoke = (rule: IpPermission) =>
    ec2.revokeSecurityGroupEgress({ GroupId: id, IpPermissions: [{ ...open, ...rule }] });
  const what = (kind: string) => `revoking default ${kind} egress rule for Security Group (${id})`;
  await withErrorContext(what("IPv4"), revoke({ IpRanges: [{ CidrIp: "0.0.0.0/0" }] }));
  const six = revoke({ Ipv6Ranges: [{ CidrIpv6: "::/0" }] });
  await withErrorContext(what("IPv6"), undefinedIfGone(six, "InvalidPermission.NotFound"));
}

export const securityGroup: ResourceType<Aws> = {
  fields: {
    description: { type: "string", forceNew: true, default: "Managed by Pulumi" },
    egress: rules,
    ingress: rules,
    name: { type: "string", forceNew: true, computed: true },
    namePrefix: { type: "string", forceNew: true, computed: true },
    region: REGION,
    revokeRulesOnDelete: { type: "boolean", default: false },
    tags: TAGS,
    vpcId: { type: "string", forceNew: true, computed: true },
  },
  outputs: ["arn", "ownerId", "tagsAll"],
  changing: ["tagsAll"],
  autoname: "name",
  check(inputs) {
    const failures = [];
    for (const side of ["ingress", "egress"]) {
      const list = inputs[side];
      for (const [i, rule] of Array.isArray(list) ? list.entries() : []) {
        if (!isObject(rule)) continue;
        for (const name of ["fromPort", "toPort", "protocol"]) {
          if (rule[name] !== undefined) continue;
          const property = `${side}[${i}].${name}`;
          failures.push({ property, reason: `Missing required argument: "${name}" is required` });
        }
      }
    }
    return failures;
  },
  async create({ client: aws }, inputs) {
    const ec2 = await aws.ec2();
    const prefix = text(inputs["namePrefix"]);
    const name =
      text(inputs["name"]) ?? `${prefix ?? "terraform-"}${randomBytes(8).toString("hex")}`;
    const vpc = text(inputs["vpcId"]);
    const request = ec2.createSecurityGroup({
      GroupName: name,
      Description: text(inputs["description"]) ?? "Managed by Pulumi",
      ...(vpc && { VpcId: vpc }),
      ...tagSpecifications(aws, "security-group", inputs["tags"]),
    });
    const id = (await withErrorContext(`creating Security Group (${name})`, request)).GroupId ?? "";
    try {
      await waitFor(`waiting for Security Group (${id}) create`, MINUTES, () => findGroup(ec2, id));
      // AWS lets everything out of a new group, over IPv6 where the network has that.
      await revokeOpenEgress(ec2, id);
      const found = await findGroup(ec2, id);
      for (const side of ["ingress", "egress"] as const) {
        const now = side === "ingress" ? found?.IpPermissions : found?.IpPermissionsEgress;
        await changeRules(ec2, id, side, liveRules(now, id), inputs[side] ?? []);
      }
    } catch (error) {
      throw new InitFailure(id, error instanceof Error ? error.message : String(error));
    }
    return { id };
  },
  async read({ client: aws }, id, state) {
    const group = await findGroup(await aws.ec2(), id);
    if (group === undefined) return undefined;
    const outputs = {
      arn: await regionalArn(aws, "ec2", `security-group/${id}`),
      description: group.Description ?? "",
      egress: rulesOf(group.IpPermissionsEgress, id, state["egress"]),
      ingress: rulesOf(group.IpPermissions, id, state["ingress"]),
      name: group.GroupName ?? "",
      namePrefix: state["namePrefix"] ?? "",
      ownerId: group.OwnerId ?? "",
      region: aws.region,
      revokeRulesOnDelete: state["revokeRulesOnDelete"] ?? false,
      vpcId: group.VpcId ?? "",
      ...readTags(aws, group.Tags, state),
    };
    return { id, outputs };
  },
  async update({ client: aws }, id, { olds, news, changed }) {
    const ec2 = await aws.ec2();
    if (changed.includes("tags")) await updateTags(aws, id, olds["tags"], news["tags"]);
    const live = await findGroup(ec2, id);
    for (const side of ["ingress", "egress"] as const) {
      if (!changed.includes(side)) continue;
      const now = side === "ingress" ? live?.IpPermissions : live?.IpPermissionsEgress;
      await changeRules(ec2, id, side, liveRules(now, id), news[side] ?? []);
    }
  },
  async delete({ client: aws, timeoutMs }, id, state) {
    const ec2 = await aws.ec2();
    if (state["revokeRulesOnDelete"] === true) {
      await changeRules(ec2, id, "ingress", state["ingress"] ?? [], []);
      await changeRules(ec2, id, "egress", state["egress"] ?? [], []);
    }
    // Interfaces of AWS's own that linger would be taken off it; ours are none.
    const Filters = [{ Name: "group-id", Values: [id] }];
    await withErrorContext(
      `deleting Security Group (${id})`,
      ec2.describeNetworkInterfaces({ Filters }),
    );
    const what = `deleting Security Group (${id})`;
    // Interfaces that use it may be on their way out still.
    await waitFor(what, timeoutMs ?? 15 * MINUTES, async () => {
      try {
        await undefinedIfGone(ec2.deleteSecurityGroup({ GroupId: id }), GONE);
        return true;
      } catch (error) {
        if (error instanceof CloudError && error.code === "DependencyViolation") return undefined;
        throw CloudError.during(what, error);
      }
    });
    await findGroup(ec2, id);
  },
};
