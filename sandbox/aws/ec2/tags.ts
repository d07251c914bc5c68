/** Tags of every kind of resource, by id. */
import { ApiError } from "../error.ts";
import type { Tags } from "../state.ts";
import { applyFilters, type Call, type Handler } from "./call.ts";

/** Tags a resource, EC2 API. Those of AWS itself do not count. */
const maxTags = 50;

export const tagHandlers: Readonly<Record<string, Handler>> = {
  CreateTags(call) {
    const { params } = call;
    const targets = params.list("ResourceId").map((id) => needTags(call, id));
    const tags = params.groups("Tag").map((tag) => [tag.need("Key"), tag.get("Value") ?? ""]);
    for (const [key] of tags) {
      if (key?.startsWith("aws:")) {
        throw new ApiError(
          "InvalidParameterValue",
          `Tag keys starting with 'aws:' are reserved for internal use`,
        );
      }
    }
    for (const target of targets) {
      if (Object.keys({ ...target, ...Object.fromEntries(tags) }).length > maxTags) {
        throw new ApiError("TagLimitExceeded", "The maximum number of Tags for a resource is 50.");
      }
    }
    for (const target of targets) Object.assign(target, Object.fromEntries(tags));
    return { return: true };
  },

  /** A tag without a value goes whatever its value is; without any tag all go. */
  DeleteTags(call) {
    const { params } = call;
    const targets = params.list("ResourceId").map((id) => needTags(call, id));
    const tags = params
      .groups("Tag")
      .map((tag) => ({ key: tag.need("Key"), value: tag.get("Value") }));
    for (const target of targets) {
      if (tags.length === 0) for (const key of Object.keys(target)) delete target[key];
      for (const { key, value } of tags) {
        if (value === undefined || target[key] === value) delete target[key];
      }
    }
    return { return: true };
  },

  DescribeTags(call) {
    const all = resources(call).flatMap(({ id, type, tags }) =>
      Object.entries(tags).map(([key, value]) => ({ id, type, key, value })),
    );
    const shown = applyFilters(call, all, ({ id, type, key, value }) => ({
      tags: { [key]: value },
      values: { "resource-id": [id], "resource-type": [type], key: [key], value: [value] },
    }));
    return {
      tagSet: shown.map(({ id, type, key, value }) => ({
        resourceId: id,
        resourceType: type,
        key,
        value,
      })),
    };
  },
};

/** Id prefix to the resource type and its not-found code. */
const kinds: Readonly<Record<string, { type: string; code: string }>> = {
  eipalloc: { type: "elastic-ip", code: "InvalidAllocationID.NotFound" },
  vpc: { type: "vpc", code: "InvalidVpcID.NotFound" },
  subnet: { type: "subnet", code: "InvalidSubnetID.NotFound" },
  sg: { type: "security-group", code: "InvalidGroup.NotFound" },
  eni: { type: "network-interface", code: "InvalidNetworkInterfaceID.NotFound" },
  i: { type: "instance", code: "InvalidInstanceID.NotFound" },
};

function kindOf(id: string): { type: string; code: string } {
  const kind = kinds[id.split("-")[0] ?? ""];
  if (kind !== undefined) return kind;
  throw new ApiError("InvalidID", `The ID '${id}' is not valid`);
}

function resources({ region }: Call): { id: string; type: string; tags: Tags }[] {
  return [
    ...Object.values(region.addresses).map(({ allocationId, tags }) => ({
      id: allocationId,
      tags,
    })),
    ...Object.values(region.vpcs),
    ...Object.values(region.subnets),
    ...Object.values(region.securityGroups),
    ...Object.values(region.networkInterfaces),
    ...Object.values(region.instances),
  ].map(({ id, tags }) => ({ id, tags, type: kindOf(id).type }));
}

/** The tags of whatever has this id; undefined where nothing has. */
export function tagsById(call: Call, id: string): Tags | undefined {
  return resources(call).find((resource) => resource.id === id)?.tags;
}

function needTags(call: Call, id: string): Tags {
  const found = tagsById(call, id);
  if (found !== undefined) return found;
  throw new ApiError(kindOf(id).code, `The ID '${id}' does not exist`);
}
