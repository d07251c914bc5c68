/**
 * Differences between the official providers and our stand-ins that stay, each with its reason. One that is
 * not listed fails the suite, and so does an entry that no longer occurs.
 */
export interface AcceptedDifference {
  resource: string | RegExp;
  operation: string | RegExp;
  /** `calls`, `attribute region`, an edited input, a call, `plan`, `tries`. */
  what: string | RegExp;
  reason: string;
  /** Only with AWS providers whose version begins so. */
  of?: string;
}

const OLD = "5.";
const UNREAD = "nothing of ours reads it, and a stand-in is as thin as what we read";

export const ACCEPTED_DIFFERENCES: readonly AcceptedDifference[] = [
  {
    ...{ resource: /./, operation: /./, what: "attribute region", of: OLD },
    reason: "the provider has it since 6.0; @pulumi/aws 7 wraps that",
  },
  {
    ...{ resource: /./, operation: "schema", what: "region", of: OLD },
    reason: "the provider has it since 6.0; @pulumi/aws 7 wraps that",
  },
  {
    resource: "NetworkInterfaceAttachment",
    operation: "schema",
    what: "networkCardIndex",
    of: OLD,
    reason: "the provider has it since 6.0; @pulumi/aws 7 wraps that",
  },
  {
    ...{ resource: "eip", operation: /./, what: "attribute vpc", of: OLD },
    reason: "the provider has it until 5.x; @pulumi/aws 7 wraps 6.x",
  },
  {
    ...{ resource: "getRegion", operation: "look up", what: "attribute description" },
    reason: UNREAD,
  },
  {
    ...{ resource: "getInstanceType", operation: "look up", what: /^attribute (?!maximum)/ },
    reason: UNREAD,
  },
  {
    ...{ resource: "getZone", operation: "look up", what: /^attribute/ },
    reason: UNREAD,
  },
  {
    resource: "instance",
    operation: /./,
    what: /^attribute (instanceInitiatedShutdownBehavior|metadataOptions|secondaryPrivateIps|tenancy)$/,
    reason: UNREAD,
  },
  {
    resource: /^instance$/i,
    operation: /./,
    what: /^(attribute networkInterface|(attribute )?primaryNetworkInterface)$/,
    of: OLD,
    reason: "until 6.0 the primary interface is one of the block network_interface",
  },
  {
    ...{ resource: "instance", operation: /./, what: "calls" },
    reason:
      "the official resource sends EC2's own defaults too, and reads attributes that nothing of ours reads",
  },
];
