/** Parameters of the query protocol: `Filter.1.Value.2=x`. */
import type { WireRequest } from "../world.ts";
import { ApiError } from "./error.ts";

/** The parameters of a query-protocol request, from the query string and the body. */
export function form(request: WireRequest): Params {
  const values = new Map<string, string>();
  for (const [name, value] of request.query) values.set(name, value);
  if (request.body !== "") {
    for (const [name, value] of new URLSearchParams(request.body)) values.set(name, value);
  }
  return new Params(values);
}

export class Params {
  readonly #values: ReadonlyMap<string, string>;
  readonly #prefix: string;

  constructor(values: ReadonlyMap<string, string>, prefix = "") {
    this.#values = values;
    this.#prefix = prefix;
  }

  get(name: string): string | undefined {
    return this.#values.get(this.#prefix + name);
  }

  need(name: string): string {
    const value = this.get(name);
    if (value !== undefined && value !== "") return value;
    throw new ApiError(
      "MissingParameter",
      `The request must contain the parameter ${this.#prefix}${name}`,
    );
  }

  flag(name: string): boolean | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : value.toLowerCase() === "true";
  }

  int(name: string): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    if (Number.isInteger(number)) return number;
    throw new ApiError("InvalidParameterValue", `Invalid value '${value}' for ${name}.`);
  }

  /** `Name.1`, `Name.2`, … in order of their number. */
  list(name: string): string[] {
    return this.#indexes(name).flatMap((index) => this.get(`${name}.${index}`) ?? []);
  }

  /** `Name.1.…`, `Name.2.…` as groups of parameters. */
  groups(name: string): Params[] {
    return this.#indexes(name).map((index) => this.group(`${name}.${index}`));
  }

  /** `Name.…` as parameters of their own. */
  group(name: string): Params {
    return new Params(this.#values, `${this.#prefix}${name}.`);
  }

  #indexes(name: string): number[] {
    const start = `${this.#prefix}${name}.`;
    const found = new Set<number>();
    for (const key of this.#values.keys()) {
      if (!key.startsWith(start)) continue;
      const index = Number(key.slice(start.length).split(".")[0]);
      if (Number.isInteger(index)) found.add(index);
    }
    return [...found].sort((a, b) => a - b);
  }
}
