/** Who was first with something that only one stack may have. */

/** A stack's claim, with the config that makes it. */
export interface Claim {
  stack: string;
  path: string;
}

/** The first claim of each thing. */
export class Claims {
  readonly #first = new Map<string, Claim>();

  /** Claims a thing; gives back another stack's claim that was first. A stack's own are its own affair. */
  claim(thing: string, claim: Claim): Claim | undefined {
    const first = this.#first.get(thing);
    if (first === undefined) this.#first.set(thing, claim);
    return first === undefined || first.stack === claim.stack ? undefined : first;
  }

  /** Who was first with a thing. */
  of(thing: string): Claim | undefined {
    return this.#first.get(thing);
  }
}

/** `acme (sendips:tenant.domain)`: the other stack in a message. */
export function claimText({ stack, path }: Claim): string {
  return `${stack} (${path})`;
}
