/** STS: only who the caller is. Query protocol, version 2011-06-15. */
import { randomUUID } from "node:crypto";
import type { FaultAnswer, Service, WireResponse } from "../world.ts";
import { authenticate } from "./auth.ts";
import { ApiError } from "./error.ts";
import { form } from "./params.ts";
import { element, type Xml, xmlHeaders } from "./xml.ts";

export const accountId = "123456789012";

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
  handle(request) {
    try {
      authenticate(request, authCodes);
      const action = form(request).get("Action") ?? "";
      if (action !== "GetCallerIdentity") {
        throw new ApiError(
          "InvalidAction",
          `Could not find operation ${action} for version 2011-06-15`,
        );
      }
      return reply(200, "GetCallerIdentityResponse", {
        GetCallerIdentityResult: {
          Arn: `arn:aws:iam::${accountId}:user/sandbox`,
          UserId: "AIDASANDBOXSANDBOX123",
          Account: accountId,
        },
        ResponseMetadata: { RequestId: randomUUID() },
      });
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      return error(thrown);
    }
  },
};

function error({ status, code, message }: FaultAnswer): WireResponse {
  return reply(status, "ErrorResponse", {
    Error: { Type: status < 500 ? "Sender" : "Receiver", Code: code, Message: message },
    RequestId: randomUUID(),
  });
}

function reply(status: number, name: string, body: Xml): WireResponse {
  return { status, headers: xmlHeaders, body: element(name, body, namespace) };
}
