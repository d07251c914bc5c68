/** The resource types of the stand-in for `pulumi-resource-aws`, by token. */
import type { ResourceType } from "../resource.ts";
import type { Aws } from "./client.ts";
import { eip } from "./eip.ts";
import { eipAssociation } from "./eip-association.ts";
import { eipDomainName } from "./eip-domain-name.ts";
import { instance } from "./instance.ts";
import { networkInterface } from "./network-interface.ts";
import { networkInterfaceAttachment } from "./network-interface-attachment.ts";
import { parameter } from "./parameter.ts";
import { securityGroup } from "./security-group.ts";

export const resources: Readonly<Record<string, ResourceType<Aws>>> = {
  "aws:ec2/eip:Eip": eip,
  "aws:ec2/eipAssociation:EipAssociation": eipAssociation,
  "aws:ec2/eipDomainName:EipDomainName": eipDomainName,
  "aws:ec2/instance:Instance": instance,
  "aws:ec2/networkInterface:NetworkInterface": networkInterface,
  "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment": networkInterfaceAttachment,
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:ssm/parameter:Parameter": parameter,
};
