/** Codes of findings about what is wanted against state and clouds, before anything is changed. */
import type { Codes } from "../../mail/code-meaning.ts";

export const guardCodes = {
  "address-removed": {
    level: "error",
    meaning: "An address is gone from the config, and its release was not deployed.",
  },
  "address-renamed": {
    level: "error",
    meaning: "A new key stands in place of a deployed address: it would be a new address.",
  },
  "address-released": { level: "error", meaning: "An address of the state was released by hand." },
  "address-release-untagged": {
    level: "error",
    meaning:
      "The release (or retain) of an address was deployed, and AWS no longer has the tag that says so.",
  },
  "address-drains": {
    level: "error",
    meaning: "An address that leaves is gone from the config before it has drained.",
  },
  "address-retain-undeployed": {
    level: "error",
    meaning: "An address is to stay allocated when it leaves, and was never deployed.",
  },
  "address-twice-in-state": {
    level: "error",
    meaning: "The state holds two addresses under one key.",
  },
  "address-unnamed-in-state": {
    level: "error",
    meaning: "The state holds an address under a name that no key of the config has.",
  },
  "address-of-other-stack": {
    level: "error",
    meaning: "An address of the state carries the tags of another stack.",
  },
  "address-handed-over": {
    level: "either",
    meaning: "An address that the stack had is another stack's by its tags.",
  },
  "address-lost": {
    level: "error",
    meaning: "A deployed address is neither in the state nor in AWS any more.",
  },
  "address-lost-and-removed": {
    level: "warning",
    meaning: "An address that was lost is gone from the config too, or its release was deployed.",
  },
  "address-outside-state": {
    level: "error",
    meaning: "AWS has an address of the stack that the state does not know.",
  },
  "address-unread": {
    level: "error",
    meaning: "Of a new address the state holds the id alone, and EC2 has two that it could be.",
  },
  "screen-list-broken": {
    level: "error",
    meaning: "A blocklist that new addresses are screened by does not answer its test points.",
  },
  "screen-none-taken": {
    level: "error",
    meaning: "Each address that was allocated for a key is on a blocklist.",
  },
  "screen-needs-program": {
    level: "error",
    meaning: "Addresses are to be screened where a component alone deploys them.",
  },
  "adopt-not-found": {
    level: "error",
    meaning: "The account has no such Elastic IP in this Region as the config adopts.",
  },
  "adopt-of-deployed-key": {
    level: "error",
    meaning: "A key that is deployed as one address is to adopt another.",
  },
  "adopt-of-other": {
    level: "error",
    meaning:
      "An address that is to be adopted is another stack's, or another key's, by its tags or the state.",
  },
  "adopt-twice": { level: "error", meaning: "Two keys adopt one address." },
  "adopt-bound-elsewhere": {
    level: "error",
    meaning: "An address that is to be adopted sends from another private IP than the config says.",
  },
  "adopt-reverse-name": {
    level: "error",
    meaning: "An address that is to be adopted has another PTR than the config's host name.",
  },
  "address-outside-state-released": {
    level: "warning",
    meaning: "AWS has an address outside the state whose release was deployed.",
  },
  "address-twice-in-cloud": {
    level: "either",
    meaning: "AWS has a second address under a key, which the state does not know.",
  },
  "address-pool-fixed": {
    level: "warning",
    meaning: "The pool of a deployed address was edited, to no effect.",
  },
  "address-private-ip-busy": {
    level: "error",
    meaning: "A private IP carries an address that goes until the deployment ends.",
  },
  "binding-held": {
    level: "either",
    meaning: "Another address is bound to the private IP already.",
  },
  "binding-claimed": {
    level: "either",
    meaning: "Another address is to be bound to the private IP, by its tag.",
  },
  "binding-gone": { level: "either", meaning: "An address that was bound is bound to nothing." },
  "binding-moved": {
    level: "either",
    meaning: "An address was bound elsewhere, and the state does not know it.",
  },
  "stack-renamed": { level: "error", meaning: "The stack had another name when it was deployed." },
  "aws-account-changed": {
    level: "error",
    meaning: "The credentials belong to another AWS account than the deployment.",
  },
  "aws-region-changed": {
    level: "error",
    meaning: "The Region is another one than that of the deployment.",
  },
  "mail-host-interface-removed": {
    level: "error",
    meaning:
      "A deployed network interface is gone from the config, and its release was not deployed.",
  },
  "mail-host-primary-ip-removed": {
    level: "error",
    meaning: "The primary private IP of a deployed interface is gone from the config.",
  },
  "mail-host-subnet-changed": {
    level: "error",
    meaning: "The subnet of a deployed mail host was changed, and interfaces cannot move.",
  },
  "ptr-removed": { level: "error", meaning: "PTRs that stand would be removed." },
  "zone-became-external": {
    level: "error",
    meaning:
      "A zone became the customer's, whose name servers do not answer yet with records of ours that would be removed.",
  },
  "zone-id-of-other": { level: "error", meaning: "A zone id belongs to another zone." },
  "zone-unanswered": {
    level: "error",
    meaning: "Cloudflare cannot be asked what stands in a zone.",
  },
  "spf-own-address": {
    level: "error",
    meaning: "The SPF record that is said to stand names an address of ours.",
  },
  "standing-proxied": {
    level: "error",
    meaning: "A record that stands already is proxied by Cloudflare.",
  },
  "standing-in-the-way": {
    level: "error",
    meaning: "What is not ours stands where a record of ours belongs.",
  },
  "cname-takes-several": {
    level: "error",
    meaning: "A CNAME would take the place of several deployed records at once.",
  },
  "cloud-look-up-failed": { level: "error", meaning: "AWS or Cloudflare cannot be asked." },
  "cloud-permission-missing": {
    level: "error",
    meaning: "The credentials lack a permission that a deployment needs.",
  },
  "cloud-throttled": { level: "error", meaning: "AWS or Cloudflare is asked too much at present." },
} as const satisfies Codes;
