/** Reads a PTR back: what EC2 says now, not what the provider believes that it set. */
import * as pulumi from "@pulumi/pulumi";
import { pathOf } from "../core/guards/address-context.ts";
import { reverseNameOf } from "./cloud.ts";
import { pauseFor } from "./waiting.ts";

/** Rounds before giving up: the provider has waited for the change already. */
const ROUNDS = 10;
const PAUSE = 1_000;

/** A PTR as wanted, and the resource that sets it. */
interface ReverseName {
  /** The address's key. */
  key: string;
  hostName: string;
  allocationId: string;
  urn: string;
}

/**
 * Resolves once the PTR of an address is its host name.
 *
 * @throws when it is not, after about 10 seconds: receivers refuse mail from an address without its PTR.
 */
export async function checkReverseName(
  { key, hostName, allocationId, urn }: ReverseName,
  opts?: pulumi.InvokeOptions,
): Promise<void> {
  let found = "";
  for (let round = 0; round < ROUNDS; round += 1) {
    found = await reverseNameOf(allocationId, opts);
    if (found === hostName) return;
    await pauseFor(PAUSE);
  }
  const stack = pulumi.getStack();
  throw new Error(
    `${stack}: ${pathOf(key)}: its PTR was set to ${hostName}, but EC2 says ${found === "" ? "that it has none" : found}\n` +
      `  set it again: pulumi up --stack ${stack} --replace '${urn}'`,
  );
}
