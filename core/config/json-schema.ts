/**
 * JSON Schemas of the files that people edit, made from the zod schemas, for completion and checks in
 * an editor. Draft 7, which every editor reads. They say what is allowed in a place; what concerns two
 * places at once is the plan's to check.
 */
import { z } from "zod";
import { isMap } from "../maps.ts";
import { mailHostSchema, operatorSchema, tenantSchema } from "./schema.ts";

/** A JSON Schema: an object, or a part of one. */
export type JsonSchema = { readonly [key: string]: unknown };

const DRAFT = "http://json-schema.org/draft-07/schema#";
const OTHERS = "Config of other programs and providers, such as aws:endpoints.";
/** A key with a namespace that is not ours. */
const OTHER_KEYS = "^(?!sendips:)[^:]+:.+$";

const SECRET = {
  type: "object",
  description:
    "An encrypted value, as `pulumi config set --secret` and `sendips dkim new` write it.",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/** The schema of a stack file, `stacks/Pulumi.<stack>.yaml`. */
export function stackJsonSchema(): JsonSchema {
  return {
    $schema: DRAFT,
    title: "sendips stack",
    description: "A stack of sendips: a tenant with its sending IPs, or a mail host.",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: {
          "aws:region": {
            description: "The AWS Region of the stack's addresses and interfaces.",
            type: "string",
            pattern: "^[a-z]{2,}(?:-[a-z]+)+-[0-9]+$",
          },
          "sendips:tenant": withSecrets(inputOf(tenantSchema)),
          "sendips:mailHost": withSecrets(inputOf(mailHostSchema)),
          ...Object.fromEntries(
            operatorProperties().map(([key, schema]) => [`sendips:${key}`, withSecrets(schema)]),
          ),
        },
        patternProperties: { [OTHER_KEYS]: { description: OTHERS } },
        additionalProperties: false,
        oneOf: [{ required: ["sendips:tenant"] }, { required: ["sendips:mailHost"] }],
      },
      secretsprovider: {
        description: "Who encrypts the secrets; written by `pulumi stack init`.",
        type: "string",
      },
      encryptedkey: { description: "Written by Pulumi.", type: "string" },
      encryptionsalt: { description: "Written by Pulumi.", type: "string" },
      environment: { description: "Pulumi ESC environments." },
    },
    required: ["config"],
    additionalProperties: false,
    definitions: { secret: SECRET },
  };
}

/** The schema of the operator's part of `Pulumi.yaml`; everything else there is Pulumi's to check. */
export function projectJsonSchema(): JsonSchema {
  const values = operatorProperties().map(([key, schema]) => [
    `sendips:${key}`,
    {
      description: schema["description"],
      type: "object",
      properties: { value: schema },
      required: ["value"],
      additionalProperties: false,
    },
  ]);
  return {
    $schema: DRAFT,
    title: "sendips project",
    description: "Operator-wide values of sendips in Pulumi.yaml, once for all stacks.",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(values),
        patternProperties: { [OTHER_KEYS]: { description: OTHERS } },
        additionalProperties: false,
      },
    },
  };
}

/** What a person writes: before defaults are filled in and names are turned into A-labels. */
function inputOf(schema: z.ZodType): JsonSchema {
  const json = z.toJSONSchema(schema, {
    io: "input",
    target: "draft-7",
    // Values that zod transforms: their pattern stands in the metadata.
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      // Exactly one of stack and networkInterface.
      if (zodSchema === tenantSchema.shape.mailHost) {
        jsonSchema.minProperties = 1;
        jsonSchema.maxProperties = 1;
      }
      // A shorthand before the object: `dmarc: keep`, `delegate: true`.
      if (zodSchema instanceof z.ZodPipe && zodSchema.in instanceof z.ZodTransform) {
        const object =
          zodSchema.out instanceof z.ZodOptional ? zodSchema.out.unwrap() : zodSchema.out;
        if (object instanceof z.ZodObject) {
          const short = "keep" in object.shape ? { const: "keep" } : { type: "boolean" as const };
          jsonSchema.anyOf = [short, inputOf(object)];
        }
      }
      // `isoDate` takes more than a date, and its pattern says what.
      if (jsonSchema.format === "date") delete jsonSchema.format;
    },
  });
  const { $schema: _draft, ...rest } = json;
  return rest;
}

function operatorProperties(): [string, JsonSchema][] {
  const properties = inputOf(operatorSchema)["properties"];
  return isMap(properties)
    ? Object.entries(properties).flatMap(([key, schema]): [string, JsonSchema][] =>
        isMap(schema) ? [[key, schema]] : [],
      )
    : [];
}

/** Pulumi takes an encrypted value wherever a text stands. */
function withSecrets(schema: JsonSchema): JsonSchema {
  const { description, default: fallback, ...rest } = schema;
  if (rest["type"] === "string" && !("enum" in rest) && !("const" in rest)) {
    return {
      ...(description === undefined ? {} : { description }),
      ...(fallback === undefined ? {} : { default: fallback }),
      anyOf: [rest, { $ref: "#/definitions/secret" }],
    };
  }
  const inner = Object.entries(schema).map(([key, value]) => {
    if (key === "properties" && isMap(value)) {
      const properties = Object.entries(value).map(([name, one]) => [
        name,
        isMap(one) ? withSecrets(one) : one,
      ]);
      return [key, Object.fromEntries(properties)];
    }
    if ((key === "additionalProperties" || key === "items") && isMap(value)) {
      return [key, withSecrets(value)];
    }
    if (key === "anyOf" && Array.isArray(value)) {
      return [key, value.map((one) => (isMap(one) ? withSecrets(one) : one))];
    }
    return [key, value];
  });
  return Object.fromEntries(inner);
}
