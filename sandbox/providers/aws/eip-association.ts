/** `aws.ec2.EipAssociation`: an Elastic IP on a private IP. Every change replaces it. */
import type { Address, EC2 } from "@aws-sdk/client-ec2";
import type { ResourceType } from "../resource.ts";
import { compact, flag, text } from "../values.ts";
import type { Aws } from "./client.ts";
import { undefinedIfGone, withErrorContext } from "./errors.ts";
import { REGION } from "./tags.ts";

async function findAssociation(ec2: EC2, id: string): Promise<Address | undefined> {
  const Filters = [{ Name: "association-id", Values: [id] }];
  const reply = await withErrorContext(
    `reading EC2 EIP Association (${id})`,
    undefinedIfGone(ec2.describeAddresses({ Filters }), "InvalidAssociationID.NotFound"),
  );
  return reply?.Addresses?.find((address) => address.AssociationId === id);
}

const replacing = { type: "string", forceNew: true, computed: true } as const;

export const eipAssociation: ResourceType<Aws> = {
  fields: {
    allocationId: replacing,
    // Terraform 1.x with the official 5.100.0 plans no change for false after an import, which brings none.
    allowReassociation: { type: "boolean", forceNew: true, falseIsAbsent: true },
    instanceId: replacing,
    networkInterfaceId: replacing,
    privateIpAddress: replacing,
    publicIp: replacing,
    region: REGION,
  },
  outputs: [],
  async create({ client: aws }, inputs) {
    const ec2 = await aws.ec2();
    const request = ec2.associateAddress({
      ...compact({
        AllocationId: text(inputs["allocationId"]),
        InstanceId: text(inputs["instanceId"]),
        NetworkInterfaceId: text(inputs["networkInterfaceId"]),
        PrivateIpAddress: text(inputs["privateIpAddress"]),
        PublicIp: text(inputs["publicIp"]),
      }),
      // As the official resource has it (`d.GetOk`): false is not sent, and EC2 takes what it is asked for.
      ...(flag(inputs["allowReassociation"]) === true ? { AllowReassociation: true } : {}),
    });
    const reply = await withErrorContext("creating EC2 EIP Association", request);
    return { id: reply.AssociationId ?? "" };
  },
  async read({ client: aws }, id, state) {
    const address = await findAssociation(await aws.ec2(), id);
    if (address === undefined) return undefined;
    const outputs = {
      ...compact({ allowReassociation: state["allowReassociation"] }),
      allocationId: address.AllocationId ?? "",
      instanceId: address.InstanceId ?? "",
      networkInterfaceId: address.NetworkInterfaceId ?? "",
      privateIpAddress: address.PrivateIpAddress ?? "",
      publicIp: address.PublicIp ?? "",
      region: aws.region,
    };
    return { id, outputs };
  },
  async delete({ client: aws }, id) {
    const request = (await aws.ec2()).disassociateAddress({ AssociationId: id });
    const what = `deleting EC2 EIP Association (${id})`;
    await withErrorContext(what, undefinedIfGone(request, "InvalidAssociationID.NotFound"));
  },
};
