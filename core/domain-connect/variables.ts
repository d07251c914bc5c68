/** Variables of a template: the parts of its records that differ between tenants. */

/** Kinds that any record may have, and what stands for each in `variableDescription`; a purpose has its own. */
const MEANINGS = {
  dkim: "DKIM selector",
  ip: "IPv4 that sends",
  address: "IPv4 of a sending host",
  target: "labels below the service's own zone",
  mx: "labels below the service's own zone",
  spf: "labels below the service's own zone",
  stack: "label of the customer at the service",
} as const;

/** A kind of variable that any record may have. */
export type VariableKind = keyof typeof MEANINGS;

/**
 * The variables of one application. A kind is counted from 1, in the order of use, so that tenants of the
 * same shape have the same names; what means the same has one name.
 */
export class Variables {
  readonly values = new Map<string, string>();
  /** Keys of addresses whose IPv4 is not known. */
  readonly unknown = new Set<string>();
  /** What each is, by name. */
  readonly meanings = new Map<string, string>();
  readonly #names = new Map<string, string>();

  /** `%dkim1%`. Two calls with the same kind and identity are the same variable. */
  use(kind: VariableKind, identity: string, value = identity): string {
    return this.useOwn({ kind, meaning: MEANINGS[kind] }, identity, value);
  }

  /** The same for a kind that a purpose has. */
  useOwn(
    { kind, meaning }: { kind: string; meaning: string },
    identity: string,
    value: string,
  ): string {
    const id = `${kind} ${identity}`;
    const count = [...this.#names.keys()].filter((one) => one.startsWith(`${kind} `)).length;
    const name = this.#names.get(id) ?? `${kind}${count + 1}`;
    this.#names.set(id, name);
    this.values.set(name, value);
    this.meanings.set(name, meaning);
    return `%${name}%`;
  }

  /** The same for the IPv4 of an address, which may not be known yet. */
  useAddress(kind: "ip" | "address", key: string, ip: string | undefined): string {
    const variable = this.use(kind, key, ip ?? "");
    if (ip === undefined) this.unknown.add(key);
    return variable;
  }
}

/** `%dkim1%: DKIM selector; …`, for those names that are used in one of several applications. */
export function describeVariables(all: readonly Variables[]): string {
  const meanings = new Map(all.flatMap((variables) => [...variables.meanings]));
  return [...meanings]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, meaning]) => `%${name}%: ${meaning}`)
    .join("; ");
}
