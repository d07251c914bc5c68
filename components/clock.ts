/** The clock, which nothing below reads. */
import { dayOf } from "../core/days.ts";

/** The UTC day, `2026-11-24`. */
export function today(): string {
  return dayOf(new Date());
}
