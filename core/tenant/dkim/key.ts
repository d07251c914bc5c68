/** From what is known of a selector's key to the text of its DNS record. */

import { renderDkim } from "../../../mail/dkim/record.ts";
import { hasError } from "../../../mail/finding.ts";
import type { DkimKeyConfig } from "../../config/schema.ts";
import { type Text, text } from "../record.ts";

/**
 * The DKIM key record of a selector (RFC 6376 §3.6.1, RFC 8463 §4); undefined where its key has an error.
 * The text holds a reference where only the encrypted private half of a key is known.
 */
export function dkimKeyText(selector: string, { state, key }: DkimKeyConfig): Text | undefined {
  if (state === "revoked") return text`v=DKIM1; p=`;
  if (hasError(key.findings)) return undefined;
  return key.record === undefined
    ? text`v=DKIM1; ${{ dkimKey: selector }}`
    : text`${renderDkim(key.record)}`;
}
