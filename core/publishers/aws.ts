/** AWS: EC2 serves the reverse zone of its Elastic IPs, and takes one name for each. */

import type { PublisherKind } from "./publisher.ts";

/** The reverse zone of Elastic IPs. */
export interface AwsReversePublisher {
  by: "aws";
}

/** Who sets the reverse names of our addresses. */
export const aws: PublisherKind<AwsReversePublisher> = {
  by: "aws",
  title: "AWS",
  hands: "none",
  heading: () => "Reverse names, set at AWS, which keeps its own TTL",
  ownTtl: true,
  lookUps: {
    namespace: "aws",
    check:
      "check the credentials (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), aws:region and the ids that the config names",
    throttled: {
      who: "AWS throttles the calls of this account in this Region",
      fix: "nothing is wrong with the credentials or the config: wait a minute, and deploy fewer stacks at a time",
    },
  },
};
