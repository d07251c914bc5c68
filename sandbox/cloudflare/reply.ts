/** Cloudflare's envelope, and the errors that the simulated API answers with. */
import type { WireResponse } from "../world.ts";

/** An answer that is not success. `code` is Cloudflare's, `status` HTTP's. */
export class CloudflareError extends Error {
  readonly status: number;
  readonly code: number;
  readonly headers: Record<string, string>;

  constructor(status: number, code: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

const JSON_HEADERS = { "content-type": "application/json" };

export function success(result: unknown, info?: Record<string, number>): WireResponse {
  const body = { success: true, errors: [], messages: [], result };
  return {
    status: 200,
    headers: JSON_HEADERS,
    body: JSON.stringify(info === undefined ? body : { ...body, result_info: info }),
  };
}

export function failure(error: CloudflareError): WireResponse {
  const { status, code, message, headers } = error;
  return {
    status,
    headers: { ...JSON_HEADERS, ...headers },
    body: JSON.stringify({
      success: false,
      errors: [{ code, message }],
      messages: [],
      result: null,
    }),
  };
}
