/** What a token for Cloudflare must be good for: permission groups, on the zones that a plan publishes in. */

/** One permission group, as Cloudflare's API names it. */
export interface PermissionGroup {
  id: string;
  /** As the API lists it. */
  name: string;
  /** As the dashboard has it. */
  dashboard: string;
  why: string;
}

/**
 * The ids are the same for everybody; `GET /user/tokens/permission_groups` lists them.
 * Edit is "full CRUDL (create, read, update, delete, list)" (Cloudflare, Create API token), so that one is enough.
 */
const GROUPS = {
  zoneRead: {
    id: "c8fed203ed3043cba015a93ad1616f1f",
    name: "Zone Read",
    dashboard: "Zone: Read",
    why: "the zone behind an id, and its name servers",
  },
  dnsRead: {
    id: "82e64a83756745bbbb1c9c2701bf816b",
    name: "DNS Read",
    dashboard: "DNS: Read",
    why: "what stands in the zone",
  },
  dnsWrite: {
    id: "4755a26eedb94da69e1066d98aa820be",
    name: "DNS Write",
    dashboard: "DNS: Edit",
    why: "what stands in the zone, and the records of the plan",
  },
} as const satisfies Readonly<Record<string, PermissionGroup>>;

/** What a job may do: deploy, or only look for drift. */
export type Role = "deploy" | "drift";

/** The permission groups of a role. */
export function permissionGroups(role: Role): readonly PermissionGroup[] {
  return [GROUPS.zoneRead, role === "deploy" ? GROUPS.dnsWrite : GROUPS.dnsRead];
}

/** The body of `POST /user/tokens`. */
export interface TokenRequest {
  name: string;
  policies: {
    effect: "allow";
    resources: Record<string, "*">;
    permission_groups: { id: string; name: string }[];
  }[];
}

/** A token for these zones; undefined where nothing is published at Cloudflare. */
export function tokenRequest(
  name: string,
  zoneIds: readonly string[],
  role: Role,
): TokenRequest | undefined {
  if (zoneIds.length === 0) return undefined;
  return {
    name,
    policies: [
      {
        effect: "allow",
        resources: Object.fromEntries(
          zoneIds.map((id) => [`com.cloudflare.api.account.zone.${id}`, "*" as const]),
        ),
        permission_groups: permissionGroups(role).map(({ id, name }) => ({ id, name })),
      },
    ],
  };
}
