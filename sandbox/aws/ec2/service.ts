/** EC2: query protocol, version 2016-11-15. */
import { randomUUID } from "node:crypto";
import type {
  CallNotes,
  FaultAnswer,
  Service,
  WireRequest,
  WireResponse,
  World,
} from "../../world.ts";
import { authenticate } from "../auth.ts";
import { policiesOf } from "../authorization.ts";
import { ApiError } from "../error.ts";
import { form } from "../params.ts";
import { type AwsState, emptyRegion } from "../state.ts";
import { element, type Xml, xmlHeaders, xmlProlog } from "../xml.ts";
import { addressHandlers } from "./addresses.ts";
import { associationHandlers } from "./associations.ts";
import { authorize } from "./authorization.ts";
import type { Handler } from "./call.ts";
import { instanceHandlers } from "./instances.ts";
import { interfaceHandlers } from "./interfaces.ts";
import { networkHandlers } from "./networks.ts";
import { privateIpHandlers } from "./private-ips.ts";
import { reverseDnsHandlers } from "./reverse-dns.ts";
import { securityGroupHandlers } from "./security-groups.ts";
import { ruleHandlers } from "./security-rules.ts";
import { tagHandlers } from "./tags.ts";

const handlers: Readonly<Record<string, Handler>> = {
  ...addressHandlers,
  ...associationHandlers,
  ...reverseDnsHandlers,
  ...tagHandlers,
  ...networkHandlers,
  ...securityGroupHandlers,
  ...ruleHandlers,
  ...interfaceHandlers,
  ...privateIpHandlers,
  ...instanceHandlers,
};

/**
 * Every action that is simulated.
 *
 * @internal a contract test holds them against Amazon's model.
 */
export const ec2Actions: readonly string[] = Object.keys(handlers);

const version = "2016-11-15";
const namespace = ` xmlns="http://ec2.amazonaws.com/doc/${version}/"`;

const authCodes = {
  missing: {
    code: "MissingAuthenticationToken",
    message: "Request is missing Authentication Token",
    status: 403,
  },
  malformed: {
    code: "AuthFailure",
    message: "AWS was not able to validate the provided access credentials",
    status: 401,
  },
};

export const ec2Service: Service = {
  name: "ec2",
  action: (request) => form(request).get("Action") ?? "(none)",
  error,
  handle(request, world, notes) {
    try {
      const { name, body } = perform(request, world, notes);
      const reply = { requestId: randomUUID(), ...body };
      return answer(200, element(`${name}Response`, reply, namespace));
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      return error(thrown);
    }
  },
};

function perform(
  request: WireRequest,
  world: World,
  notes?: CallNotes,
): { name: string; body: { [name: string]: Xml } } {
  const { accessKeyId, region: regionName } = authenticate(request, authCodes);
  const params = form(request);
  const name = params.get("Action");
  if (name === undefined) {
    throw new ApiError("MissingAction", "The request is missing an action parameter.");
  }
  const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
  if (handler === undefined || params.get("Version") !== version) {
    throw new ApiError(
      "InvalidAction",
      `The action ${name} is not valid for this web service (version ${params.get("Version")}).`,
    );
  }
  const dryRun = params.flag("DryRun") === true;
  const reads = name.startsWith("Describe");
  // A call that is refused halfway, or a dry run, may change nothing: it works on a copy.
  const aws = reads ? world.state.aws : copyFor(world, regionName);
  const region = aws.regions[regionName] ?? emptyRegion();
  aws.regions[regionName] = region;
  const call = { params, region, regionName, aws, world, now: world.clock.now() };
  const policies = policiesOf(world.state, accessKeyId);
  if (policies !== undefined)
    authorize(name, call, policies, (decision) => notes?.decided(decision));
  const body = handler(call);
  if (dryRun) {
    throw new ApiError(
      "DryRunOperation",
      "Request would have succeeded, but DryRun flag is set.",
      412,
    );
  }
  if (!reads) {
    world.state.aws = aws;
    world.changed();
  }
  return { name, body };
}

/** The state with a copy of one Region; the others stay shared, since no call touches them. */
function copyFor({ state }: World, regionName: string): AwsState {
  const region = structuredClone(state.aws.regions[regionName] ?? emptyRegion());
  return { ...state.aws, regions: { ...state.aws.regions, [regionName]: region } };
}

function error({ status, code, message }: FaultAnswer): WireResponse {
  const errors = element("Errors", { Error: { Code: code, Message: message } });
  return answer(status, `<Response>${errors}<RequestID>${randomUUID()}</RequestID></Response>`);
}

function answer(status: number, xml: string): WireResponse {
  return { status, headers: xmlHeaders, body: xmlProlog + xml };
}
