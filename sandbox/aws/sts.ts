/** STS: only who the caller is. Query protocol, version 2011-06-15. */
import { randomUUID } from "node:crypto";
import type { Policy } from "../access/policy.ts";
import type { FaultAnswer, Service, WireResponse } from "../world.ts";
import { accountId, callerArn } from "./account.ts";
import { authenticate } from "./auth.ts";
import { decodedMessage, denialText, firstDenial, policiesOf } from "./authorization.ts";
import { ApiError } from "./error.ts";
import { form } from "./params.ts";
import { element, type Xml, xmlHeaders } from "./xml.ts";

const namespace = ' xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';

const authCodes = {
  missing: {
    code: "MissingAuthenticationToken",
    message: "Request is missing Authentication Token",
    status: 403,
  },
  malformed: {
    code: "IncompleteSignature",
    message: "The request signature does not conform to AWS standards.",
    status: 400,
  },
};

export const stsService: Service = {
  name: "sts",
  action: (request) => form(request).get("Action") ?? "(none)",
  error,
  handle(request, world, notes) {
    try {
      const { accessKeyId } = authenticate(request, authCodes);
      const params = form(request);
      const action = params.get("Action") ?? "";
      switch (action) {
        // No permission is needed, and none can be taken away (STS API, GetCallerIdentity).
        case "GetCallerIdentity":
          return success(action, {
            Arn: callerArn,
            UserId: "AIDASANDBOXSANDBOX123",
            Account: accountId,
          });
        case "DecodeAuthorizationMessage": {
          const policies = policiesOf(world.state, accessKeyId) ?? [everything];
          const asked = { action: `sts:${action}`, resource: "*", context: {} };
          const denial = firstDenial(policies, [asked], (decision) => notes?.decided(decision));
          if (denial !== undefined) throw new ApiError("AccessDenied", denialText(denial), 403);
          const DecodedMessage = decodedMessage(params.need("EncodedMessage"));
          if (DecodedMessage !== undefined) return success(action, { DecodedMessage });
          throw new ApiError("InvalidAuthorizationMessageException", "Message is not valid");
        }
        default:
          throw new ApiError(
            "InvalidAction",
            `Could not find operation ${action} for version 2011-06-15`,
          );
      }
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      return error(thrown);
    }
  },
};

const everything: Policy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

function success(action: string, result: Xml): WireResponse {
  return reply(200, `${action}Response`, {
    [`${action}Result`]: result,
    ResponseMetadata: { RequestId: randomUUID() },
  });
}

function error({ status, code, message }: FaultAnswer): WireResponse {
  return reply(status, "ErrorResponse", {
    Error: { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message },
    RequestId: randomUUID(),
  });
}

function reply(status: number, name: string, body: Xml): WireResponse {
  return { status, headers: xmlHeaders, body: element(name, body, namespace) };
}
