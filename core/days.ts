/** UTC days as text, `2026-12-05`: what comes first in the alphabet comes first in time. */

/** Whether a text is a day. */
export function isDay(text: string | undefined): text is string {
  return (
    text !== undefined &&
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(Date.parse(text)) &&
    dayOf(new Date(text)) === text
  );
}

/** The UTC day of a moment. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/** The day that many days later. */
export function daysAfter(day: string, days: number): string {
  const moment = new Date(day);
  moment.setUTCDate(moment.getUTCDate() + days);
  return dayOf(moment);
}

/** The first of some days; undefined where there is none. */
export function earliest(...days: (string | undefined)[]): string | undefined {
  return known(days)[0];
}

/** The last of some days; undefined where there is none. */
export function latest(...days: (string | undefined)[]): string | undefined {
  return known(days).at(-1);
}

function known(days: readonly (string | undefined)[]): string[] {
  return days.filter((day) => day !== undefined).sort();
}
