/** One record in Cloudflare. The only file that imports `@pulumi/cloudflare`. */
import { DnsRecord } from "@pulumi/cloudflare/dnsRecord.js";
import { getZone } from "@pulumi/cloudflare/getZone.js";
import * as pulumi from "@pulumi/pulumi";
import type { Adoption } from "../core/guards/adoption.ts";
import { TYPES } from "../core/state/resources.ts";
import { cloudflareApiOf } from "./cloudflare.ts";
import { programHooks } from "./hooks/program-hooks.ts";
import { knownValue, type RegistrationDetails } from "./hooks/registrations.ts";

/** A record as Cloudflare has it. */
export interface RecordArgs {
  zoneId: pulumi.Input<string>;
  /** Lower-case FQDN without a trailing dot: other spellings drift. */
  name: pulumi.Input<string>;
  type: string;
  /** Seconds. */
  ttl: pulumi.Input<number>;
  /** A TXT quoted and in chunks; absent for types that Cloudflare takes as `data`. */
  content?: pulumi.Input<string>;
  data?: { flags: number; tag: string; value: string };
  priority?: number;
}

/** What is known of a record apart from what is wanted. */
interface RecordContext {
  registered: RegistrationDetails;
  /** The record that stands already and is taken over in place. */
  adoption: Adoption | undefined;
  /** What stays at its name when it goes. */
  leaves?: string | undefined;
}

/**
 * One record in Cloudflare. `proxied` is false: a proxied mail name resolves to Cloudflare instead of the
 * address.
 */
export function publish(
  name: string,
  record: RecordArgs,
  opts: pulumi.CustomResourceOptions,
  { registered, adoption, leaves }: RecordContext,
): DnsRecord {
  const { zoneId, content, type } = record;
  const { component } = registered;
  const made = new DnsRecord(
    name,
    {
      ...{ zoneId, name: record.name, type, ttl: record.ttl, proxied: false },
      ...(record.data === undefined ? {} : { data: record.data }),
      ...(content === undefined ? {} : { content }),
      ...(record.priority === undefined ? {} : { priority: record.priority }),
      ...(adoption === undefined || content === undefined
        ? {}
        : adoptedInputs(adoption, { ...record, content }, component)),
    },
    {
      ...opts,
      // Written by people, for people.
      ignoreChanges: ["comment", "tags"],
      ...(adoption === undefined ? {} : { import: `${adoption.standing.zoneId}/${adoption.id}` }),
    },
  );
  const { registrations, keeper } = programHooks();
  // In another zone, or of another type, it is another record, and the old one may go.
  registrations.add(TYPES.dnsRecord, name, made, { ...registered, identity: { zoneId, type } });
  // A record whose name is not known yet gives nothing back.
  if (typeof record.name === "string" && typeof zoneId === "string") {
    const left = leaves === undefined ? {} : { leaves };
    keeper.names({ zoneId, name: record.name, type, logicalName: name, ...left });
  }
  return made;
}

/**
 * Inputs of a record that is taken over. The engine imports what is equal to its inputs, and nothing else: so
 * the record is changed in place first, and a preview, which changes nothing, shows it as it stands.
 */
function adoptedInputs(
  { id, standing }: Adoption,
  { type, ttl, content, priority }: RecordArgs & { content: pulumi.Input<string> },
  component: pulumi.ComponentResource,
): Record<"content", pulumi.Input<string>> &
  Record<"ttl", pulumi.Input<number>> &
  Record<"proxied", boolean> {
  if (pulumi.runtime.isDryRun()) {
    return { content: standing.content, ttl: standing.ttl, proxied: standing.proxied };
  }
  const changed = pulumi.output({ content, ttl }).apply(async (wanted) => {
    const isSame = standing.content === wanted.content && standing.ttl === wanted.ttl;
    if (!isSame || standing.proxied) {
      const parts = { type, ...wanted, ...(priority === undefined ? {} : { priority }) };
      const cloudflare = await cloudflareApiOf(component);
      await cloudflare.change(standing.zoneId, id, { ...parts, proxied: false });
    }
    return wanted.content;
  });
  return { content: changed, ttl, proxied: false };
}

/** What Cloudflare says of a zone. */
export interface ZoneFacts {
  name: string;
  /** The zone's own name servers, asked before a PTR is set. */
  nameServers: string[];
}

/** Looks a zone up. Fails when the token may not see it; the error is the provider's. */
export async function zoneFacts(zoneId: string, opts?: pulumi.InvokeOptions): Promise<ZoneFacts> {
  const zone = await getZone({ zoneId }, opts);
  return { name: zone.name, nameServers: zone.nameServers };
}

/** The own name servers of a zone; none while a preview does not know its id. */
export async function nameServersOf(
  zoneId: pulumi.Input<string>,
  opts?: pulumi.InvokeOptions,
): Promise<readonly string[]> {
  const id = await knownValue(pulumi.output(zoneId));
  return id === undefined ? [] : (await zoneFacts(id, opts)).nameServers;
}
