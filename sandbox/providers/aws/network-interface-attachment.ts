/** `aws.ec2.NetworkInterfaceAttachment`: an interface on an instance. */
import type { ResourceType } from "../resource.ts";
import { compact, number, text } from "../values.ts";
import type { Aws } from "./client.ts";
import { withErrorContext } from "./errors.ts";
import { detach, findAttached } from "./network-interface.ts";
import { REGION } from "./tags.ts";

const TEN_MINUTES = 600_000;

export const networkInterfaceAttachment: ResourceType<Aws> = {
  fields: {
    deviceIndex: { type: "number", required: true, forceNew: true },
    instanceId: { type: "string", required: true, forceNew: true },
    networkCardIndex: { type: "number", forceNew: true, computed: true },
    networkInterfaceId: { type: "string", required: true, forceNew: true },
    region: REGION,
  },
  outputs: ["attachmentId", "status"],
  async create({ client: aws }, inputs) {
    const eni = text(inputs["networkInterfaceId"]) ?? "";
    const instance = text(inputs["instanceId"]) ?? "";
    const request = (await aws.ec2()).attachNetworkInterface({
      NetworkInterfaceId: eni,
      InstanceId: instance,
      DeviceIndex: number(inputs["deviceIndex"]) ?? 0,
    });
    const what = `attaching EC2 Network Interface (${eni}/${instance})`;
    return { id: (await withErrorContext(what, request)).AttachmentId ?? "" };
  },
  async read({ client: aws }, id) {
    const eni = await findAttached(await aws.ec2(), id);
    if (eni?.Attachment === undefined) return undefined;
    const outputs = compact({
      attachmentId: id,
      deviceIndex: eni.Attachment.DeviceIndex ?? 0,
      instanceId: eni.Attachment.InstanceId,
      networkCardIndex: eni.Attachment.NetworkCardIndex ?? 0,
      networkInterfaceId: eni.NetworkInterfaceId,
      region: aws.region,
      status: eni.Attachment.Status ?? "attached",
    });
    return { id, outputs };
  },
  async delete({ client: aws, timeoutMs }, id, state) {
    const eni = text(state["networkInterfaceId"]) ?? "";
    await detach(await aws.ec2(), eni, id, timeoutMs ?? TEN_MINUTES);
  },
};
