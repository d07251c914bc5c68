/**
 * Pulumi components for dedicated sending IPs: each usable alone, and together in a program of one's own.
 *
 * @module
 */

export { DnsRecords, type DnsRecordsArgs } from "./dns-records.ts";
export { MailHost, type MailHostArgs, type MailHostInterface } from "./mail-host.ts";
export { SendingIp, type SendingIpArgs } from "./sending-ip.ts";
export { Tenant, type TenantArgs } from "./tenant.ts";
