/**
 * Dedicated sending IPs as Pulumi components: usable alone and together, in any program, and removable from it
 * again.
 *
 * @module
 */
export { DnsRecords, type DnsRecordsArgs, type PublicIps } from "./dns-records.ts";
export { registerHooks } from "./hooks/program-hooks.ts";
export {
  type InstanceArgs,
  MailHost,
  type MailHostArgs,
  type MailHostInterface,
  type NetworkInterfaceArgs,
  type PrivateIpInputs,
} from "./mail-host.ts";
export { type ResolvesArgs, SendingIp, type SendingIpArgs } from "./sending-ip.ts";
export { Tenant, type TenantArgs } from "./tenant.ts";
export type { WaitsArgs } from "./waits.ts";
