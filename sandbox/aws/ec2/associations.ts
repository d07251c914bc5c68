/** Elastic IPs bound to private addresses of network interfaces. */
import { ApiError } from "../error.ts";
import { newId } from "../ids.ts";
import type { Address } from "../state.ts";
import { allAddresses, namedAddress, needPublicIp } from "./addresses.ts";
import { type Call, findById, type Handler, invalidParameter } from "./call.ts";

export const associationHandlers: Readonly<Record<string, Handler>> = {
  /**
   * `AllowReassociation` defaults to true: "reassociation is automatic, therefore you can specify
   * false to ensure the operation fails" (EC2 API reference, AssociateAddress).
   */
  AssociateAddress(call) {
    const { params, region, aws } = call;
    const address = namedAddress(call);
    const networkInterfaceId = targetInterface(call);
    const eni = findById(
      region.networkInterfaces,
      networkInterfaceId,
      "InvalidNetworkInterfaceID.NotFound",
      "networkInterface ID",
    );
    const privateIp = params.get("PrivateIpAddress") ?? eni.privateIps[0];
    if (privateIp === undefined || !eni.privateIps.includes(privateIp)) {
      throw invalidParameter(`Address ${privateIp} is not assigned to network interface ${eni.id}`);
    }
    const here = address.association;
    if (here?.networkInterfaceId === eni.id && here.privateIp === privateIp) {
      return { return: true, associationId: here.id };
    }
    const holder = holderOf(call, eni.id, privateIp);
    if (params.flag("AllowReassociation") === false) {
      if (here !== undefined) {
        throw new ApiError(
          "Resource.AlreadyAssociated",
          `resource ${address.allocationId} is already associated with associate-id ${here.id}`,
        );
      }
      if (holder?.association !== undefined) {
        throw new ApiError(
          "Resource.AlreadyAssociated",
          `resource ${eni.id} is already associated with associate-id ${holder.association.id}`,
        );
      }
    }
    if (holder !== undefined) delete holder.association;
    const id = newId(aws, "eipassoc");
    address.association = { id, networkInterfaceId: eni.id, privateIp };
    return { return: true, associationId: id };
  },

  DisassociateAddress(call) {
    const { params } = call;
    const publicIp = params.get("PublicIp");
    const id = params.get("AssociationId");
    if (id === undefined && publicIp !== undefined) {
      const address = needPublicIp(call, publicIp);
      delete address.association;
      return { return: true };
    }
    const wanted = params.need("AssociationId");
    const address = allAddresses(call).find(({ association }) => association?.id === wanted);
    if (address === undefined) {
      throw new ApiError(
        "InvalidAssociationID.NotFound",
        `The association ID '${wanted}' does not exist`,
      );
    }
    delete address.association;
    return { return: true };
  },
};

/** The interface that the call names, or the primary one of the instance that it names. */
function targetInterface({ params, region }: Call): string {
  const eni = params.get("NetworkInterfaceId");
  if (eni !== undefined) return eni;
  const instanceId = params.need("InstanceId");
  findById(region.instances, instanceId, "InvalidInstanceID.NotFound", "instance ID");
  const primary = Object.values(region.networkInterfaces).find(
    ({ attachment }) => attachment?.instanceId === instanceId && attachment.deviceIndex === 0,
  );
  if (primary === undefined)
    throw invalidParameter(`Instance '${instanceId}' has no network interface`);
  return primary.id;
}

/** The address bound to a private address, if any. */
export function holderOf(call: Call, eniId: string, privateIp: string): Address | undefined {
  return allAddresses(call).find(
    ({ association }) =>
      association?.networkInterfaceId === eniId && association.privateIp === privateIp,
  );
}
