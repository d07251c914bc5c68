/** The data sources: zones and records that a program may look up without owning them. */
import type { Zone } from "cloudflare/resources/zones/zones";
import { compact, isObject, type Props, text } from "../values.ts";
import { type Client, providerError } from "./client.ts";

type Run = (client: Client, args: Props) => Promise<Props>;

function describe(zone: Zone, args: Props): Props {
  return compact({
    ...args,
    account: compact({ id: zone.account?.id, name: zone.account?.name }),
    activatedOn: zone.activated_on ?? undefined,
    createdOn: zone.created_on,
    developmentMode: zone.development_mode ?? 0,
    id: zone.id,
    modifiedOn: zone.modified_on,
    name: zone.name,
    nameServers: zone.name_servers ?? [],
    originalNameServers: zone.original_name_servers ?? [],
    paused: zone.paused ?? false,
    status: zone.status,
    type: zone.type ?? "full",
    vanityNameServers: zone.vanity_name_servers ?? [],
    zoneId: zone.id,
  });
}

const getZone: Run = async (client, args) => {
  const cf = await client();
  const zoneId = text(args["zoneId"]);
  const { filter } = args;
  try {
    if (zoneId !== undefined) return describe(await cf.zones.get({ zone_id: zoneId }), args);
    const name = isObject(filter) ? text(filter["name"]) : undefined;
    // One page says whether there is exactly one.
    const { result: found } = await cf.zones.list(name === undefined ? {} : { name });
    const [zone] = found;
    if (zone === undefined) throw new Error("no zones found with the given filter");
    if (found.length > 1) {
      throw new Error(`filter matched ${found.length} zones, expected exactly one`);
    }
    return describe(zone, args);
  } catch (error) {
    throw providerError(
      error,
      "get",
      `${cf.baseURL}/zones${zoneId === undefined ? "" : `/${zoneId}`}`,
    );
  }
};

export const functions: Readonly<Record<string, Run>> = {
  "cloudflare:index/getZone:getZone": getZone,
};
