/** Instances: as much of them as binds addresses to a machine. */

import { accountId } from "../account.ts";
import { ApiError } from "../error.ts";
import { newId } from "../ids.ts";
import type { Params } from "../params.ts";
import type { Instance, NetworkInterface } from "../state.ts";
import type { Xml } from "../xml.ts";
import {
  applyFilters,
  type Call,
  findById,
  type Handler,
  invalidParameter,
  needInterface,
  pickById,
  tagsFromParams,
} from "./call.ts";
import { checkIpLimit, instanceTypeHandlers, typeOf } from "./instance-types.ts";
import { describeInstance, stateOf } from "./instance-view.ts";
import { attach, createInterface, removeInterface } from "./interfaces.ts";
import { metadataHandlers, metadataOptions } from "./metadata-options.ts";

export const instanceHandlers: Readonly<Record<string, Handler>> = {
  ...instanceTypeHandlers,
  ...metadataHandlers,

  /** One instance a call; it runs at once. */
  RunInstances(call) {
    const { params, region } = call;
    const clientToken = params.get("ClientToken");
    const earlier = Object.values(region.instances).find(
      (instance) => clientToken !== undefined && instance.clientToken === clientToken,
    );
    const instance = earlier ?? run(call);
    return reservation(call, instance);
  },

  DescribeInstances(call) {
    return {
      reservationSet: requestedInstance(call).map((instance) => reservation(call, instance)),
    };
  },

  DescribeInstanceStatus(call) {
    const running = requestedInstance(call).filter(
      ({ state }) => state === "running" || call.params.flag("IncludeAllInstances") === true,
    );
    const ok = { status: "ok", details: [{ name: "reachability", status: "passed" }] };
    return {
      instanceStatusSet: running.map((instance) => ({
        instanceId: instance.id,
        availabilityZone: call.region.subnets[instance.subnetId]?.availabilityZone,
        instanceState: stateOf(instance.state),
        systemStatus: ok,
        instanceStatus: ok,
      })),
    };
  },

  DescribeInstanceAttribute(call) {
    const instance = needInstance(call, call.params.need("InstanceId"));
    const attribute = call.params.need("Attribute");
    const values: Readonly<Record<string, Xml>> = {
      instanceType: instance.type,
      userData: instance.userData,
      disableApiTermination: instance.disableApiTermination,
      disableApiStop: false,
      ebsOptimized: false,
      sourceDestCheck: true,
      instanceInitiatedShutdownBehavior: "stop",
    };
    if (!(attribute in values))
      throw invalidParameter(`Value (${attribute}) for attribute is invalid.`);
    const value = values[attribute];
    return { instanceId: instance.id, [attribute]: value === undefined ? {} : { value } };
  },

  TerminateInstances(call) {
    const found = call.params.list("InstanceId").map((id) => needInstance(call, id));
    const kept = found.find((instance) => instance.disableApiTermination);
    if (kept !== undefined) {
      throw new ApiError(
        "OperationNotPermitted",
        `The instance '${kept.id}' may not be terminated. ` +
          "Modify its 'disableApiTermination' instance attribute and try again.",
      );
    }
    return {
      instancesSet: found.map((instance) => {
        const previousState = stateOf(instance.state);
        terminate(call, instance);
        return { instanceId: instance.id, currentState: stateOf(instance.state), previousState };
      }),
    };
  },
};

function needInstance({ region }: Call, id: string): Instance {
  return findById(region.instances, id, "InvalidInstanceID.NotFound", "instance ID");
}

function run(call: Call): Instance {
  const { params, region, aws, now } = call;
  const imageId = params.need("ImageId");
  const type = params.get("InstanceType") ?? "t3.micro";
  const limits = typeOf(type);
  if (params.int("MaxCount") !== 1) throw invalidParameter("The sandbox runs one instance a call.");
  const specified = params.groups("NetworkInterface");
  if (specified.length > limits.interfaces) {
    throw new ApiError(
      "AttachmentLimitExceeded",
      `Interface count ${specified.length} exceeds the limit for ${type}`,
    );
  }
  const existing = specified.flatMap((entry) => entry.get("NetworkInterfaceId") ?? []);
  for (const id of existing) checkFree(needInterface(call, id), type);
  const prepared = (specified.length > 0 ? specified : [params]).map((entry, index) => {
    const id = entry.get("NetworkInterfaceId");
    const eni = id === undefined ? create(call, entry, type) : needInterface(call, id);
    const deviceIndex = entry.int("DeviceIndex") ?? index;
    return { eni, deviceIndex, deletes: entry.flag("DeleteOnTermination") ?? id === undefined };
  });
  const instance: Instance = {
    id: newId(aws, "i"),
    reservationId: newId(aws, "r"),
    imageId,
    type,
    subnetId: prepared[0]?.eni.subnetId ?? "",
    state: "running",
    launchTime: now,
    metadata: metadataOptions(params.group("MetadataOptions")),
    disableApiTermination: params.flag("DisableApiTermination") ?? false,
    tags: tagsFromParams(params, "instance"),
    ...optional("keyName", params.get("KeyName")),
    ...optional("instanceProfile", profileName(params)),
    ...optional("userData", params.get("UserData")),
    ...optional("clientToken", params.get("ClientToken")),
  };
  region.instances[instance.id] = instance;
  for (const { eni, deviceIndex, deletes } of prepared) {
    attach(call, eni, instance.id, deviceIndex, deletes);
  }
  return instance;
}

function create(call: Call, entry: Params, type: string): NetworkInterface {
  const eni = createInterface(call, entry);
  eni.tags = tagsFromParams(call.params, "network-interface");
  checkIpLimit(type, eni.privateIps.length);
  return eni;
}

function checkFree(eni: NetworkInterface, type: string): void {
  if (eni.attachment !== undefined) {
    throw new ApiError("InvalidNetworkInterface.InUse", `Interface: [${eni.id}] in use.`);
  }
  checkIpLimit(type, eni.privateIps.length);
}

function profileName(params: Params): string | undefined {
  const arn = params.get("IamInstanceProfile.Arn");
  return params.get("IamInstanceProfile.Name") ?? arn?.slice(arn.lastIndexOf("/") + 1);
}

function optional<K extends string>(name: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: string });
}

function terminate(call: Call, instance: Instance): void {
  instance.state = "terminated";
  for (const eni of Object.values(call.region.networkInterfaces)) {
    if (eni.attachment?.instanceId !== instance.id) continue;
    if (eni.attachment.deleteOnTermination) removeInterface(call, eni);
    else delete eni.attachment;
  }
}

function requestedInstance(call: Call): Instance[] {
  const { params, region } = call;
  const found = pickById(
    region.instances,
    params.list("InstanceId"),
    "InvalidInstanceID.NotFound",
    "instance ID",
  );
  return applyFilters(call, found, (instance) => ({
    tags: instance.tags,
    values: {
      "instance-id": [instance.id],
      "instance-type": [instance.type],
      "instance-state-name": [instance.state],
      "instance-state-code": [String(stateOf(instance.state).code)],
      "image-id": [instance.imageId],
      "subnet-id": [instance.subnetId],
      "vpc-id": [region.subnets[instance.subnetId]?.vpcId],
      "client-token": [instance.clientToken],
    },
  }));
}

function reservation(call: Call, instance: Instance): { [name: string]: Xml } {
  return {
    reservationId: instance.reservationId,
    ownerId: accountId,
    groupSet: [],
    instancesSet: [describeInstance(call, instance)],
  };
}
