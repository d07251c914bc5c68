/**
 * How an address leaves. It leaves its pools and SPF first, and drains: it stays bound, with its names, until a day
 * that the deployment decides which retires it.
 */
import { daysAfter, earliest } from "./days.ts";

/**
 * Days that an address drains: a mail server gives up on a message after four to five days (RFC 5321 §4.5.4.1), and
 * no TTL of SPF is that long.
 */
export const DRAIN_DAYS = 5;

/** What is done with the Elastic IP in the end: it goes back to AWS, or stays allocated. */
export type WayOut = "release" | "retain";

/** What is asked for an address that is to leave. */
export interface WantedRetirement {
  how: WayOut;
  /** Whole days from the day on which it left its pools. Absent where it does not drain at all. */
  drainDays?: number;
  /** Whether it may go before they are over. */
  now: boolean;
}

/** What is deployed of it. */
export interface DeployedRetirement {
  how: WayOut;
  /** The UTC day on which the address left its pools; absent where it does not drain. */
  since?: string;
  /** The UTC day from which it may go; absent where it may at once. */
  mayGoFrom?: string;
}

/** What a config says of how an address leaves. */
export interface RetirementConfig {
  release: boolean;
  retain?: boolean;
}

/** How the config has an address leave; undefined where it stays. To keep it is the smaller harm where both stand. */
export function wayOutOf({ release, retain }: RetirementConfig): WayOut | undefined {
  if (retain) return "retain";
  return release ? "release" : undefined;
}

/**
 * The days of a retirement that is to be deployed. The day on which it began stays, whatever is deployed later.
 *
 * @param deployed what is deployed of it.
 * @returns nothing where it does not drain.
 */
export function drainOf(
  { drainDays, now }: WantedRetirement,
  deployed: DeployedRetirement | undefined,
  today: string,
): { since: string; mayGoFrom: string } | undefined {
  if (drainDays === undefined) return undefined;
  const since = deployed?.since ?? today;
  const drained = daysAfter(since, drainDays);
  // A day on which it was let go early stays, so that the next deployment changes nothing.
  const mayGoFrom = now ? (earliest(drained, today, deployed?.mayGoFrom) ?? drained) : drained;
  return { since, mayGoFrom };
}

/** Whether the day from which an address may go is still to come. */
export function isDraining(mayGoFrom: string | undefined, today: string): boolean {
  return mayGoFrom !== undefined && today < mayGoFrom;
}

/** Whether what is deployed of an address lets it go: its retirement is, and its drain is over. */
export function mayGo(
  deployed: Pick<DeployedRetirement, "mayGoFrom"> | undefined,
  today: string,
): boolean {
  return deployed !== undefined && !isDraining(deployed.mayGoFrom, today);
}

/**
 * When an address may go, in words: `may go from 2026-12-05`, or, before its retirement is deployed, by what that
 * depends on. Needs no clock.
 */
export function departureText(
  { how, drainDays = 0, now }: WantedRetirement,
  deployed: DeployedRetirement | undefined,
): string {
  const what = how === "retain" ? "stays allocated when it goes, and may go" : "may go";
  const deploys = how === "retain" ? "retain is deployed" : "its release is deployed";
  if (deployed?.how !== how || deployed.since === undefined) {
    const days = drainDays === 1 ? "1 day" : `${drainDays} days`;
    return now || drainDays === 0 ? `${what} once ${deploys}` : `${what} ${days} after ${deploys}`;
  }
  const drained = daysAfter(deployed.since, drainDays);
  const early = now && deployed.mayGoFrom !== undefined && deployed.mayGoFrom < drained;
  if (now && !early && drainDays > 0) return `${what} once releaseNow is deployed`;
  return `${what} from ${early ? deployed.mayGoFrom : drained}`;
}
