/**
 * The namespace of our config. It is the same in every project: Pulumi takes a key without a namespace for
 * the project's own, and an operator's project has a name of its own.
 */
import type { Finding } from "../problem.ts";

/** What stands before the colon of every key of ours. */
export const NAMESPACE = "sendips";

const PREFIX = `${NAMESPACE}:`;

/** The full key of a name: `sendips:tenant`. */
export function fullKey(name: string): string {
  return `${PREFIX}${name}`;
}

/** The name of a full key of ours; undefined for one of another namespace. */
export function nameOf(key: string): string | undefined {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : undefined;
}

/** A project's config by full key, of all namespaces → what is ours of it, by name. */
export function ownValues(
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => {
      const name = nameOf(key);
      return name === undefined ? [] : [[name, value]];
    }),
  );
}

/** Names of which it is plain that they were meant for us; others may be config of the operator's own. */
const OURS = ["tenant", "mailHost", "zones"];

/**
 * Full keys in the project's own namespace that were meant for ours: somebody wrote `tenant:` in a project
 * that is not called sendips.
 */
export function misplacedKeys(
  config: Readonly<Record<string, unknown>>,
  project: string,
): string[] {
  if (project === NAMESPACE) return [];
  return OURS.filter((name) => !(fullKey(name) in config))
    .map((name) => `${project}:${name}`)
    .filter((key) => key in config);
}

/** The fault of a key that {@link misplacedKeys} found. */
export function misplacedKey(key: string): Finding {
  const wanted = fullKey(key.slice(key.indexOf(":") + 1));
  return {
    code: "config-other-namespace",
    level: "error",
    path: key,
    message: `is the project's own namespace, as Pulumi takes a key without one; sendips reads ${wanted} only`,
    fix: `write ${wanted} in its place`,
  };
}
