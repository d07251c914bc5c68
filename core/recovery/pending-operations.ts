/** What a run that was cut short has left in the state: operations of which nobody knows how they ended. */
import { z } from "zod";

/** One operation that was under way. */
export interface PendingOperation {
  urn: string;
  /** `creating`, `updating`, `deleting`, `reading`, `importing`. */
  operation: string;
}

const schema = z.object({
  deployment: z.object({
    pending_operations: z
      .array(z.object({ type: z.string(), resource: z.object({ urn: z.string() }) }))
      .nullish(),
  }),
});

/** The pending operations of what `pulumi stack export` prints; none where it is none. */
export function pendingOperations(exported: unknown): PendingOperation[] {
  const read = schema.safeParse(exported);
  return (read.data?.deployment.pending_operations ?? []).map(({ type, resource }) => ({
    urn: resource.urn,
    operation: type,
  }));
}
