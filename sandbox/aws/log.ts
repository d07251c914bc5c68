/** What the call log keeps of a request: never a header, never a secret value. */
import type { WireRequest } from "../world.ts";

const hidden = "(hidden)";
/** SSM parameter values, user data, passwords. Compared in lower case. */
const secretNames = new Set(["value", "userdata", "userdata.value", "userdata.data", "password"]);

export function loggedParams(request: WireRequest): unknown {
  // What cannot be read cannot be told from a secret.
  if (request.headers["x-amz-target"] !== undefined) return hide(parse(request.body) ?? hidden);
  if (request.path.startsWith("/client/v4/")) {
    const body = request.body === "" ? undefined : (parse(request.body) ?? request.body);
    return { path: request.path, query: Object.fromEntries(request.query), body };
  }
  return hide(Object.fromEntries([...request.query, ...new URLSearchParams(request.body)]));
}

/** One level deep: a tag's `Value` is no secret, a parameter's is. */
function hide(params: unknown): unknown {
  if (typeof params !== "object" || params === null) return params;
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      secretNames.has(name.toLowerCase()) ? hidden : value,
    ]),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
