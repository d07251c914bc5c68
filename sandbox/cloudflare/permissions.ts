/** What a token is good for: permission groups on zones. A token that nobody has limited is good for everything. */
import type { CallNotes, World } from "../world.ts";

/** What a request needs in a zone. */
export type Need = "zone read" | "dns read" | "dns write";

/** The permission groups that are enough, by the ids that are the same for everybody. Write is read too. */
const GROUPS: Readonly<Record<Need, readonly string[]>> = {
  "zone read": ["c8fed203ed3043cba015a93ad1616f1f"],
  "dns read": ["82e64a83756745bbbb1c9c2701bf816b", "4755a26eedb94da69e1066d98aa820be"],
  "dns write": ["4755a26eedb94da69e1066d98aa820be"],
};

export function permits(
  { state }: World,
  token: string,
  zoneId: string,
  need: Need,
  notes: CallNotes | undefined,
): boolean {
  const policies = state.access?.cloudflare[token];
  if (policies === undefined) return true;
  const resource = `com.cloudflare.api.account.zone.${zoneId}`;
  const matched = policies
    .filter(({ resources }) => Object.hasOwn(resources, resource))
    .flatMap(({ permission_groups }) => permission_groups.map(({ id }) => id))
    .filter((id) => GROUPS[need].includes(id));
  const allowed = matched.length > 0;
  notes?.decided({ action: `cloudflare:${need}`, resource, context: {}, allowed, matched });
  return allowed;
}
