/** What the clouds and DNS say of a tenant, as a comparison needs it. */
import type { LiveAddress } from "../guards/address-context.ts";
import type { ZoneRecord } from "../guards/adoption.ts";

/** An answer, or why there is none. */
export type Asked<T> = { found: T } | { failed: string };

/** The PTR of an Elastic IP as EC2 has it. */
export interface ReverseNameView {
  /** Empty where it has none. */
  name: string;
  /** A change that is under way or that EC2 has refused. */
  update?: { name: string; status: string; reason: string };
}

/** What was asked; of what was not asked there is no answer. */
export interface CloudView {
  /** Elastic IPs by allocation id; one that is not there is left out. */
  addresses: Asked<ReadonlyMap<string, LiveAddress>>;
  /** PTRs by allocation id. */
  reverseNames: ReadonlyMap<string, ReverseNameView>;
  /** What stands in our zones at the names of the plan and of the state, by zone id. */
  zones: ReadonlyMap<string, Asked<readonly ZoneRecord[]>>;
  /** What DNS answers for a name and a type, in zone file form without last dots; of a PTR, by the IPv4. */
  dns: (name: string, type: string) => Asked<readonly string[]> | undefined;
}
