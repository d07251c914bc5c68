/** The inputs of a component as another language hands them over, checked against the schema of the package. */
import * as pulumi from "@pulumi/pulumi";
import { InputPropertiesError, type InputPropertyErrorDetails } from "@pulumi/pulumi/errors.js";

/** A property of a Pulumi package schema, as far as ours has them. */
interface Property {
  type?: "string" | "number" | "boolean" | "array" | "object";
  /** `#/types/…`, or `pulumi.json#/Any`. */
  $ref?: string;
  items?: Property;
  additionalProperties?: Property;
  /** Whether it must be known before anything is registered. */
  plain?: boolean;
}

/** A Pulumi package schema, as far as it is read here. */
export interface PackageSchema {
  version: string;
  resources: Readonly<
    Record<
      string,
      { inputProperties: Readonly<Record<string, Property>>; requiredInputs: readonly string[] }
    >
  >;
  types: Readonly<
    Record<string, { properties: Readonly<Record<string, Property>>; required: readonly string[] }>
  >;
}

const ANY = "pulumi.json#/Any";
const NOT_PLAIN =
  "is a secret, or known only while the program runs: a plain value is wanted, because addresses and records are planned before anything is registered";

/**
 * The engine itself checks nothing, and a `release` that is an output would be as good as true.
 *
 * @throws InputPropertiesError with every fault.
 */
export function checkInputs(
  { resources, types }: PackageSchema,
  type: string,
  inputs: pulumi.Inputs,
): void {
  const errors: InputPropertyErrorDetails[] = [];
  const fault = (propertyPath: string, reason: string) => errors.push({ propertyPath, reason });

  const members = (
    properties: Readonly<Record<string, Property>>,
    required: readonly string[],
    values: object,
    within: string,
  ) => {
    for (const name of required) {
      if (Reflect.get(values, name) === undefined) fault(`${within}${name}`, "is missing");
    }
    for (const [name, value] of Object.entries(values)) {
      const property = properties[name];
      if (property !== undefined) check(property, value, `${within}${name}`);
      else if (value !== undefined) {
        fault(`${within}${name}`, `is no property; allowed: ${Object.keys(properties).join(", ")}`);
      }
    }
  };

  const check = (property: Property, value: unknown, path: string): void => {
    if (value === undefined) return;
    const { $ref, items, additionalProperties } = property;
    if (pulumi.Output.isInstance(value)) {
      if (property.plain === true || $ref === ANY) fault(path, NOT_PLAIN);
    } else if ($ref === ANY) {
      if (typeof value === "object" && value !== null) {
        for (const [key, part] of Object.entries(value)) check(property, part, `${path}.${key}`);
      }
    } else if (items !== undefined) {
      if (!Array.isArray(value)) fault(path, "is no list");
      else for (const [index, item] of value.entries()) check(items, item, `${path}[${index}]`);
    } else if ($ref !== undefined || property.type === "object") {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        fault(path, "is no map");
      } else if (additionalProperties !== undefined) {
        for (const [key, part] of Object.entries(value)) {
          check(additionalProperties, part, `${path}.${key}`);
        }
      } else {
        const named = types[$ref?.slice("#/types/".length) ?? ""];
        if (named !== undefined) members(named.properties, named.required, value, `${path}.`);
      }
    } else if (typeof value !== property.type) {
      fault(path, `is no ${property.type}`);
    }
  };

  const resource = resources[type];
  if (resource !== undefined)
    members(resource.inputProperties, resource.requiredInputs, inputs, "");
  if (errors.length > 0) {
    throw new InputPropertiesError({
      message: `${type}: ${errors.length === 1 ? "an input is" : `${errors.length} inputs are`} wrong; nothing was changed`,
      errors,
    });
  }
}
