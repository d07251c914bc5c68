/** Warnings that somebody has judged, and that count no more. */
import { z } from "zod";
import { ACCEPTABLE, isFindingCode, nearestCodes } from "../../finding-codes.ts";
import { isoDate } from "../fields.ts";

const code = z
  .string()
  .superRefine((value, context) => {
    if (ACCEPTABLE.includes(value)) return;
    const refuse = (message: string, allowed: string) =>
      context.addIssue({ code: "custom", message, params: { allowed } });
    if (isFindingCode(value)) {
      refuse(
        "cannot be accepted",
        "the code of a warning, as docs/findings.md lists them; an error must be mended, an entry without effect removed",
      );
    } else {
      const nearest = nearestCodes(value).join(", ");
      refuse("is not a code of a finding", `${nearest}, or another code of docs/findings.md`);
    }
  })
  .meta({ enum: ACCEPTABLE });

const reason = z
  .string()
  .superRefine((value, context) => {
    if (/\S/.test(value)) return;
    const params = { allowed: "a sentence for whoever reads the plan" };
    context.addIssue({ code: "custom", message: "says nothing", params });
  })
  .meta({ pattern: "\\S" });

const acceptSchema = z.strictObject({
  code: code.describe("The code of the warning, as it stands at the end of its first line."),
  path: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Only where the warning is at this place or below it, as the warning prints it: `sendips:tenant.streams.news`. Default: wherever it is.",
    ),
  reason: reason.describe("Why it is accepted; shown with it."),
  until: isoDate
    .optional()
    .describe("The last day on which it is accepted; after it the warning counts again."),
});

/** A list of accepted warnings; `whose` says of what. */
export function acceptList(whose: string) {
  return z
    .array(acceptSchema)
    .default([])
    .describe(
      `Warnings of ${whose} that are accepted: they are shown as accepted, and do not count for \`--strict\`. Errors cannot be accepted. Default: none.`,
    );
}

/** One accepted warning. */
export type AcceptConfig = z.infer<typeof acceptSchema>;
