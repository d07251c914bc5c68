/** What a person reads where the clouds refuse a step for want of a permission. */
import * as pulumi from "@pulumi/pulumi";
import { missingPermission, permissionFix } from "../../core/foreign-errors.ts";

/**
 * Names the permission that is missing, and where to find all that are needed. The engine itself says the cloud's own
 * words, which are long, and of which older ones do not name the action.
 *
 * @returns false: to try again would change nothing.
 */
export async function explainDenied({ errors, name }: pulumi.ErrorHookArgs): Promise<boolean> {
  const missing = missingPermission(errors[0] ?? "");
  if (missing === undefined) return false;
  const stack = pulumi.getStack();
  await pulumi.log.error(
    `${stack}: ${name}: the credentials lack ${missing}\n  ${permissionFix(stack)}; what is done stays done, and the next up goes on`,
  );
  return false;
}
