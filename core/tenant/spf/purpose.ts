/** What SPF records are for. */

import { SPF_TEXT } from "../../../mail/spf/finding.ts";
import type { Purpose } from "../purpose.ts";

const SINGLE = "an SPF record";

/** SPF of a return path: what receivers check. */
export const RETURN_PATH_SPF: Purpose = {
  name: "return-path-spf",
  single: SPF_TEXT,
  merges: true,
  customer: {
    step: "senders",
    single: SINGLE,
    leftOut:
      "SPF passes for none of this mail: the large receivers ask bulk senders for SPF and DKIM both, and refuse it or file it as spam.",
  },
};

/** SPF of a domain that mail is sent as. */
export const FROM_SPF: Purpose = {
  name: "from-spf",
  single: SPF_TEXT,
  merges: true,
  customer: {
    step: "senders",
    single: SINGLE,
    leftOut:
      "Nothing says who may send as this domain: whoever checks SPF of it finds no record, and forged mail is harder to tell from real mail.",
    changes: "when who sends as the domain changes",
  },
};

/** SPF of a name that nobody sends as. */
export const REFUSING_SPF: Purpose = {
  name: "refusing-spf",
  single: SPF_TEXT,
  merges: true,
  customer: {
    step: "senders",
    single: SINGLE,
    leftOut:
      "Nothing says that nobody sends mail as this name: forged mail is harder to tell from real mail.",
  },
};

/** What `exists:` of an SPF record finds for one address. */
export const SPF_ADDRESS: Purpose = {
  name: "spf-address",
  customer: {
    step: "senders",
    leftOut: "SPF fails for mail from this address: receivers refuse it or file it as spam.",
  },
};
