/** Addresses that leave, as they are shown. */

import { type DeployedRetirement, departureText } from "../retirement.ts";
import type { Plan } from "../tenant/plan.ts";

/** What is deployed of addresses that leave, by the address's key. */
export type DeployedRetirements = Readonly<Record<string, DeployedRetirement>>;

/** An address that leaves, and when it may go. */
export interface Departure {
  key: string;
  when: string;
}

/** The title of a list of them. */
export const DEPARTURES = "Addresses that leave";

/** The addresses of a plan that leave. */
export function departuresOf(
  { addresses }: Pick<Plan, "addresses">,
  deployed: DeployedRetirements,
): Departure[] {
  return addresses.flatMap(({ key, retirement }) => {
    if (retirement === undefined) return [];
    const known = Object.hasOwn(deployed, key) ? deployed[key] : undefined;
    return [
      { key, when: `in no pool and in no stream's SPF; ${departureText(retirement, known)}` },
    ];
  });
}
