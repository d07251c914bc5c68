/** Codes of findings about a tenant's addresses and streams. */
import type { Codes } from "../../../mail/code-meaning.ts";

export const addressCodes = {
  "address-private-ip-twice": {
    level: "error",
    meaning: "Two addresses of a tenant have one private IP.",
  },
  "address-unused": {
    level: "warning",
    meaning: "No stream sends from an address; it costs money, and cools down.",
  },
  "address-release-in-use": {
    level: "warning",
    meaning: "An address is to be released without a drain, and a stream still names it.",
  },
  "address-release-and-retain": {
    level: "error",
    meaning: "An address is to be released and to stay allocated.",
  },
  "address-release-now-alone": {
    level: "error",
    meaning: "An address may go before it has drained, and nothing lets it go.",
  },
  "stream-without-address": {
    level: "error",
    meaning: "All addresses of a stream leave, and it would send from none.",
  },
  "stream-unknown-address": {
    level: "error",
    meaning: "A stream names an address that the tenant does not have.",
  },
  "return-path-is-domain": {
    level: "warning",
    meaning: "The MX of a return path take all mail to the domain.",
  },
  "return-path-many-mx": {
    level: "warning",
    meaning: "A return path has more MX records than bounces need.",
  },
  "ptr-waits-for-customer": {
    level: "warning",
    meaning: "PTRs are left out until the customer has published the A records.",
  },
} as const satisfies Codes;
