/** Letting an address go: EC2 keeps refusing it for minutes after its PTR is gone. */
import * as pulumi from "@pulumi/pulumi";
import { hasPtrSet } from "../../core/foreign-errors.ts";
import { reverseNameOf } from "../aws.ts";
import { TELL_EVERY } from "../waits.ts";
import { pauseFor } from "./interruption.ts";

/** Seconds before giving up. */
const LIMIT = 1_200;
/** The attempt by which the attribute reads clear where the PTR was reset: about 8 seconds. */
const CLEAR = 5;

/**
 * Says whether to try the release of an address again, which EC2 refuses with `InvalidAddress.PtrSet`.
 *
 * After `ResetAddressAttribute` the attribute reads clear in seconds, yet `ReleaseAddress` fails for
 * minutes, and `aws.ec2.Eip` tries only once. An error hook retries the very call that matters, so
 * nothing has to guess when the address may go.
 *
 * @param ways whose providers are asked whether the PTR is still set.
 * @param limit seconds before giving up.
 */
export async function retryRelease(
  { failedOperation, errors, id, name: address }: pulumi.ErrorHookArgs,
  ways: () => Promise<readonly pulumi.InvokeOptions[]>,
  limit = LIMIT,
): Promise<boolean> {
  const [latest = ""] = errors;
  if (failedOperation !== "delete" || !hasPtrSet(latest)) return false;
  const waited = secondsAfter(errors.length - 1);
  if (waited >= limit) {
    await pulumi.log.error(
      `${pulumi.getStack()}: ${address}: EC2 still remembers its PTR, ${waited} s after the reset, and releases no address with one\n` +
        "  deploy again in some minutes: nothing is lost, and it goes on from here",
    );
    return false;
  }
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
  await pulumi.log.info(
    `${pulumi.getStack()}: ${address}: EC2 remembers its PTR for minutes after the reset; its release is tried again (${waited} s of at most ${limit} s)`,
  );
  return pauseFor(retryPause(errors.length)).then(
    () => true,
    () => false,
  );
}

/** Milliseconds before the next attempt: doubling from 0.5 s, at most as long as a person waits for a line. */
export function retryPause(failures: number): number {
  return Math.min(TELL_EVERY, 500 * 2 ** (failures - 1));
}

/** Seconds that the pauses after so many failures take together. */
function secondsAfter(failures: number): number {
  const pauses = Array.from({ length: failures }, (_, index) => retryPause(index + 1));
  return Math.round(pauses.reduce((sum, pause) => sum + pause, 0) / 1_000);
}
