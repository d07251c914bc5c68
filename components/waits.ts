/** How long a deployment waits for the clouds. */

/** Limits in seconds. What a wait has not seen by then is an error, and the next deployment goes on from there. */
export interface WaitsArgs {
  /**
   * Until EC2 has set or removed a PTR.
   * @default 600, the provider's own
   */
  ptr?: number;
  /**
   * Until EC2 lets an address go whose PTR is removed: it remembers it for minutes.
   * @default 1200
   */
  release?: number;
  /**
   * Until another address of the same program leaves a private IP.
   * @default 15
   */
  privateIp?: number;
}

/** Milliseconds between two lines of what is waited for. */
export const TELL_EVERY = 10_000;
