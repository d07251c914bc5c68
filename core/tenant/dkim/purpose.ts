/** What DKIM key records are for. */

import { DKIM_TEXT } from "../../../mail/dkim/record.ts";
import type { Purpose } from "../purpose.ts";

/** The key of a selector, revoked ones among them. */
export const DKIM_KEY: Purpose = {
  name: "dkim-key",
  single: DKIM_TEXT,
  nameIsChecked: true,
  customer: {
    step: "senders",
    single: "a DKIM key record",
    leftOut:
      "Mail signed with this key fails DKIM, so we do not sign with it: DMARC rests on SPF alone, and mail that is forwarded fails both.",
    changes: "when the key is replaced: a new selector is published, this one removed",
  },
  template: { variables: { p: { kind: "dkimkey", meaning: "DKIM public key, base64" } } },
};
