/** Variables of a template: the parts of its records that differ between tenants. */

/** What kinds there are, and what stands for each in `variableDescription`. */
const MEANINGS = {
  dkim: "DKIM selector",
  dkimkey: "DKIM public key, base64",
  ip: "IPv4 that sends",
  address: "IPv4 of a sending host",
  target: "labels below the service's own zone",
  mx: "labels below the service's own zone",
  spf: "labels below the service's own zone",
  stack: "label of the customer at the service",
  stsid: "id of the MTA-STS policy",
  rua: "where reports go",
  logo: "BIMI logo",
  certificate: "BIMI certificate",
} as const;

export type VariableKind = keyof typeof MEANINGS;

/**
 * The variables of one application. A kind is counted from 1, in the order of use, so that tenants of the
 * same shape have the same names; what means the same has one name.
 */
export class Variables {
  readonly values = new Map<string, string>();
  /** Keys of addresses whose IPv4 is not known. */
  readonly unknown = new Set<string>();
  readonly #names = new Map<string, string>();

  /** `%dkim1%`. Two calls with the same kind and identity are the same variable. */
  use(kind: VariableKind, identity: string, value = identity): string {
    const id = `${kind} ${identity}`;
    const count = [...this.#names.keys()].filter((one) => one.startsWith(`${kind} `)).length;
    const name = this.#names.get(id) ?? `${kind}${count + 1}`;
    this.#names.set(id, name);
    this.values.set(name, value);
    return `%${name}%`;
  }

  /** The same for the IPv4 of an address, which may not be known yet. */
  useAddress(kind: "ip" | "address", key: string, ip: string | undefined): string {
    const variable = this.use(kind, key, ip ?? "");
    if (ip === undefined) this.unknown.add(key);
    return variable;
  }
}

/** `%dkim1%: DKIM selector; …`, for those names that are used. */
export function describeVariables(names: Iterable<string>): string {
  const described = [...new Set(names)].sort().map((name) => {
    const kind = name.replace(/\d+$/, "");
    return `%${name}%: ${isKind(kind) ? MEANINGS[kind] : kind}`;
  });
  return described.join("; ");
}

function isKind(kind: string): kind is VariableKind {
  return Object.hasOwn(MEANINGS, kind);
}
