/** The values of records as Cloudflare's API takes them. */
import { quoteTxt } from "../../mail/txt.ts";
import type { RecordData } from "../tenant/record.ts";

/** The value of a record as Cloudflare's API takes it. */
export type CloudflareValue =
  | { content: string; priority?: number }
  | { data: { flags: number; tag: string; value: string } };

/**
 * A value in the form of Cloudflare's API. A TXT stands quoted and in chunks: the API re-chunks anything else, and
 * plans then drift for ever (terraform-provider-cloudflare #6238, #6354).
 *
 * @param value as `renderData` has it
 */
export function toCloudflare(data: RecordData, value: string): CloudflareValue {
  switch (data.type) {
    case "A":
      return { content: value };
    case "PTR":
      return { content: data.host };
    case "CNAME":
      return { content: data.target };
    case "MX":
      // A null MX (RFC 7505): the root is written as a dot.
      return { content: data.exchange === "" ? "." : data.exchange, priority: data.preference };
    case "CAA":
      return { data: { flags: data.flags, tag: data.tag, value: data.value } };
    case "TXT":
      return { content: quoteTxt(value) };
  }
}
