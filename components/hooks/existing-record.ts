/** What to do where Cloudflare refuses a record because it stands already. */
import * as pulumi from "@pulumi/pulumi";
import { recordExists } from "../../core/foreign-errors.ts";
import { TYPES } from "../../core/state/resources.ts";

/**
 * Says the way out where Cloudflare refuses a record because it stands already: a run that was cut short, or a
 * state that was lost, leaves records that no state knows.
 *
 * @returns false: to try again would change nothing.
 */
export async function explainExistingRecord({
  failedOperation,
  errors,
  newInputs,
  name,
}: pulumi.ErrorHookArgs): Promise<boolean> {
  const [latest = ""] = errors;
  if (failedOperation !== "create" || !recordExists(latest)) return false;
  const [zone, owner, type] = [newInputs?.["zoneId"], newInputs?.["name"], newInputs?.["type"]];
  const stack = pulumi.getStack();
  await pulumi.log.error(
    `${stack}: ${name}: a record of ${owner} (${type}) stands in the zone ${zone} already, and no state knows it\n` +
      `  a tenant's stack that is deployed again takes it over where it is this one, and shows it where it is another; a program of your own takes it into the state by its RECORD_ID, as GET /zones/${zone}/dns_records?name=${owner}&type=${type} has it: pulumi import ${TYPES.dnsRecord} ${name} ${zone}/RECORD_ID --stack ${stack} --yes --generate-code=false`,
  );
  return false;
}
