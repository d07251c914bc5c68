/** Asks IAM before a call is done, resource by resource. */
import type { AccessRequest } from "../../access/evaluate.ts";
import { namesAction } from "../../access/evaluate.ts";
import type { Policy } from "../../access/policy.ts";
import type { LoggedDecision } from "../../world.ts";
import { denialText, encodedMessage, firstDenial } from "../authorization.ts";
import { ApiError } from "../error.ts";
import type { Call } from "./call.ts";
import { arnOf, type CallResource, callResources, passedRole } from "./resources.ts";

/**
 * @throws ApiError where the caller's policies do not allow the call.
 */
export function authorize(
  action: string,
  call: Call,
  policies: readonly Policy[],
  log: (decision: LoggedDecision) => void,
): void {
  const requests = requestsOf(action, call);
  // Nothing that the call names is there: whoever may do such a thing at all is told so by the call itself.
  if (requests.length === 0 && namesAction(policies, `ec2:${action}`)) return;
  const asked =
    requests.length > 0 ? requests : [{ action: `ec2:${action}`, resource: "*", context: {} }];
  const denial = firstDenial(policies, asked, log);
  if (denial === undefined) return;
  throw new ApiError(
    "UnauthorizedOperation",
    `You are not authorized to perform this operation. ${denialText(denial)}. ` +
      `Encoded authorization failure message: ${encodedMessage(denial)}`,
    403,
  );
}

function requestsOf(action: string, call: Call): AccessRequest[] {
  const base = { "aws:RequestedRegion": call.regionName, "ec2:Region": call.regionName };
  const find = Object.hasOwn(callResources, action) ? callResources[action] : undefined;
  if (find === undefined) return [{ action: `ec2:${action}`, resource: "*", context: base }];
  const requests = find(call).flatMap((resource): AccessRequest[] => {
    const request = {
      action: `ec2:${action}`,
      resource: resource.arn ?? arnOf(call, resource.type, resource.id),
      context: { ...base, ...contextOf(resource) },
    };
    // Tags with which something is made are asked for as a call of their own.
    const isTagged =
      resource.id === undefined && Object.keys(resource.requestTags ?? {}).length > 0;
    if (!isTagged) return [request];
    const context = { ...request.context, "ec2:CreateAction": action };
    return [request, { ...request, action: "ec2:CreateTags", context }];
  });
  const role = action === "RunInstances" ? passedRole(call) : undefined;
  if (role === undefined) return requests;
  const context = { "iam:PassedToService": "ec2.amazonaws.com" };
  return [...requests, { action: "iam:PassRole", resource: role, context }];
}

function contextOf(resource: CallResource): AccessRequest["context"] {
  const { tags = {}, requestTags = {}, tagKeys = [], keys = {} } = resource;
  const named = (prefix: string, of: Readonly<Record<string, string>>) =>
    Object.entries(of).map(([key, value]) => [`${prefix}/${key}`, value]);
  return {
    ...keys,
    ...Object.fromEntries([
      ...named("aws:ResourceTag", tags),
      ...named("ec2:ResourceTag", tags),
      ...named("aws:RequestTag", requestTags),
    ]),
    ...(tagKeys.length === 0 ? {} : { "aws:TagKeys": tagKeys }),
  };
}
