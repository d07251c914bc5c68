/** Asks the policies of the caller's access key, in one place for all of AWS. */
import { deflateSync, inflateSync } from "node:zlib";
import { type AccessRequest, type Decision, evaluate } from "../access/evaluate.ts";
import type { Policy } from "../access/policy.ts";
import type { LoggedDecision, State } from "../world.ts";
import { callerArn } from "./account.ts";

/** The policies of an access key; undefined where it may do everything. */
export function policiesOf({ access }: State, accessKeyId: string): Policy[] | undefined {
  return access?.aws[accessKeyId];
}

/** One request that was refused. */
export interface Denial {
  request: AccessRequest;
  decision: Decision;
}

/** Asks of every resource; the first that is refused refuses the call. */
export function firstDenial(
  policies: readonly Policy[],
  requests: readonly AccessRequest[],
  log: (decision: LoggedDecision) => void,
): Denial | undefined {
  for (const request of requests) {
    const decision = evaluate(policies, request);
    log({ ...request, allowed: decision.allowed, matched: decision.matched });
    if (!decision.allowed) return { request, decision };
  }
  return undefined;
}

/** The words that AWS's services have in common (IAM User Guide, Troubleshoot access denied error messages). */
export function denialText({ request, decision }: Denial): string {
  const why = decision.explicitDeny
    ? "with an explicit deny in an identity-based policy"
    : `because no identity-based policy allows the ${request.action} action`;
  return `User: ${callerArn} is not authorized to perform: ${request.action} on resource: ${request.resource} ${why}`;
}

/** What `DecodeAuthorizationMessage` gives back, packed: its form is STS's, the packing is our own. */
export function encodedMessage({ request, decision }: Denial): string {
  const said = {
    allowed: false,
    explicitDeny: decision.explicitDeny,
    matchedStatements: { items: decision.matched.map((statementId) => ({ statementId })) },
    failures: { items: [] },
    context: {
      principal: { id: "AIDASANDBOXSANDBOX123", arn: callerArn },
      action: request.action,
      resource: request.resource,
      conditions: {
        items: Object.entries(request.context).map(([key, values]) => ({
          key,
          values: { items: [values].flat().map((value) => ({ value })) },
        })),
      },
    },
  };
  return deflateSync(JSON.stringify(said)).toString("base64url");
}

/** Undefined for what was never encoded. */
export function decodedMessage(encoded: string): string | undefined {
  try {
    return inflateSync(Buffer.from(encoded, "base64url")).toString("utf8");
  } catch {
    return undefined;
  }
}
