/** The names of a stack's resources. */
import * as pulumi from "@pulumi/pulumi";

/** The name of a record in the state, by its key in the plan. */
export function logicalName(key: string): string {
  return `${pulumi.getStack()}-${key}`;
}
