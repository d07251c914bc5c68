/** The `domain-name` attribute of an Elastic IP: its PTR record. */
import { resolveA } from "../../dns/answers.ts";
import { ApiError } from "../error.ts";
import type { Address } from "../state.ts";
import type { Xml } from "../xml.ts";
import { allAddresses, needAddress, page } from "./addresses.ts";
import { type Call, type Handler, invalidParameter } from "./call.ts";
import { settledPtr, settlePtr } from "./ptr.ts";

export const reverseDnsHandlers: Readonly<Record<string, Handler>> = {
  /** The reply already carries the pending change; the live record comes `ptrPending` later. */
  ModifyAddressAttribute(call) {
    const address = needAddress(call, call.params.need("AllocationId"));
    const name = domainName(call);
    // The code is the API's for a bad value; its exact words are unconfirmed.
    if (!resolveA(call.world, name.slice(0, -1)).includes(address.publicIp)) {
      throw invalidParameter(
        `The domain name ${name} does not resolve to the Elastic IP address ` +
          `${address.publicIp}: a forward DNS record (type A) that points to it must exist.`,
      );
    }
    refuseLocked(address);
    settlePtr(address.ptr, call.now);
    const { ptrFailure } = call.aws;
    address.ptr.update = {
      ...{ value: name, due: call.now + call.world.delays.ptrPending },
      ...(ptrFailure === undefined ? {} : { reason: ptrFailure }),
    };
    delete address.ptr.lingersUntil;
    return { address: describe(call, address) };
  },

  DescribeAddressesAttribute(call) {
    needAttribute(call);
    const ids = call.params.list("AllocationId");
    const found = ids.length > 0 ? ids.map((id) => needAddress(call, id)) : allAddresses(call);
    // An address without a domain name has no such attribute: the official provider waits for that.
    const named = found.filter(({ ptr }) => {
      const { record, update } = settledPtr(ptr, call.now);
      return record !== undefined || update !== undefined;
    });
    const { items, nextToken } = page(call, named);
    return { addressSet: items.map((address) => describe(call, address)), nextToken };
  },

  ResetAddressAttribute(call) {
    const address = needAddress(call, call.params.need("AllocationId"));
    needAttribute(call);
    refuseLocked(address);
    const { ptr } = address;
    const { ptrPending, ptrLinger } = call.world.delays;
    settlePtr(ptr, call.now);
    if (ptr.record !== undefined || ptr.update !== undefined) {
      ptr.update = { value: "", due: call.now + ptrPending };
      ptr.lingersUntil = call.now + ptrLinger;
    }
    return { address: describe(call, address) };
  },
};

/** A PTR that AWS Support has set is theirs to change. */
function refuseLocked({ ptr, allocationId }: Address): void {
  if (ptr.locked !== true) return;
  throw new ApiError(
    "InvalidAddress.Locked",
    `The address with allocation id [${allocationId}] cannot be modified because it is locked. Please contact AWS Support.`,
  );
}

function needAttribute({ params }: Call): void {
  const attribute = params.need("Attribute");
  if (attribute !== "domain-name") {
    throw invalidParameter(
      `Value (${attribute}) for parameter attribute is invalid. Unknown attribute.`,
    );
  }
}

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/** With a trailing dot, in lower case. */
function domainName({ params }: Call): string {
  const given = params.need("DomainName");
  const name = given.toLowerCase().replace(/\.$/, "");
  const labels = name.split(".");
  if (name.length > 253 || labels.length < 2 || !labels.every((part) => label.test(part))) {
    throw invalidParameter(`Value (${given}) for parameter domainName is invalid.`);
  }
  return `${name}.`;
}

function describe({ now }: Call, { publicIp, allocationId, ptr }: Address): Xml {
  const { record, update } = settledPtr(ptr, now);
  return {
    publicIp,
    allocationId,
    ptrRecord: record,
    ptrRecordUpdate: update && {
      value: update.value,
      status: update.reason !== undefined && update.due <= now ? "FAILED" : "PENDING",
      reason: update.due <= now ? update.reason : undefined,
    },
  };
}
