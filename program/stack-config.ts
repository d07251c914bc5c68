/** Reads the stack's config as the engine hands it over. */
import * as pulumi from "@pulumi/pulumi";
import { RunError } from "@pulumi/pulumi/errors.js";
import { allConfig } from "@pulumi/pulumi/runtime/config.js";
import { report } from "../components/engine.ts";
import { type RawConfig, readConfig, type Stack } from "../core/config/config.ts";
import { misplacedKeys, nameOf, ownValues } from "../core/config/namespace.ts";

/** The config under `sendips:`. Secrets in it are clear text: it must reach nothing but the reading of it. */
function stackConfig(): RawConfig {
  const config = allConfig();
  const own = Object.entries(config).filter(([key]) => nameOf(key) !== undefined);
  return {
    stack: pulumi.getStack(),
    values: ownValues(Object.fromEntries(own.map(([key, value]) => [key, parsedValue(value)]))),
    misplaced: misplacedKeys(config, pulumi.getProject()),
  };
}

/** The engine hands over structured values as JSON and plain ones as they stand. */
function parsedValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/**
 * The stack, typed.
 *
 * @throws RunError with everything that is wrong with its config.
 */
export function readStack(): Stack {
  const read = readConfig(stackConfig());
  report(read.problems);
  if ("stack" in read) return read.stack;
  throw new RunError(`the config of stack ${pulumi.getStack()} gives no stack and no reason`);
}
