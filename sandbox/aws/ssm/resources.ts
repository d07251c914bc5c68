/** The parameters that each call of the Parameter Store is about. */
import * as z from "zod";
import type { AccessRequest } from "../../access/evaluate.ts";
import type { RegionState } from "../state.ts";
import { arn } from "./parameters.ts";

const named = z.object({
  Name: z.string().optional(),
  Names: z.array(z.string()).optional(),
  Path: z.string().optional(),
  ResourceId: z.string().optional(),
});

/** One request a parameter; `DescribeParameters` is asked of none. */
export function accessRequests(
  action: string,
  regionName: string,
  { parameters }: RegionState,
  input: unknown,
): AccessRequest[] {
  const { data: { Name, Names = [], Path, ResourceId } = {} } = named.safeParse(input);
  const names = [Name, ...Names, Path, ResourceId].filter((name) => name !== undefined);
  const base = { "aws:RequestedRegion": regionName };
  if (names.length === 0) return [{ action: `ssm:${action}`, resource: "*", context: base }];
  return names.map((name) => ({
    action: `ssm:${action}`,
    resource: arn({ regionName }, name),
    context: {
      ...base,
      ...Object.fromEntries(
        Object.entries(parameters[name]?.tags ?? {}).map(([key, value]) => [
          `aws:ResourceTag/${key}`,
          value,
        ]),
      ),
    },
  }));
}
