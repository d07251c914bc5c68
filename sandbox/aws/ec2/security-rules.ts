/** Rules of security groups, as a group's inline rules are made: authorized and revoked by what they say. */
import ipaddr from "ipaddr.js";
import { ApiError } from "../error.ts";
import type { Params } from "../params.ts";
import type { Peer, SecurityGroupRule } from "../state.ts";
import type { Xml } from "../xml.ts";
import { type Call, findById, type Handler, invalidParameter } from "./call.ts";
import { needGroup } from "./security-groups.ts";

export const ruleHandlers: Readonly<Record<string, Handler>> = {
  AuthorizeSecurityGroupIngress: (call) => authorize(call, false),
  AuthorizeSecurityGroupEgress: (call) => authorize(call, true),
  RevokeSecurityGroupIngress: (call) => revoke(call, false),
  RevokeSecurityGroupEgress: (call) => revoke(call, true),
};

type WantedRule = Omit<SecurityGroupRule, "egress">;

function authorize(call: Call, egress: boolean): { [name: string]: Xml } {
  const group = needGroup(call);
  const wanted = wantedRules(call);
  for (const rule of wanted) checkNew(group.rules, rule, egress);
  group.rules.push(...wanted.map((rule) => ({ ...rule, egress })));
  return { return: true };
}

function checkNew(rules: readonly SecurityGroupRule[], rule: WantedRule, egress: boolean): void {
  if (!rules.some((existing) => isSame(existing, rule, egress))) return;
  throw new ApiError(
    "InvalidPermission.Duplicate",
    `the specified rule "peer: ${rule.peer.value}, ${rule.protocol}, from port: ` +
      `${rule.fromPort}, to port: ${rule.toPort}, ALLOW" already exists`,
  );
}

function revoke(call: Call, egress: boolean): { [name: string]: Xml } {
  const group = needGroup(call);
  const gone = new Set(
    wantedRules(call).map((wanted) => {
      const found = group.rules.find((existing) => isSame(existing, wanted, egress));
      if (found !== undefined) return found;
      throw new ApiError(
        "InvalidPermission.NotFound",
        "The specified rule does not exist in this security group.",
      );
    }),
  );
  group.rules = group.rules.filter((rule) => !gone.has(rule));
  return { return: true };
}

/** From `IpPermissions.N`. */
function wantedRules(call: Call): WantedRule[] {
  const { params } = call;
  const rules = params.groups("IpPermissions").flatMap((permission) => {
    const ports = portsOf(permission);
    return peersOf(call, permission).map((peer) => ({ ...ports, ...peer }));
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
    throw invalidParameter(`Invalid value for portRange: ${fromPort}-${toPort}.`);
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
    findById(region.securityGroups, id, "InvalidGroup.NotFound", "security group");
    add({ kind: "group", value: id }, other);
  }
  return peers;
}

function ipv4(cidr: string): Peer {
  if (!ipaddr.IPv4.isValidCIDR(cidr)) throw invalidParameter(`CIDR block ${cidr} is malformed`);
  const base = ipaddr.IPv4.networkAddressFromCIDR(cidr).toString();
  return { kind: "ipv4", value: `${base}/${cidr.split("/")[1]}` };
}

function ipv6(cidr: string): Peer {
  if (!ipaddr.IPv6.isValidCIDR(cidr)) throw invalidParameter(`CIDR block ${cidr} is malformed`);
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
