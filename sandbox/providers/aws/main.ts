/**
 * Stands in for `pulumi-resource-aws`: the resource types that sendips uses, over the official SDK
 * clients. It talks to whatever `aws:endpoints` or AWS_ENDPOINT_URL name, AWS itself included.
 */
import { serveProvider } from "../protocol.ts";
import { configure } from "./client.ts";
import { eip } from "./eip.ts";
import { eipAssociation } from "./eip-association.ts";
import { eipDomainName } from "./eip-domain-name.ts";
import { functions } from "./functions.ts";
import { instance } from "./instance.ts";
import { networkInterface } from "./network-interface.ts";
import { networkInterfaceAttachment } from "./network-interface-attachment.ts";
import { parameter } from "./parameter.ts";
import { securityGroup } from "./security-group.ts";

await serveProvider({
  version: "7.48.0",
  configure: (config) => configure(config),
  resources: {
    "aws:ec2/eip:Eip": eip,
    "aws:ec2/eipAssociation:EipAssociation": eipAssociation,
    "aws:ec2/eipDomainName:EipDomainName": eipDomainName,
    "aws:ec2/instance:Instance": instance,
    "aws:ec2/networkInterface:NetworkInterface": networkInterface,
    "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment": networkInterfaceAttachment,
    "aws:ec2/securityGroup:SecurityGroup": securityGroup,
    "aws:ssm/parameter:Parameter": parameter,
  },
  functions,
});
