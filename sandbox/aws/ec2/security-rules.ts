/** Rules of security groups: authorize, revoke, describe. */
import ipaddr from "ipaddr.js";
import { ApiError } from "../error.ts";
import { newId } from "../ids.ts";
import type { Params } from "../params.ts";
import type { Peer, SecurityGroup, SecurityGroupRule } from "../state.ts";
import { accountId } from "../sts.ts";
import type { Xml } from "../xml.ts";
import { type Call, filtered, find, type Handler, invalid, specifiedTags, tagSet } from "./call.ts";
import { needGroup } from "./security-groups.ts";

export const ruleHandlers: Readonly<Record<string, Handler>> = {
  AuthorizeSecurityGroupIngress: (call) => authorize(call, false),
  AuthorizeSecurityGroupEgress: (call) => authorize(call, true),
  RevokeSecurityGroupIngress: (call) => revoke(call, false),
  RevokeSecurityGroupEgress: (call) => revoke(call, true),

  /** Each rule as a whole: what the request leaves out is gone. Its direction stays. */
  ModifySecurityGroupRules(call) {
    const group = needGroup(call);
    const changes = call.params.groups("SecurityGroupRule").map((change) => {
      const id = change.need("SecurityGroupRuleId");
      const rule = group.rules.find((candidate) => candidate.id === id);
      if (rule === undefined) throw noRule(id);
      const next = modifiedRule(call, change.group("SecurityGroupRule"), rule);
      const others = group.rules.filter((other) => other !== rule);
      checkNew(others, next, rule.egress);
      return { rule, next };
    });
    for (const { rule, next } of changes) {
      delete rule.description;
      Object.assign(rule, next);
    }
    return { return: true };
  },

  DescribeSecurityGroupRules(call) {
    const all = Object.values(call.region.securityGroups).flatMap((group) =>
      group.rules.map((rule) => ({ group, rule })),
    );
    const ids = call.params.list("SecurityGroupRuleId");
    for (const id of ids) {
      if (!all.some(({ rule }) => rule.id === id)) throw noRule(id);
    }
    const found = all.filter(({ rule }) => ids.length === 0 || ids.includes(rule.id));
    const shown = filtered(call, found, ({ group, rule }) => ({
      tags: rule.tags,
      values: { "group-id": [group.id], "security-group-rule-id": [rule.id] },
    }));
    return {
      securityGroupRuleSet: shown.map(({ group, rule }) => describe(call, group, rule)),
    };
  },
};

type WantedRule = Omit<SecurityGroupRule, "id" | "egress">;

function authorize(call: Call, egress: boolean): { [name: string]: Xml } {
  const group = needGroup(call);
  const wanted = wantedRules(call);
  for (const rule of wanted) checkNew(group.rules, rule, egress);
  const added = wanted.map((rule) => ({ ...rule, id: newId(call.aws, "sgr"), egress }));
  group.rules.push(...added);
  return {
    return: true,
    securityGroupRuleSet: added.map((rule) => describe(call, group, rule)),
  };
}

function checkNew(rules: readonly SecurityGroupRule[], rule: WantedRule, egress: boolean): void {
  if (!rules.some((existing) => isSame(existing, rule, egress))) return;
  throw new ApiError(
    "InvalidPermission.Duplicate",
    `the specified rule "peer: ${rule.peer.value}, ${rule.protocol}, from port: ` +
      `${rule.fromPort}, to port: ${rule.toPort}, ALLOW" already exists`,
  );
}

function modifiedRule({ region }: Call, params: Params, { tags }: SecurityGroupRule): WantedRule {
  const group = params.get("ReferencedGroupId");
  if (group !== undefined) {
    find(region.securityGroups, group, "InvalidGroup.NotFound", "security group");
  }
  const [cidr, cidr6] = [params.get("CidrIpv4"), params.get("CidrIpv6")];
  const list = params.get("PrefixListId");
  const peers: Peer[] = [];
  if (cidr !== undefined) peers.push(ipv4(cidr));
  if (cidr6 !== undefined) peers.push(ipv6(cidr6));
  if (list !== undefined) peers.push({ kind: "prefixList", value: list });
  if (group !== undefined) peers.push({ kind: "group", value: group });
  const [peer, more] = peers;
  if (peer === undefined || more !== undefined) throw invalid("A rule has exactly one peer.");
  const description = params.get("Description");
  return { ...portsOf(params), peer, tags, ...(description === undefined ? {} : { description }) };
}

function revoke(call: Call, egress: boolean): { [name: string]: Xml } {
  const group = needGroup(call);
  const ids = call.params.list("SecurityGroupRuleId");
  const gone = new Set<string>();
  for (const id of ids) {
    if (!group.rules.some((rule) => rule.id === id && rule.egress === egress)) throw noRule(id);
    gone.add(id);
  }
  for (const wanted of ids.length > 0 ? [] : wantedRules(call)) {
    const found = group.rules.find((existing) => isSame(existing, wanted, egress));
    if (found === undefined) {
      throw new ApiError(
        "InvalidPermission.NotFound",
        "The specified rule does not exist in this security group.",
      );
    }
    gone.add(found.id);
  }
  group.rules = group.rules.filter((rule) => !gone.has(rule.id));
  return { return: true };
}

/** From `IpPermissions.N`, or from the single-rule parameters. */
function wantedRules(call: Call): WantedRule[] {
  const { params } = call;
  const tags = specifiedTags(params, "security-group-rule");
  const groups = params.groups("IpPermissions");
  const rules = (groups.length > 0 ? groups : [params]).flatMap((permission) => {
    const ports = portsOf(permission);
    return peersOf(call, permission).map((peer) => ({ ...ports, ...peer, tags: { ...tags } }));
  });
  if (rules.length > 0) return rules;
  throw new ApiError(
    "MissingParameter",
    "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.",
  );
}

const protocolNames: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp", "1": "icmp" };

function portsOf(permission: Params): Pick<WantedRule, "protocol" | "fromPort" | "toPort"> {
  const given = permission.need("IpProtocol").toLowerCase();
  const protocol = given === "all" ? "-1" : (protocolNames[given] ?? given);
  if (protocol === "-1") return { protocol, fromPort: -1, toPort: -1 };
  const fromPort = permission.int("FromPort") ?? -1;
  const toPort = permission.int("ToPort") ?? -1;
  const ported = protocol === "tcp" || protocol === "udp";
  if (ported && !(0 <= fromPort && fromPort <= toPort && toPort <= 65_535)) {
    throw invalid(`Invalid value for portRange: ${fromPort}-${toPort}.`);
  }
  return { protocol, fromPort, toPort };
}

function peersOf({ region }: Call, permission: Params): Pick<WantedRule, "peer" | "description">[] {
  const peers: Pick<WantedRule, "peer" | "description">[] = [];
  const add = (peer: Peer, from?: Params) => {
    const description = from?.get("Description");
    peers.push(description === undefined ? { peer } : { peer, description });
  };
  for (const range of permission.groups("IpRanges")) add(ipv4(range.need("CidrIp")), range);
  for (const range of permission.groups("Ipv6Ranges")) add(ipv6(range.need("CidrIpv6")), range);
  for (const list of permission.groups("PrefixListIds")) {
    add({ kind: "prefixList", value: list.need("PrefixListId") }, list);
  }
  for (const other of permission.groups("Groups")) {
    const id = other.need("GroupId");
    find(region.securityGroups, id, "InvalidGroup.NotFound", "security group");
    add({ kind: "group", value: id }, other);
  }
  const single = permission.get("CidrIp");
  if (single !== undefined) add(ipv4(single));
  return peers;
}

function ipv4(cidr: string): Peer {
  if (!ipaddr.IPv4.isValidCIDR(cidr)) throw invalid(`CIDR block ${cidr} is malformed`);
  const base = ipaddr.IPv4.networkAddressFromCIDR(cidr).toString();
  return { kind: "ipv4", value: `${base}/${cidr.split("/")[1]}` };
}

function ipv6(cidr: string): Peer {
  if (!ipaddr.IPv6.isValidCIDR(cidr)) throw invalid(`CIDR block ${cidr} is malformed`);
  return { kind: "ipv6", value: cidr.toLowerCase() };
}

function isSame(rule: SecurityGroupRule, wanted: WantedRule, egress: boolean): boolean {
  return (
    rule.egress === egress &&
    rule.protocol === wanted.protocol &&
    rule.fromPort === wanted.fromPort &&
    rule.toPort === wanted.toPort &&
    rule.peer.kind === wanted.peer.kind &&
    rule.peer.value === wanted.peer.value
  );
}

function noRule(id: string): ApiError {
  return new ApiError(
    "InvalidSecurityGroupRuleId.NotFound",
    `The security group rule ID '${id}' does not exist`,
  );
}

function describe({ regionName }: Call, group: SecurityGroup, rule: SecurityGroupRule): Xml {
  const { kind, value } = rule.peer;
  return {
    securityGroupRuleId: rule.id,
    securityGroupRuleArn: `arn:aws:ec2:${regionName}:${accountId}:security-group-rule/${rule.id}`,
    groupId: group.id,
    groupOwnerId: accountId,
    isEgress: rule.egress,
    ipProtocol: rule.protocol,
    fromPort: rule.fromPort,
    toPort: rule.toPort,
    cidrIpv4: kind === "ipv4" ? value : undefined,
    cidrIpv6: kind === "ipv6" ? value : undefined,
    prefixListId: kind === "prefixList" ? value : undefined,
    referencedGroupInfo: kind === "group" ? { groupId: value, userId: accountId } : undefined,
    description: rule.description,
    tagSet: tagSet(rule.tags),
  };
}
