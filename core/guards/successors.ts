/**
 * Records that give way to another one at their name: a CNAME stands alone (RFC 1034 §3.6.2), and Cloudflare
 * refuses it, or refuses what comes beside it, as long as the other stands.
 */

import type { Finding } from "../problem.ts";
import { isOurs } from "../publishers/publishers.ts";
import type { StateRecord } from "../state/resources.ts";
import type { PlannedRecord } from "../tenant/record.ts";

/** What a planned record must take the place of. */
export interface Succession {
  /** The logical name of the record in the state that must go first, by the planned record's key. */
  predecessors: ReadonlyMap<string, string>;
  /**
   * By the key of a planned record that moves there: an alias of the state at its new name, which is wanted no
   * more and must be gone before.
   */
  overAlias: ReadonlyMap<string, StateRecord>;
  findings: Finding[];
}

/**
 * Which planned records take the place of which in the state. The engine deletes what a program has
 * forgotten last of all, so such a record is made the other's replacement, deleted first.
 *
 * @param logicalName that of a planned record in the state.
 */
export function successions(
  planned: readonly PlannedRecord[],
  state: readonly StateRecord[],
  logicalName: (key: string) => string,
): Succession {
  const mentioned = new Set(planned.map(({ key }) => logicalName(key)));
  const predecessors = new Map<string, string>();
  const overAlias = new Map<string, StateRecord>();
  const findings: Finding[] = [];
  const taken = new Set<string>();
  for (const { key, name, data, publisher, path } of planned) {
    if (!isOurs(publisher)) continue;
    const itself = state.find((record) => record.logicalName === logicalName(key));
    if (itself !== undefined) {
      if (itself.type !== data.type) predecessors.set(key, itself.logicalName);
      const moves = itself.name !== name || itself.zoneId !== publisher.zoneId;
      const alias = state.find(
        (record) =>
          record.type === "CNAME" &&
          record.name === name &&
          record.zoneId === publisher.zoneId &&
          !mentioned.has(record.logicalName),
      );
      if (moves && data.type !== "CNAME" && alias !== undefined) overAlias.set(key, alias);
      continue;
    }
    const sameName = state.filter(
      (record) =>
        record.name === name &&
        record.zoneId === publisher.zoneId &&
        !mentioned.has(record.logicalName) &&
        !taken.has(record.logicalName) &&
        (record.type === "CNAME") !== (data.type === "CNAME"),
    );
    const [first, ...more] = sameName;
    if (first === undefined) continue;
    if (more.length > 0) {
      findings.push({
        code: "cname-takes-several",
        level: "error",
        path,
        message: `a CNAME stands alone, and ${sameName.length} records stand at ${name}: ${sameName.map((record) => record.logicalName).join(", ")}`,
        fix: `take them out of the config and deploy; then add this, and deploy again`,
        rule: "RFC 1034 §3.6.2",
      });
      continue;
    }
    taken.add(first.logicalName);
    predecessors.set(key, first.logicalName);
  }
  return { predecessors, overAlias, findings };
}
