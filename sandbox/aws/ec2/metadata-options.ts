/** Who may ask an instance's metadata service, and how: IMDSv2 is `HttpTokens: required`. */
import type { Params } from "../params.ts";
import type { MetadataOptions } from "../state.ts";
import type { Xml } from "../xml.ts";
import { findById, type Handler, invalidParameter } from "./call.ts";

const defaults: MetadataOptions = {
  httpTokens: "optional",
  httpEndpoint: "enabled",
  httpPutResponseHopLimit: 1,
};

export const metadataHandlers: Readonly<Record<string, Handler>> = {
  ModifyInstanceMetadataOptions({ params, region }) {
    const id = params.need("InstanceId");
    const instance = findById(region.instances, id, "InvalidInstanceID.NotFound", "instance ID");
    instance.metadata = metadataOptions(params, instance.metadata);
    return { instanceId: id, instanceMetadataOptions: describeMetadata(instance.metadata) };
  },
};

/** What the parameters name over what was there. */
export function metadataOptions(params: Params, before = defaults): MetadataOptions {
  const httpTokens = params.get("HttpTokens") ?? before.httpTokens;
  const httpEndpoint = params.get("HttpEndpoint") ?? before.httpEndpoint;
  if (httpTokens !== "optional" && httpTokens !== "required") {
    throw invalidParameter(`Value (${httpTokens}) for parameter HttpTokens is invalid.`);
  }
  if (httpEndpoint !== "enabled" && httpEndpoint !== "disabled") {
    throw invalidParameter(`Value (${httpEndpoint}) for parameter HttpEndpoint is invalid.`);
  }
  const hops = params.int("HttpPutResponseHopLimit") ?? before.httpPutResponseHopLimit;
  if (hops < 1 || hops > 64) throw invalidParameter(`Value (${hops}) for HttpPutResponseHopLimit.`);
  return { httpTokens, httpEndpoint, httpPutResponseHopLimit: hops };
}

export function describeMetadata(options: MetadataOptions): Xml {
  return {
    state: "applied",
    ...options,
    httpProtocolIpv6: "disabled",
    instanceMetadataTags: "disabled",
  };
}
