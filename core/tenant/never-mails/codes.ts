/** Codes of findings about names that never mail. */
import type { Codes } from "../../../mail/code-meaning.ts";

export const neverMailsCodes = {
  "never-mails-twice": {
    level: "warning",
    meaning: "A name stands twice among those that never mail.",
  },
  "never-mails-dmarc": {
    level: "error",
    meaning: "The tenant's own domain never mails, and its DMARC does not refuse mail from it.",
  },
  "never-mails-spf": {
    level: "error",
    meaning: "The tenant's own domain never mails, and the config says what it sends through.",
  },
  "never-mails-host": {
    level: "error",
    meaning: "A name that never mails is the host name of an address, which sends.",
  },
  "never-mails-reports": {
    level: "error",
    meaning: "Reports are asked for at a domain that takes no mail.",
  },
  "never-mails-idle-config": {
    level: "warning",
    meaning: "Something is configured for a name that never mails, to no use.",
  },
} as const satisfies Codes;
