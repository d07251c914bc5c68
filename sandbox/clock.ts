/** The sandbox clock: real time, plus an offset, at an adjustable rate. It never runs backwards. */
import type { Clock } from "./world.ts";

export class SandboxClock implements Clock {
  #realBase = Date.now();
  #base: number;
  #rate: number;

  /**
   * @param offsetMs how far ahead of real time it starts: a restarted sandbox must not see the
   *   past, or delays that had run out would run again
   * @param rate sandbox milliseconds per real millisecond
   */
  constructor(offsetMs = 0, rate = 1) {
    this.#base = this.#realBase + offsetMs;
    this.#rate = rate;
  }

  now(): number {
    return Math.floor(this.#base + (Date.now() - this.#realBase) * this.#rate);
  }

  get rate(): number {
    return this.#rate;
  }

  /** Milliseconds ahead of real time. */
  get offsetMs(): number {
    return this.now() - Date.now();
  }

  advance(ms: number): void {
    this.#base += ms;
  }

  setRate(rate: number): void {
    this.#base = this.now();
    this.#realBase = Date.now();
    this.#rate = rate;
  }
}
