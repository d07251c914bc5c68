/** A line for each point that has ended, with what all came to, how fast it goes and how long it will take. */
import type { Result } from "./results.ts";
import { nameOf } from "./results.ts";

/** What is wrong stands whole in the results; a line of it is enough to follow them. */
const LONG = 160;

/** Tells how a sweep goes. */
export class Progress {
  readonly #all: number;
  readonly #say: (line: string) => void;
  readonly #began = Date.now();
  readonly #counts = new Map<string, number>();
  #done = 0;
  /** Those of this run, without what was found before. */
  #ended = 0;

  constructor(all: number, before: readonly Result[], say: (line: string) => void) {
    this.#all = all;
    this.#say = say;
    for (const { outcome } of before) this.#count(outcome);
  }

  /** One point has ended. */
  add(result: Result): void {
    const { outcome, call, seconds, wrong } = result;
    this.#count(outcome);
    this.#ended += 1;
    const minutes = (Date.now() - this.#began) / 60_000;
    const rate = this.#ended / minutes;
    const left = Math.round((this.#all - this.#done) / rate);
    const hours = Math.floor(left / 60);
    const time = hours > 0 ? `${hours} h ${left % 60} min` : `${left} min`;
    const width = String(this.#all).length;
    this.#say(
      `[${String(this.#done).padStart(width)}/${this.#all}] ${nameOf(result)}, ${call}: ${outcome}` +
        ` in ${seconds} s | ${this.#totals()} | ${rate.toFixed(1)} a minute, ${time} left`,
    );
    for (const each of wrong)
      this.#say(`    ${each.length > LONG ? `${each.slice(0, LONG)}…` : each}`);
  }

  /** All have ended. */
  end(): void {
    this.#say(`${this.#done} of ${this.#all} points: ${this.#totals()}`);
  }

  /** Whether any point failed. */
  get failed(): boolean {
    return (this.#counts.get("failed") ?? 0) > 0;
  }

  #count(outcome: string): void {
    this.#done += 1;
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1);
  }

  #totals(): string {
    return [...this.#counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  }
}
