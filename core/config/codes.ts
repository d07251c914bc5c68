/** Codes of findings about config as it is read, before anything is planned. */
import type { Codes } from "../../mail/code-meaning.ts";

export const configCodes = {
  "config-unreadable": { level: "error", meaning: "A file of the project cannot be read as YAML." },
  "config-unknown-key": { level: "error", meaning: "A key is not one that sendips knows." },
  "config-other-namespace": {
    level: "error",
    meaning: "A key stands in the project's own namespace and was meant for sendips:.",
  },
  "config-key": { level: "error", meaning: "A key of a map is not of the kind that its keys are." },
  "config-map-level": {
    level: "error",
    meaning: "A map by domain, key or selector is written as for one entry.",
  },
  "config-value": {
    level: "error",
    meaning: "A value is missing, of another kind, or not one that is allowed.",
  },
  "config-unseen-character": {
    level: "error",
    meaning: "A value holds a character that nobody sees and nobody meant.",
  },
  "config-stack-kind": {
    level: "error",
    meaning: "A stack is neither a tenant nor a mail host, or both.",
  },
  "accept-idle": { level: "warning", meaning: "An entry of `accept` accepts nothing." },
  "config-private-key-in-clear": {
    level: "error",
    meaning: "A private key stands in clear text in a config.",
  },
} as const satisfies Codes;
