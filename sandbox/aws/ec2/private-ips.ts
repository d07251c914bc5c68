/** Private addresses of network interfaces: which are allowed, added and taken away. */
import ipaddr from "ipaddr.js";
import { ApiError } from "../error.ts";
import { formatIp, network, parseIp } from "../ids.ts";
import type { Params } from "../params.ts";
import type { Subnet } from "../state.ts";
import { holderOf } from "./associations.ts";
import { type Call, findById, type Handler, invalidParameter, needInterface } from "./call.ts";
import { checkIpLimit } from "./instance-types.ts";
import { isReserved, usedIps } from "./networks.ts";

export const privateIpHandlers: Readonly<Record<string, Handler>> = {
  AssignPrivateIpAddresses(call) {
    const { params, region } = call;
    const eni = needInterface(call, params.need("NetworkInterfaceId"));
    const subnet = findById(region.subnets, eni.subnetId, "InvalidSubnetID.NotFound", "subnet ID");
    const count = params.int("SecondaryPrivateIpAddressCount") ?? 0;
    const named = params.list("PrivateIpAddress").filter((ip) => !eni.privateIps.includes(ip));
    for (const ip of named) checkInSubnet(subnet, ip);
    const used = usedIps(call, subnet.id);
    const elsewhere = named.filter((ip) => used.has(ip));
    if (elsewhere.length > 0 && params.flag("AllowReassignment") !== true) {
      throw invalidParameter(`[${elsewhere.join(", ")}] assigned, but move is not allowed.`);
    }
    const added = [...named, ...freeIps(subnet, new Set([...used, ...named]), count)];
    const type = region.instances[eni.attachment?.instanceId ?? ""]?.type;
    if (type !== undefined) checkIpLimit(type, eni.privateIps.length + added.length);
    for (const other of Object.values(region.networkInterfaces)) {
      const moved = other.privateIps.filter((ip) => elsewhere.includes(ip));
      if (moved.includes(other.privateIps[0] ?? "")) {
        throw invalidParameter(`The primary address of ${other.id} cannot be moved.`);
      }
    }
    for (const other of Object.values(region.networkInterfaces)) {
      for (const ip of other.privateIps.filter((it) => elsewhere.includes(it))) {
        delete holderOf(call, other.id, ip)?.association;
      }
      other.privateIps = other.privateIps.filter((ip) => !elsewhere.includes(ip));
    }
    eni.privateIps.push(...added);
    return {
      networkInterfaceId: eni.id,
      assignedPrivateIpAddressesSet: added.map((privateIpAddress) => ({ privateIpAddress })),
      return: true,
    };
  },

  /** An Elastic IP on such an address is set free with it (EC2 guide, MultipleIP). */
  UnassignPrivateIpAddresses(call) {
    const { params } = call;
    const eni = needInterface(call, params.need("NetworkInterfaceId"));
    const gone = params.list("PrivateIpAddress");
    if (gone.some((ip) => !eni.privateIps.includes(ip))) {
      throw invalidParameter(
        `Some of [${gone.join(", ")}] are not assigned to interface ${eni.id}`,
      );
    }
    if (gone.includes(eni.privateIps[0] ?? "")) {
      throw invalidParameter(`The primary address of interface ${eni.id} cannot be unassigned.`);
    }
    for (const ip of gone) delete holderOf(call, eni.id, ip)?.association;
    eni.privateIps = eni.privateIps.filter((ip) => !gone.includes(ip));
    return { return: true };
  },
};

/** The addresses that a new interface asks for; the primary one comes first. */
export function choosePrivateIps(call: Call, subnet: Subnet, params: Params): string[] {
  const listed = params.groups("PrivateIpAddresses").map((entry) => ({
    ip: entry.need("PrivateIpAddress"),
    primary: entry.flag("Primary") === true,
  }));
  if (listed.filter(({ primary }) => primary).length > 1) {
    throw invalidParameter("Only one primary private IP address may be given.");
  }
  const single = params.get("PrivateIpAddress");
  const marked = listed.find(({ primary }) => primary)?.ip;
  if (single !== undefined && marked !== undefined && single !== marked) {
    throw invalidParameter("Only one primary private IP address may be given.");
  }
  const primary = single ?? marked;
  const named = listed.map(({ ip }) => ip);
  if (new Set(named).size < named.length)
    throw invalidParameter("Duplicate private IP addresses given.");
  const used = usedIps(call, subnet.id);
  const wanted = primary === undefined ? named : [primary, ...named.filter((ip) => ip !== primary)];
  for (const ip of wanted) {
    checkInSubnet(subnet, ip);
    if (used.has(ip)) {
      throw new ApiError("InvalidIPAddress.InUse", `The specified address is already in use.`);
    }
  }
  const busy = new Set([...used, ...wanted]);
  // Without a primary one named, EC2 picks it and the listed ones become secondary.
  const picked = primary === undefined ? freeIps(subnet, busy, 1) : [];
  const more = params.int("SecondaryPrivateIpAddressCount") ?? 0;
  const extra = freeIps(subnet, new Set([...busy, ...picked]), more);
  return [...picked, ...wanted, ...extra];
}

function checkInSubnet(subnet: Subnet, ip: string): void {
  if (!ipaddr.IPv4.isValidFourPartDecimal(ip)) {
    throw invalidParameter(`invalid value for parameter address: ${ip}`);
  }
  const { first, size } = network(subnet.cidr);
  const value = parseIp(ip);
  if (value < first || value >= first + size) {
    throw invalidParameter("Address does not fall within the subnet's address range");
  }
  if (isReserved(subnet, value))
    throw invalidParameter("Address is in subnet's reserved address range");
}

function freeIps(subnet: Subnet, used: ReadonlySet<string>, count: number): string[] {
  const { first, size } = network(subnet.cidr);
  const found: string[] = [];
  for (let ip = first; ip < first + size && found.length < count; ip++) {
    const text = formatIp(ip);
    if (!isReserved(subnet, ip) && !used.has(text)) found.push(text);
  }
  if (found.length === count) return found;
  throw new ApiError(
    "InsufficientFreeAddressesInSubnet",
    `The specified subnet does not have enough free addresses to satisfy the request.`,
  );
}
