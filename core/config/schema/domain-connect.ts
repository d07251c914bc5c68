/** Config of Domain Connect: who the operator is to the customers' DNS providers. */
import { z } from "zod";
import { displayName, domain, httpsUri, urlId } from "../fields.ts";

export const domainConnectSchema = z
  .strictObject({
    providerId: domain.describe(
      "Your id at DNS providers: a domain of yours, such as operator.example. It is the first half of the template's file name and part of each link; once a provider has taken the template it does not change.",
    ),
    providerName: displayName(64).describe(
      "Your name, as the customer reads it before consenting.",
    ),
    serviceId: urlId
      .default("sending")
      .describe("The id of the template, the second half of its file name. Default: sending."),
    serviceName: displayName(255).describe(
      "The name of the service, as the customer reads it before consenting.",
    ),
    logoUrl: httpsUri
      .optional()
      .describe("A logo for the page on which the customer consents. Default: none."),
    description: z
      .string()
      .optional()
      .describe("What the template does, for developers; no customer reads it. Default: none."),
    syncPubKeyDomain: domain.describe(
      "The domain below which the public keys of the links stand. Whoever can publish there can make links in your name.",
    ),
  })
  .describe(
    "Domain Connect: customers whose DNS provider takes it publish their records with a click. Default: no templates and no links.",
  );
