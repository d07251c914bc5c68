/** SSM Parameter Store: JSON 1.1 protocol, `X-Amz-Target: AmazonSSM.<action>`. */
import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { Vault } from "../../store.ts";
import type {
  CallNotes,
  FaultAnswer,
  Service,
  WireRequest,
  WireResponse,
  World,
} from "../../world.ts";
import { authenticate } from "../auth.ts";
import { denialText, firstDenial, policiesOf } from "../authorization.ts";
import { ApiError } from "../error.ts";
import { emptyRegion } from "../state.ts";
import { type SsmHandler, ssmHandlers } from "./parameters.ts";
import { accessRequests } from "./resources.ts";

const prefix = "AmazonSSM.";

const authCodes = {
  missing: {
    code: "MissingAuthenticationTokenException",
    message: "Missing Authentication Token",
    status: 400,
  },
  malformed: {
    code: "IncompleteSignatureException",
    message: "The request signature does not conform to AWS standards.",
    status: 400,
  },
};

export function ssmService(vault: Vault): Service {
  return {
    name: "ssm",
    action,
    error,
    handle(request, world, notes) {
      try {
        return answer(200, perform(request, world, vault, notes));
      } catch (thrown) {
        if (thrown instanceof ApiError) return error(thrown);
        if (thrown instanceof z.ZodError || thrown instanceof SyntaxError) {
          const message =
            thrown instanceof z.ZodError ? z.prettifyError(thrown) : "the body is not JSON";
          return error({ status: 400, code: "ValidationException", message });
        }
        throw thrown;
      }
    },
  };
}

function action(request: WireRequest): string {
  const target = request.headers["x-amz-target"] ?? "";
  return target.startsWith(prefix) ? target.slice(prefix.length) : target;
}

function perform(request: WireRequest, world: World, vault: Vault, notes?: CallNotes): unknown {
  const { accessKeyId, region: regionName } = authenticate(request, authCodes);
  const name = action(request);
  const handler: SsmHandler | undefined = Object.hasOwn(ssmHandlers, name)
    ? ssmHandlers[name]
    : undefined;
  if (handler === undefined) throw new ApiError("UnknownOperationException", "");
  const { aws } = world.state;
  const region = aws.regions[regionName] ?? emptyRegion();
  aws.regions[regionName] = region;
  const input: unknown = request.body === "" ? {} : JSON.parse(request.body);
  const policies = policiesOf(world.state, accessKeyId);
  if (policies !== undefined) {
    const requests = accessRequests(name, regionName, region, input);
    const denial = firstDenial(policies, requests, (decision) => notes?.decided(decision));
    if (denial !== undefined) throw new ApiError("AccessDeniedException", denialText(denial));
  }
  const reply = handler({ region, regionName, vault, now: world.clock.now() }, input);
  world.changed();
  return reply;
}

function error({ status, code, message }: FaultAnswer): WireResponse {
  return answer(status, { __type: code, message });
}

function answer(status: number, body: unknown): WireResponse {
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": randomUUID() },
    body: JSON.stringify(body),
  };
}
