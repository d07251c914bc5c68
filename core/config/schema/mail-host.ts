/** `sendips:mailHost`: a machine that sends, its own stack. */
import { z } from "zod";
import { awsId, cidr, instanceType, ipv4, keyMap } from "../fields.ts";

/** The mail host's part of a stack file. */
export const mailHostSchema = z
  .strictObject({
    subnet: awsId("subnet").describe(
      "The subnet of the network interfaces; its VPC holds the security group.",
    ),
    instanceType: instanceType.describe(
      "Decides how many interfaces and private IPs fit; checked before anything is created.",
    ),
    networkInterfaces: keyMap(
      z.strictObject({
        privateIps: z
          .array(ipv4)
          .min(1, "an interface needs at least one private IP")
          .describe("All private IPs of the interface."),
        release: z
          .boolean()
          .default(false)
          .describe(
            "Set to true, and deploy, before removing the interface: its tenants' addresses hang on it. Default: false.",
          ),
      }),
    ).describe("The network interfaces by key, in the order of their device index."),
    submissionFrom: z
      .array(cidr)
      .default([])
      .describe("Who may submit mail (ports 465 and 587). Default: nobody."),
    instance: z
      .strictObject({
        ami: awsId("ami").describe("The machine image."),
        keyName: z.string().optional().describe("An EC2 key pair. Default: none."),
        iamInstanceProfile: z
          .string()
          .optional()
          .describe("An instance profile's name. Default: none."),
      })
      .optional()
      .describe("The machine itself. Default: none; attach the interfaces to a machine of yours."),
  })
  .describe(
    "A mail host: network interfaces with all private IPs, a security group, optionally the instance.",
  );

export type MailHostConfig = z.infer<typeof mailHostSchema>;
