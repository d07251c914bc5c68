/** The inline rules of a security group, taken apart to what AWS adds and removes one by one. */
import type { EC2, IpPermission } from "@aws-sdk/client-ec2";
import { canonical, number, objects, type Props, text, texts, type Value } from "../values.ts";
import { withErrorContext } from "./errors.ts";

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
export const normalize = (rules: Value): Value => atomsOf(rules).map(keyOf).sort();

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
export function liveRules(permissions: IpPermission[] | undefined, group: string): Props[] {
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

type Side = "ingress" | "egress";

/** Makes the rules of one side the wanted ones. */
export async function changeRules(ec2: EC2, id: string, side: Side, olds: Value, news: Value) {
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
    await withErrorContext(`revoking Security Group (${id}) ${side} rules`, request);
  }
  if (added.length > 0) {
    const request =
      side === "ingress"
        ? ec2.authorizeSecurityGroupIngress(change(added))
        : ec2.authorizeSecurityGroupEgress(change(added));
    await withErrorContext(`authorizing Security Group (${id}) ${side} rules`, request);
  }
}
