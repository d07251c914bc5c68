/** Letting an address go: EC2 keeps refusing it for minutes after its PTR is gone. */
import * as pulumi from "@pulumi/pulumi";
import { hasPtrSet } from "../../core/foreign-errors.ts";
import { reverseNameOf } from "../aws.ts";
import { pauseFor } from "./interruption.ts";

/** Attempts before giving up: with the pauses below, about 20 minutes. */
const ATTEMPTS = 84;
/** Tries between two lines that say so: about a minute. */
const TELL_EVERY = 5;
/** The attempt by which the attribute reads clear where the PTR was reset: about 8 seconds. */
const CLEAR = 5;

/**
 * Says whether to try the release of an address again, which EC2 refuses with `InvalidAddress.PtrSet`.
 *
 * After `ResetAddressAttribute` the attribute reads clear in seconds, yet `ReleaseAddress` fails for
 * minutes, and `aws.ec2.Eip` tries only once. An error hook retries the very call that matters, so
 * nothing has to guess when the address may go.
 *
 * @param opts whose provider is asked whether the PTR is still set.
 */
export async function retryRelease(
  { failedOperation, errors, id, name: address }: pulumi.ErrorHookArgs,
  ways: () => Promise<readonly pulumi.InvokeOptions[]>,
): Promise<boolean> {
  const [latest = ""] = errors;
  if (failedOperation !== "delete" || !hasPtrSet(latest)) return false;
  if (errors.length >= ATTEMPTS) return false;
  if (errors.length >= CLEAR) {
    // One whose release was deployed for the address alone (--target) was never reset: waiting is in vain.
    const asked = (await ways()).map((opts) => reverseNameOf(id, opts).catch(() => ""));
    const ptr = (await Promise.all(asked)).find((name) => name !== "") ?? "";
    if (ptr !== "") {
      await pulumi.log.error(
        `${pulumi.getStack()}: ${address}: its PTR is still ${ptr}, and EC2 releases no address with one\n` +
          `  reset it, and deploy again: aws ec2 reset-address-attribute --allocation-id ${id} --attribute domain-name`,
      );
      return false;
    }
  }
  if (errors.length === 1 || errors.length % TELL_EVERY === 0) {
    await pulumi.log.info(
      `${pulumi.getStack()}: ${address}: EC2 remembers its PTR for minutes after the reset; its release is tried again (${errors.length} of at most ${ATTEMPTS} tries)`,
    );
  }
  return pauseFor(retryPause(errors.length)).then(
    () => true,
    () => false,
  );
}

/** Milliseconds before the next attempt: doubling from 0.5 s, at most 15 s. */
export function retryPause(failures: number): number {
  return Math.min(15_000, 500 * 2 ** (failures - 1));
}
