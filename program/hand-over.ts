/** Zones that become the customer's: what DNS says of them, asked before any record of ours goes. */
import { zoneFacts } from "../components/dns-record.ts";
import { thisStack } from "../components/engine.ts";
import { checkHandOver, type HandOver, leavingRecords } from "../core/guards/hand-over.ts";
import type { Finding } from "../core/problem.ts";
import type { DeployedStack } from "../core/state/deployed-stack.ts";
import type { Plan, TenantStack } from "../core/tenant/plan.ts";
import { answersOf, nameReader, nameServersOf } from "../dns/name-reader.ts";
import { logicalName } from "./logical-names.ts";

/** What keeps records of ours that a plan leaves to the customer. Asks nobody where there are none. */
export async function checkHandOvers(
  { operator }: TenantStack,
  plan: Plan,
  deployed: DeployedStack,
  today: string,
): Promise<Finding[]> {
  const leaving = leavingRecords(plan, deployed, logicalName, today);
  if (leaving.length === 0) return [];
  const servers = operator.dns?.servers;
  const reader = nameReader(servers);
  const handOvers = new Map<string, HandOver>();
  for (const zone of new Set(leaving.map((one) => one.zone))) {
    const its = leaving.filter((one) => one.zone === zone);
    const names = [...new Set(its.map(({ held }) => held.name))];
    const zoneIds = [...new Set(its.map(({ held }) => held.zoneId))];
    const [readings, ours, delegated] = await Promise.all([
      Promise.all(names.map(async (name) => [name, await reader.read(name)] as const)),
      ourNameServers(zoneIds),
      nameServersOf(zone, servers),
    ]);
    const byName = new Map(readings);
    handOvers.set(zone, {
      ...{ ours, delegated },
      answers: (name, type) => answersOf(byName.get(name), type) ?? { failed: "not asked" },
    });
  }
  return checkHandOver(thisStack().stack, leaving, handOvers);
}

async function ourNameServers(zoneIds: readonly string[]): Promise<HandOver["ours"]> {
  try {
    const zones = await Promise.all(zoneIds.map((id) => zoneFacts(id)));
    const servers = zones.flatMap(({ nameServers }) => nameServers);
    return { found: servers.map((server) => server.toLowerCase()) };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}
