/**
 * A tenant as pure data: its config read, its plan computed, what is wrong between tenants found, and all
 * of it rendered as text. No Pulumi, no files, no network, no clock: the same code serves the command
 * line, the deployment and whoever builds something of their own on it.
 *
 * @example
 * ```ts
 * import { formatProblems, plan, readConfig, renderPlan } from "sendips/core";
 *
 * const read = readConfig({
 *   stack: "acme",
 *   values: {
 *     zones: { "acme.example": "external" },
 *     tenant: { domain: "acme.example", dmarc: { policy: "reject" } },
 *   },
 * });
 * if ("stack" in read && read.stack.kind === "tenant") {
 *   const result = plan(read.stack);
 *   console.log("plan" in result ? renderPlan(result.plan, result.problems) : formatProblems(result.problems));
 * }
 * ```
 *
 * @module
 */

export {
  type OperatorRead,
  type RawConfig,
  type ReadResult,
  type ReadWithSecrets,
  readConfig,
  readOperator,
  type Stack,
} from "./config/config.ts";
export type { DkimKey, DkimKeyFinding } from "./config/dkim-key.ts";
export { type JsonSchema, projectJsonSchema, stackJsonSchema } from "./config/json-schema.ts";
export { NAMESPACE, ownValues } from "./config/namespace.ts";
export type {
  DkimKeyConfig,
  MailHostConfig,
  OperatorConfig,
  TenantConfig,
} from "./config/schema.ts";
export type { FindingCode } from "./finding-codes.ts";
export { type FleetStack, lintFleet } from "./fleet/fleet.ts";
export { type Finding, formatProblem, formatProblems, hasErrors, type Problem } from "./problem.ts";
export type { Publisher } from "./publishers/publishers.ts";
export { CUSTOMER_FORMATS, type CustomerFormat, customerText } from "./render/customer/page.ts";
export { PLAN_FORMATS, type PlanFormat, type RenderOptions, renderPlan } from "./render/plan.ts";
export type { DeployedRetirement, WantedRetirement, WayOut } from "./retirement.ts";
export { type LeftName, OUTPUTS_VERSION, readOutputs, type StackOutputs } from "./state/outputs.ts";
export type { MtaStsPolicyFile } from "./tenant/mta-sts/policy-file.ts";
export {
  type Plan,
  type PlannedAddress,
  type PlannedStream,
  type PlanResult,
  plan,
  type TenantStack,
} from "./tenant/plan.ts";
export type { CustomerStep, ForCustomer, ForTemplate, Purpose } from "./tenant/purpose.ts";
export type { ProviderVerdict, Senders } from "./tenant/receivers/provider-rules.ts";
export type { KnownAddresses } from "./tenant/record.ts";
export {
  type AddressRef,
  type KeyRef,
  type NameRef,
  type PlannedRecord,
  type RangesRef,
  type RecordData,
  type Ref,
  type Resolve,
  renderData,
  renderOwner,
  type Text,
  type TextValue,
} from "./tenant/record.ts";
