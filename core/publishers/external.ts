/** A zone that the customer publishes, wherever that is: we print what to publish, and check. */

import { z } from "zod";
import type { PublisherKind } from "./publisher.ts";

/** A zone of the customer's. */
export interface ExternalPublisher {
  by: "external";
  zone: string;
}

/** A zone in `sendips:zones`. */
export const externalConfig = z.literal("external");

/** The customer: nothing is known of who serves the zone but what holds for all DNS. */
export const external: PublisherKind<ExternalPublisher> = {
  by: "external",
  title: "the customer",
  hands: "customer's",
  heading: (zone) => `Zone ${zone}, published by the customer`,
  form: "external",
  fromConfig: (zone, config) => (config === "external" ? { by: "external", zone } : undefined),
  // RDLENGTH has 16 bits.
  sizes: { record: 65_535, rule: "RFC 1035 §3.2.1" },
};
