/** What the records of MTA-STS are for. */

import { MTA_STS_TEXT } from "../../../mail/mta-sts/record.ts";
import type { Purpose } from "../purpose.ts";

/** The record that says that a domain has a policy, and which. */
export const MTA_STS_VERSION: Purpose = {
  name: "mta-sts-version",
  single: MTA_STS_TEXT,
  needsMail: true,
  customer: {
    step: "incoming-tls",
    last: true,
    single: "an MTA-STS record",
    leftOut:
      "Senders do not learn of the policy: mail to this domain may still go over a connection without TLS or to a wrong server.",
    changes: "whenever the policy file changes",
  },
  template: { variables: { id: { kind: "stsid", meaning: "id of the MTA-STS policy" } } },
};

/** The name that serves the policy. */
export const MTA_STS_HOST: Purpose = {
  name: "mta-sts-host",
  customer: {
    step: "incoming-tls",
    leftOut:
      "The policy file cannot be fetched, and senders take the domain for one without MTA-STS.",
    dnsOnly: "behind a proxy the policy is served with the proxy's certificate, or not at all",
  },
};

/** Who may issue the certificate of that name. */
export const MTA_STS_CAA: Purpose = {
  name: "mta-sts-caa",
  customer: {
    step: "incoming-tls",
    leftOut:
      "Any certificate authority may issue a certificate for this name; and where a CAA record above it names others, the one that we need may not.",
    changes: "when another certificate authority is used",
  },
};
