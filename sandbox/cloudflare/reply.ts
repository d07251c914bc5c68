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

/** One page and its `result_info`. `size`: entries of a page, unless told and at most. */
export function pageReply<T>(
  all: readonly T[],
  query: URLSearchParams,
  size: { usual: number; most: number },
): [T[], Record<string, number>] {
  const perPage = Math.min(Math.max(Number(query.get("per_page")) || size.usual, 1), size.most);
  const page = Math.max(Number(query.get("page")) || 1, 1);
  const items = all.slice((page - 1) * perPage, page * perPage);
  const info = {
    page,
    per_page: perPage,
    count: items.length,
    total_count: all.length,
    total_pages: Math.ceil(all.length / perPage),
  };
  return [items, info];
}
