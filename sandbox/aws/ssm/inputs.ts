/** What the Parameter Store calls take; unknown members are ignored, as by the service. */
import * as z from "zod";

export const tagList = z.array(z.object({ Key: z.string(), Value: z.string() }));

export const putInput = z.object({
  Name: z.string().min(1),
  Value: z.string(),
  Type: z.enum(["String", "StringList", "SecureString"]).optional(),
  Description: z.string().optional(),
  KeyId: z.string().optional(),
  Overwrite: z.boolean().optional(),
  AllowedPattern: z.string().optional(),
  Tier: z.enum(["Standard", "Advanced", "Intelligent-Tiering"]).optional(),
  DataType: z.string().optional(),
  Tags: tagList.optional(),
});
export const nameInput = z.object({ Name: z.string(), WithDecryption: z.boolean().optional() });
export const namesInput = z.object({
  Names: z.array(z.string()),
  WithDecryption: z.boolean().optional(),
});
export const pageInput = z.object({
  MaxResults: z.int().optional(),
  NextToken: z.string().optional(),
});
export const pathInput = pageInput.extend({
  Path: z.string(),
  Recursive: z.boolean().optional(),
  WithDecryption: z.boolean().optional(),
});
export const describeInput = pageInput.extend({
  ParameterFilters: z
    .array(
      z.object({
        Key: z.string(),
        Option: z.string().optional(),
        Values: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});
export const resourceInput = z.object({
  ResourceType: z.literal("Parameter"),
  ResourceId: z.string(),
});
