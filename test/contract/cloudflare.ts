/** Cloudflare's own client, pointed at the sandbox. */
import Cloudflare from "cloudflare";
import type { RecordResponse } from "cloudflare/resources/dns/records";
import { zoneId } from "./aws.ts";
import { sandboxForTest, type TestSandbox } from "./support.ts";

/** The seeded zone, as the client's calls name it. */
export const zone = { zone_id: zoneId };

/** @param apiToken any well-formed token is let in */
export function cloudflareFor(sandbox: TestSandbox, apiToken = "test-token"): Cloudflare {
  // One attempt: a test sees the first answer, not the client's patience.
  return new Cloudflare({ baseURL: sandbox.cloudflareUrl, apiToken, maxRetries: 0 });
}

/** A sandbox, its client, and a create call that sends the body as it is given, wrong ones too. */
export async function start() {
  const sandbox = await sandboxForTest();
  const client = cloudflareFor(sandbox);
  const post = async (body: object): Promise<RecordResponse> => {
    const path = `/zones/${zoneId}/dns_records`;
    return (await client.post<{ result: RecordResponse }>(path, { body })).result;
  };
  return { sandbox, client, records: client.dns.records, post };
}

/** HTTP status and Cloudflare's codes of a call that must fail: `400 81058`; without a reply, the message. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Cloudflare.APIError)) return String(error);
    return [error.status ?? error.message, ...error.errors.map(({ code }) => code)].join(" ");
  }
  return "(no error)";
}
