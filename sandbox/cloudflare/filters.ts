/** What a list of records asks for: filters and order. */
import { CloudflareError } from "./reply.ts";
import type { CloudflareRecord } from "./state.ts";

type Test = (record: CloudflareRecord) => boolean;

/** `name.startswith=tx`: every operator disregards case (cloudflare-typescript, `RecordListParams`). */
const OPERATORS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  exact: (value, wanted) => value === wanted,
  contains: (value, wanted) => value.includes(wanted),
  startswith: (value, wanted) => value.startsWith(wanted),
  endswith: (value, wanted) => value.endsWith(wanted),
};
const TEXTS: Readonly<Record<string, (record: CloudflareRecord) => string>> = {
  name: ({ name }) => name,
  content: ({ content }) => content,
  comment: ({ comment }) => comment ?? "",
};
const ORDERS: Readonly<Record<string, (record: CloudflareRecord) => string | number>> = {
  type: ({ type }) => type,
  name: ({ name }) => name,
  content: ({ content }) => content,
  ttl: ({ ttl }) => ttl,
  proxied: ({ proxied }) => Number(proxied),
};
/** Parameters that select nothing. */
const OTHERS = ["page", "per_page", "match", "order", "direction", "search"];

/** @throws CloudflareError for what is not simulated: a filter left out would answer with too much. */
export function matchingRecords(
  records: readonly CloudflareRecord[],
  query: URLSearchParams,
): CloudflareRecord[] {
  const tests = [...query].filter(([key]) => !OTHERS.includes(key)).map(test);
  const found = records.filter((record) =>
    query.get("match") === "any" && tests.length > 0
      ? tests.some((passes) => passes(record))
      : tests.every((passes) => passes(record)),
  );
  const search = query.get("search")?.toLowerCase() ?? "";
  const order = query.get("order");
  const by = order === null ? undefined : ORDERS[order];
  if (order !== null && by === undefined) throw unknown(`order=${order}`);
  const sign = query.get("direction") === "desc" ? -1 : 1;
  return found
    .filter((record) =>
      Object.values(TEXTS).some((text) => text(record).toLowerCase().includes(search)),
    )
    .sort((a, b) => {
      const [left, right] = [by?.(a) ?? 0, by?.(b) ?? 0];
      return left === right ? 0 : left < right ? -sign : sign;
    });
}

function test([key, given]: [string, string]): Test {
  if (key === "type") return ({ type }) => type === given.toUpperCase();
  if (key === "proxied") return ({ proxied }) => String(proxied) === given;
  const [field = "", operator = "exact"] = key.split(".");
  const [text, holds] = [TEXTS[field], OPERATORS[operator]];
  if (text === undefined || holds === undefined) throw unknown(key);
  return (record) => holds(text(record).toLowerCase(), given.toLowerCase());
}

function unknown(what: string): CloudflareError {
  return new CloudflareError(400, 1004, `The sandbox does not simulate ${what} on lists.`);
}
