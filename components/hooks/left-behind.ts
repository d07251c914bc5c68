/** What to do where EC2 refuses what a run that was cut short has left. */
import * as pulumi from "@pulumi/pulumi";
import { isTakenInEc2, lacksPrivateIp } from "../../core/foreign-errors.ts";

/**
 * Says the way out where EC2 refuses a part of a mail host because what it needs is taken, a private IP, a name, or
 * because what is to be taken away is gone already.
 *
 * @returns false: to try again would change nothing.
 */
export async function explainLeftBehind({
  failedOperation,
  errors: [latest = ""],
  name,
}: pulumi.ErrorHookArgs): Promise<boolean> {
  const stack = pulumi.getStack();
  if (failedOperation === "update" && lacksPrivateIp(latest)) {
    await pulumi.log.error(
      `${stack}: ${name}: the private IPs in EC2 are not those of the state: a run that was cut short has changed some\n` +
        `  npx sendips recover ${stack} --yes reads them anew; then deploy again`,
    );
    return false;
  }
  if (failedOperation !== "create" || !isTakenInEc2(latest)) return false;
  await pulumi.log.error(
    `${stack}: ${name}: EC2 has it already, or somebody else has what it needs; a run that was cut short may have left it\n` +
      `  npx sendips recover ${stack} says whose it is, and takes what is this stack's into the state`,
  );
  return false;
}
