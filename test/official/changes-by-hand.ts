/** What people do to resources behind the engine's back. */
import { SANDBOX_CREDENTIALS } from "../../sandbox/project.ts";
import type { SuitedResource } from "./resources.ts";
import type { ExistingResource, Side } from "./side.ts";

/** Changes something of every resource, as somebody does in a console. */
export async function drift(
  { ec2, sandbox }: Side,
  state: ReadonlyMap<string, ExistingResource>,
): Promise<void> {
  const of = (name: string) => state.get(name);
  const idOf = (name: string) => of(name)?.id ?? "";
  if (of("eip") !== undefined) {
    const Tags = [{ Key: "Name", Value: "by hand" }];
    await ec2.createTags({ Resources: [idOf("eip")], Tags });
    await ec2.disassociateAddress({ AssociationId: idOf("association") });
    await ec2.resetAddressAttribute({
      AllocationId: idOf("reverse-name"),
      Attribute: "domain-name",
    });
    await ec2.modifyNetworkInterfaceAttribute({
      NetworkInterfaceId: idOf("interface"),
      Description: { Value: "by hand" },
    });
    await ec2.detachNetworkInterface({ AttachmentId: idOf("attachment"), Force: true });
    await ec2.authorizeSecurityGroupIngress({
      GroupId: idOf("group"),
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "192.0.2.0/24" }] },
      ],
    });
    await ec2.createTags({ Resources: [idOf("instance")], Tags });
  }
  for (const [name, { id, values }] of state) {
    if (!name.startsWith("record-")) continue;
    const removed = name === "record-MX";
    await cloudflare(
      sandbox.cloudflareUrl,
      String(values["zoneId"]),
      id,
      removed ? undefined : { ttl: 120 },
    );
  }
  // A reset is seen once it has come into effect.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
}

async function cloudflare(url: string, zone: string, id: string, change: object | undefined) {
  const reply = await fetch(`${url}/zones/${zone}/dns_records/${id}`, {
    method: change === undefined ? "DELETE" : "PATCH",
    headers: {
      authorization: `Bearer ${SANDBOX_CREDENTIALS.CLOUDFLARE_API_TOKEN}`,
      "content-type": "application/json",
    },
    ...(change === undefined ? {} : { body: JSON.stringify(change) }),
  });
  if (!reply.ok) throw new Error(await reply.text());
}

/**
 * Takes away what an answer that was lost left behind, so that the next round finds an empty place.
 *
 * @param kept ids that stay.
 */
export async function sweep(
  { ec2, sandbox, ids }: Side,
  resources: readonly SuitedResource[],
  kept: ReadonlySet<string> = new Set(),
): Promise<void> {
  const { aws, cloudflare: dns } = sandbox.world.state;
  const {
    addresses = {},
    instances = {},
    networkInterfaces = {},
    securityGroups = {},
  } = aws.regions["us-east-1"] ?? {};
  const made = (id: string, tags: Record<string, string>) =>
    tags["Name"]?.startsWith("suite-") === true && !kept.has(id);
  for (const { allocationId, tags } of Object.values(addresses)) {
    if (made(allocationId, tags)) await ec2.releaseAddress({ AllocationId: allocationId });
  }
  for (const { id, tags, state } of Object.values(instances)) {
    if (made(id, tags) && state === "running") await ec2.terminateInstances({ InstanceIds: [id] });
  }
  for (const { id, tags } of Object.values(networkInterfaces)) {
    if (made(id, tags)) await ec2.deleteNetworkInterface({ NetworkInterfaceId: id });
  }
  for (const { id, tags } of Object.values(securityGroups)) {
    if (made(id, tags)) await ec2.deleteSecurityGroup({ GroupId: id });
  }
  for (const { association, allocationId } of Object.values(addresses)) {
    if (association === undefined || !ids.eips.includes(allocationId) || kept.has(association.id)) {
      continue;
    }
    await ec2.disassociateAddress({ AssociationId: association.id });
  }
  const [, named = ""] = ids.eips;
  if (!kept.has(named)) {
    await ec2.resetAddressAttribute({ AllocationId: named, Attribute: "domain-name" });
  }
  const attached = networkInterfaces[ids.interfaces[4] ?? ""]?.attachment;
  if (attached !== undefined && !kept.has(attached.id)) {
    await ec2.detachNetworkInterface({ AttachmentId: attached.id, Force: true });
  }
  const names = resources.map(({ inputs }) => inputs["name"]);
  for (const { id, name } of Object.values(dns.records)) {
    if (names.includes(name) && !kept.has(id)) delete dns.records[id];
  }
}
