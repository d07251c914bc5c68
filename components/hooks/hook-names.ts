/**
 * The names of the hooks. The state of each resource holds them, and the engine looks them up there in order to
 * delete what a program no longer mentions: so they are the same in every program and every version, and never
 * a component's own. The engine shows the name where a program registers no such hook, which is why this one
 * says what to add.
 */
export const HOOKS = {
  keep: "sendips:keep (a program without components calls registerHooks() of sendips)",
  keepPrivateIps: "sendips:keep-private-ips",
  allocate: "sendips:allocate",
  allocated: "sendips:allocated",
  release: "sendips:release",
  bind: "sendips:bind",
  bound: "sendips:bound",
  leftBehind: "sendips:left-behind",
  recordStands: "sendips:record-stands",
  overAlias: "sendips:over-alias",
  resolves: "sendips:resolves",
  named: "sendips:named",
  unnamed: "sendips:unnamed",
} as const;

/**
 * The names of hooks before a deletion, as sendips up to 0.1 gave them to each component: what it deployed asks
 * for them.
 *
 * @param name the component's.
 */
export function formerHookNames(name: string): { keep: string[]; release: string[] } {
  return {
    keep: [`${name}-keep`, `${name}-bound`, `${name}-in-use`],
    release: [`${name}-release`, `${name}-associate`],
  };
}
