/** `aws.ec2.SecurityGroup` with its inline rules. */
import { randomBytes } from "node:crypto";
import type { EC2, IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import { type Field, InitFailed, type ResourceType } from "../resource.ts";
import {
  canonical,
  isObject,
  number,
  objects,
  type Props,
  text,
  texts,
  type Value,
} from "../values.ts";
import { type Aws, regionalArn } from "./client.ts";
import { CloudError, doing, unlessGone, waitFor } from "./errors.ts";
import { REGION, readTags, TAGS, tagSpecifications, updateTags } from "./tags.ts";

const MINUTES = 60_000;
const GONE = "InvalidGroup.NotFound";
const NUMBERED: Readonly<Record<string, string>> = {
  all: "-1",
  "6": "tcp",
  "17": "udp",
  "1": "icmp",
};

/** One source or destination on one port range: the unit in which AWS adds and removes. */
interface Atom {
  protocol: string;
  from: number;
  to: number;
  kind: "cidrBlocks" | "ipv6CidrBlocks" | "prefixListIds" | "securityGroups" | "self";
  peer: string;
  description: string;
}

const LISTS = ["cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups"] as const;

function atomsOf(rules: Value | undefined): Atom[] {
  return objects(rules).flatMap((rule) => {
    const said = (text(rule["protocol"]) ?? "-1").toLowerCase();
    const protocol = NUMBERED[said] ?? said;
    const every = protocol === "-1";
    const common = {
      protocol,
      from: every ? 0 : (number(rule["fromPort"]) ?? 0),
      to: every ? 0 : (number(rule["toPort"]) ?? 0),
      description: text(rule["description"]) ?? "",
    };
    const atoms: Atom[] = LISTS.flatMap((kind) =>
      texts(rule[kind]).map((peer) => ({ ...common, kind, peer })),
    );
    if (rule["self"] === true) atoms.push({ ...common, kind: "self", peer: "" });
    return atoms;
  });
}

const keyOf = (atom: Atom) => canonical({ ...atom });

/** The same rules, whatever way they are grouped, have the same text. */
const normalize = (rules: Value): Value => atomsOf(rules).map(keyOf).sort();

function permission(atom: Atom, group: string): IpPermission {
  const Description = atom.description === "" ? {} : { Description: atom.description };
  const base = {
    IpProtocol: atom.protocol,
    ...(atom.protocol === "-1" ? {} : { FromPort: atom.from, ToPort: atom.to }),
  };
  switch (atom.kind) {
    case "cidrBlocks":
      return { ...base, IpRanges: [{ CidrIp: atom.peer, ...Description }] };
    case "ipv6CidrBlocks":
      return { ...base, Ipv6Ranges: [{ CidrIpv6: atom.peer, ...Description }] };
    case "prefixListIds":
      return { ...base, PrefixListIds: [{ PrefixListId: atom.peer, ...Description }] };
    case "securityGroups":
      return { ...base, UserIdGroupPairs: [{ GroupId: atom.peer, ...Description }] };
    case "self":
      return { ...base, UserIdGroupPairs: [{ GroupId: group, ...Description }] };
  }
}

/** Rules as the state holds them: one for each port range and description. */
function liveRules(permissions: IpPermission[] | undefined, group: string): Props[] {
  const rules = new Map<string, Props>();
  const add = (p: IpPermission, description: string | undefined, kind: string, peer: string) => {
    const head = {
      protocol: p.IpProtocol ?? "-1",
      fromPort: p.FromPort === -1 ? 0 : (p.FromPort ?? 0),
      toPort: p.ToPort === -1 ? 0 : (p.ToPort ?? 0),
      description: description ?? "",
    };
    const key = canonical(head);
    const rule: Props = rules.get(key) ?? { ...head, self: false };
    if (kind === "self") rule["self"] = true;
    else rule[kind] = [...texts(rule[kind]), peer].sort();
    rules.set(key, rule);
  };
  for (const p of permissions ?? []) {
    for (const r of p.IpRanges ?? []) add(p, r.Description, "cidrBlocks", r.CidrIp ?? "");
    for (const r of p.Ipv6Ranges ?? []) add(p, r.Description, "ipv6CidrBlocks", r.CidrIpv6 ?? "");
    for (const r of p.PrefixListIds ?? []) {
      add(p, r.Description, "prefixListIds", r.PrefixListId ?? "");
    }
    for (const r of p.UserIdGroupPairs ?? []) {
      const self = r.GroupId === group;
      add(p, r.Description, self ? "self" : "securityGroups", r.GroupId ?? "");
    }
  }
  return [...rules].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule);
}

async function findGroup(ec2: EC2, id: string): Promise<SecurityGroup | undefined> {
  const request = ec2.describeSecurityGroups({ GroupIds: [id] });
  const reply = await doing(`reading Security Group (${id})`, unlessGone(request, GONE));
  return reply?.SecurityGroups?.find((group) => group.GroupId === id);
}

/** Keeps the program's grouping of the rules as long as it still says what AWS has. */
function rulesOf(live: IpPermission[] | undefined, id: string, before: Value | undefined): Value {
  const rules = liveRules(live, id);
  const kept = before !== undefined && canonical(normalize(before)) === canonical(normalize(rules));
  return kept ? before : rules;
}

type Side = "ingress" | "egress";

async function changeRules(ec2: EC2, id: string, side: Side, olds: Value, news: Value) {
  const before = new Map(atomsOf(olds).map((atom) => [keyOf(atom), atom]));
  const after = new Map(atomsOf(news).map((atom) => [keyOf(atom), atom]));
  const revoked = [...before].filter(([key]) => !after.has(key)).map(([, atom]) => atom);
  const added = [...after].filter(([key]) => !before.has(key)).map(([, atom]) => atom);
  const change = (atoms: Atom[]) => ({
    GroupId: id,
    IpPermissions: atoms.map((atom) => permission(atom, id)),
  });
  if (revoked.length > 0) {
    const request =
      side === "ingress"
        ? ec2.revokeSecurityGroupIngress(change(revoked))
        : ec2.revokeSecurityGroupEgress(change(revoked));
    await doing(`revoking Security Group (${id}) ${side} rules`, request);
  }
  if (added.length > 0) {
    const request =
      side === "ingress"
        ? ec2.authorizeSecurityGroupIngress(change(added))
        : ec2.authorizeSecurityGroupEgress(change(added));
    await doing(`authorizing Security Group (${id}) ${side} rules`, request);
  }
}

const rules: Field = { type: "set", computed: true, normalize };

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
    const id = (await doing(`creating Security Group (${name})`, request)).GroupId ?? "";
    try {
      // AWS lets everything out of a new group; what is not asked for is not kept.
      const found = await waitFor(`waiting for Security Group (${id}) create`, MINUTES, () =>
        findGroup(ec2, id),
      );
      const open = liveRules(found.IpPermissionsEgress, id);
      await changeRules(ec2, id, "egress", open, inputs["egress"] ?? []);
      await changeRules(ec2, id, "ingress", [], inputs["ingress"] ?? []);
    } catch (error) {
      throw new InitFailed(id, error instanceof Error ? error.message : String(error));
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
    const live = await findGroup(ec2, id);
    for (const side of ["ingress", "egress"] as const) {
      if (!changed.includes(side)) continue;
      const now = side === "ingress" ? live?.IpPermissions : live?.IpPermissionsEgress;
      await changeRules(ec2, id, side, liveRules(now, id), news[side] ?? []);
    }
    if (changed.includes("tags")) await updateTags(aws, id, olds["tags"], news["tags"]);
  },
  async delete({ client: aws, timeoutMs }, id, state) {
    const ec2 = await aws.ec2();
    if (state["revokeRulesOnDelete"] === true) {
      await changeRules(ec2, id, "ingress", state["ingress"] ?? [], []);
      await changeRules(ec2, id, "egress", state["egress"] ?? [], []);
    }
    const what = `deleting Security Group (${id})`;
    // Interfaces that use it may be on their way out still.
    await waitFor(what, timeoutMs ?? 15 * MINUTES, async () => {
      try {
        await unlessGone(ec2.deleteSecurityGroup({ GroupId: id }), GONE);
        return true;
      } catch (error) {
        if (error instanceof CloudError && error.code === "DependencyViolation") return undefined;
        throw CloudError.during(what, error);
      }
    });
  },
};
