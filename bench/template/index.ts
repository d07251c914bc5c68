import * as aws from "@pulumi/aws";
import * as cloudflare from "@pulumi/cloudflare";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const zoneId = config.require("zoneId");
const operatorZoneId = config.require("operatorZoneId");
const networkInterfaceId = config.require("networkInterfaceId");
const dkim = config.require("dkim");

function record(
  name: string,
  args: Omit<cloudflare.DnsRecordArgs, "zoneId" | "ttl" | "proxied"> & { zoneId?: string },
): cloudflare.DnsRecord {
  return new cloudflare.DnsRecord(name, { zoneId, ttl: 3600, proxied: false, ...args });
}

function address(key: string, privateIpAddress: string): aws.ec2.Eip {
  const hostName = `${key}.mail.acme.example`;
  const eip = new aws.ec2.Eip(key, {
    domain: "vpc",
    tags: {
      Name: hostName,
      "sendips:tenant": "acme",
      "sendips:address": key,
      "sendips:binding": `${networkInterfaceId}/${privateIpAddress}`,
      "sendips:organisation": pulumi.getOrganization(),
      "sendips:project": "sendips",
      "sendips:stack": pulumi.getStack(),
    },
  });
  const a = record(`${key}-a`, { name: hostName, type: "A", content: eip.publicIp });
  const ptr = new aws.ec2.EipDomainName(
    key,
    { allocationId: eip.allocationId, domainName: hostName },
    { dependsOn: [a] },
  );
  new aws.ec2.EipAssociation(
    key,
    {
      allocationId: eip.allocationId,
      networkInterfaceId,
      privateIpAddress,
      allowReassociation: false,
    },
    { dependsOn: [ptr] },
  );
  record(`${key}-helo-spf`, { name: hostName, type: "TXT", content: '"v=spf1 a -all"' });
  return eip;
}

const tx1 = address("tx1", "10.0.1.10");
const mk1 = address("mk1", "10.0.1.11");

const spfOf = (eip: aws.ec2.Eip) => pulumi.interpolate`"v=spf1 ip4:${eip.publicIp} -all"`;

record("spf", {
  name: "acme.example",
  type: "TXT",
  content: '"v=spf1 include:_spf.google.com ~all"',
});
record("spf-tx", { name: "tx.acme.example", type: "TXT", content: spfOf(tx1) });
record("spf-bounce-tx", { name: "bounce.tx.acme.example", type: "TXT", content: spfOf(tx1) });
record("spf-news", { name: "news.acme.example", type: "TXT", content: spfOf(mk1) });
record("spf-bounce-news", { name: "bounce.news.acme.example", type: "TXT", content: spfOf(mk1) });
record("mx-bounce-tx", {
  name: "bounce.tx.acme.example",
  type: "MX",
  priority: 10,
  content: "tx1.mail.acme.example",
});
record("mx-bounce-news", {
  name: "bounce.news.acme.example",
  type: "MX",
  priority: 10,
  content: "mk1.mail.acme.example",
});
record("dkim-tx", {
  name: "s202611._domainkey.tx.acme.example",
  type: "TXT",
  content: dkim,
});
record("dkim-news", {
  name: "s202611._domainkey.news.acme.example",
  type: "TXT",
  content: dkim,
});
record("dmarc", {
  name: "_dmarc.acme.example",
  type: "TXT",
  content: '"v=DMARC1; p=reject; rua=mailto:dmarc@operator.example"',
});
record("report-consent", {
  zoneId: operatorZoneId,
  name: "acme.example._report._dmarc.operator.example",
  type: "TXT",
  content: '"v=DMARC1;"',
});

export const addresses = { tx1: tx1.publicIp, mk1: mk1.publicIp };
