/** `aws.ec2.EipDomainName`: the reverse DNS of an Elastic IP. */
import type { ResourceType } from "../resource.ts";
import { compact, text } from "../values.ts";
import type { Aws } from "./client.ts";
import { findAttribute } from "./eip.ts";
import { undefinedIfGone, waitFor, withErrorContext } from "./errors.ts";
import { REGION } from "./tags.ts";

const TEN_MINUTES = 600_000;

async function nameAddress(aws: Aws, id: string, name: string, what: string, timeoutMs: number) {
  const ec2 = await aws.ec2();
  await withErrorContext(what, ec2.modifyAddressAttribute({ AllocationId: id, DomainName: name }));
  const waiting = `waiting for EC2 EIP Domain Name (${id}) ${what.startsWith("creating") ? "create" : "update"}`;
  return await waitFor(waiting, timeoutMs, async () => {
    const attribute = await withErrorContext(waiting, findAttribute(ec2, id));
    const update = attribute?.PtrRecordUpdate;
    if (attribute === undefined || update?.Status === "PENDING") return undefined;
    if (!update?.Status) return attribute;
    const reason = update.Reason ?? "no reason given";
    throw new Error(
      `${waiting}: unexpected state '${update.Status}', wanted target ''. last error: ${reason}`,
    );
  });
}

/** The state is written only once the wait succeeds, and `domainName` is never refreshed. */
export const eipDomainName: ResourceType<Aws> = {
  fields: {
    allocationId: { type: "string", required: true, forceNew: true },
    domainName: { type: "string", required: true },
    region: REGION,
    timeouts: { type: "object" },
  },
  outputs: ["ptrRecord"],
  async create({ client: aws, timeoutMs }, inputs) {
    const id = text(inputs["allocationId"]) ?? "";
    const name = text(inputs["domainName"]) ?? "";
    const what = "creating EC2 EIP Domain Name";
    const named = await nameAddress(aws, id, name, what, timeoutMs ?? TEN_MINUTES);
    const ptrRecord = named.PtrRecord ?? "";
    return { id, outputs: { ...inputs, ptrRecord, region: aws.region } };
  },
  async read({ client: aws }, id, state) {
    const what = `reading EC2 EIP Domain Name (${id})`;
    const attribute = await withErrorContext(what, findAttribute(await aws.ec2(), id));
    if (attribute === undefined) return undefined;
    const ptrRecord = attribute.PtrRecord ?? "";
    // An import knows no name but the live one, trailing dot and all.
    const domainName = text(state["domainName"]) ?? ptrRecord;
    const kept = compact({ timeouts: state["timeouts"], region: aws.region });
    return { id, outputs: { ...kept, allocationId: id, domainName, ptrRecord } };
  },
  async update({ client: aws, timeoutMs }, id, { olds, news, changed }) {
    const name = text(news["domainName"]) ?? "";
    const what = `updating EC2 EIP Domain Name (${id})`;
    if (changed.includes("domainName")) {
      await nameAddress(aws, id, name, what, timeoutMs ?? TEN_MINUTES);
    }
    // What EC2 has now is seen by the next refresh.
    return { ...olds, ...news };
  },
  async delete({ client: aws, timeoutMs }, id) {
    const ec2 = await aws.ec2();
    const request = ec2.resetAddressAttribute({ AllocationId: id, Attribute: "domain-name" });
    const what = `deleting EC2 EIP Domain Name (${id})`;
    const reset = await withErrorContext(
      what,
      undefinedIfGone(request, "InvalidAllocationID.NotFound"),
    );
    if (reset === undefined) return;
    const waiting = `waiting for EC2 EIP Domain Name (${id}) delete`;
    await waitFor(waiting, timeoutMs ?? TEN_MINUTES, async () => {
      const attribute = await withErrorContext(waiting, findAttribute(ec2, id));
      return attribute === undefined ? true : undefined;
    });
  },
};
