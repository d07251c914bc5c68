/** What the names of an address are for. */

import { SPF_TEXT } from "../../../mail/spf/finding.ts";
import type { Purpose } from "../purpose.ts";

/** The host name of an address. */
export const HOST_NAME: Purpose = {
  name: "host-name",
  nameIsChecked: true,
  customer: {
    step: "hosts",
    leftOut:
      "The host name of the address does not resolve, so its reverse name cannot be set: receivers refuse mail from it, and we do not send from it.",
    dnsOnly: "a proxy answers with its own addresses instead of this one, and carries no mail",
  },
};

/** The reverse name of an address, which is in no customer's zone. */
export const REVERSE_NAME: Purpose = {
  name: "reverse-name",
  customer: {
    step: "hosts",
    leftOut: "The address has no name: receivers refuse mail from it.",
  },
};

/** SPF of the name that a server says in HELO. */
export const HELO_SPF: Purpose = {
  name: "helo-spf",
  single: SPF_TEXT,
  merges: true,
  customer: {
    step: "senders",
    single: "an SPF record",
    leftOut:
      "Bounces and other messages with an empty sender get no SPF result, and some receivers distrust the server for it.",
  },
};
