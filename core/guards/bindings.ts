/** Where addresses are bound, and where the config wants them: nothing is taken from under anybody. */
import type { Finding } from "../problem.ts";
import { isOwned, isRetained, readTags, type StackName, tagName } from "../state/tags.ts";
import { ONE_EACH } from "../tenant/address/private-ips.ts";
import { addressPath, type LiveAddress } from "./address-context.ts";
import { describeHolder } from "./holders.ts";

/** A private IP of a network interface: what one Elastic IP is bound to. */
export interface Binding {
  privateIp: string;
  networkInterfaceId: string;
}

/** The bindings that a program wants, by the keys of its addresses. */
export type Bindings = ReadonlyMap<string, Binding>;

/** An address that is to be bound, or to stay bound. */
export interface WantedBinding {
  /** Its key. */
  key: string;
  binding: Binding;
  /** Whether the config has it leave: what is wrong with it then stops nothing. */
  leaves: boolean;
  /** Where the state has it bound. */
  held?: Binding | undefined;
  /** What EC2 says of it; undefined before it is allocated. */
  live?: LiveAddress | undefined;
}

/** The value of the tag `sendips:binding`. */
export function bindingTag({ networkInterfaceId, privateIp }: Binding): string {
  return `${networkInterfaceId}/${privateIp}`;
}

/**
 * Whether an address that is in no state belongs to nobody any more: its stack has let it go, and it stays allocated. As
 * long as it is bound where its stack has bound it, it is the state that is lost.
 */
export function isLetGo({
  tags,
  ...binding
}: Pick<LiveAddress, "tags" | "privateIp" | "networkInterfaceId">): boolean {
  return isRetained(tags) && readTags(tags).binding !== bindingTag(binding);
}

/** Whether two bindings are the same. */
export function isSameBinding(a: Binding | undefined, b: Binding | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.privateIp === b.privateIp &&
    a.networkInterfaceId === b.networkInterfaceId
  );
}

/** Where EC2 has an address bound; undefined when it is bound to nothing. */
export function bindingOf({ privateIp, networkInterfaceId }: LiveAddress): Binding | undefined {
  return networkInterfaceId === "" ? undefined : { privateIp, networkInterfaceId };
}

/**
 * Those that an address waits for: of its own stack, bound where it is wanted, and wanted elsewhere by the
 * same program.
 */
export function movingAddresses(
  owner: StackName,
  program: Bindings,
  binding: Binding,
  others: readonly LiveAddress[],
): LiveAddress[] {
  return others.filter((other) => {
    const elsewhere = program.get(readTags(other.tags).address ?? "");
    return (
      isSameBinding(bindingOf(other), binding) &&
      isOwned(other.tags, owner) &&
      elsewhere !== undefined &&
      !isSameBinding(elsewhere, binding)
    );
  });
}

/**
 * What stands in the way of one address's binding. EC2 itself says nothing: an association takes a private IP
 * from whoever holds it, and an address from wherever it is bound.
 *
 * @param program all that the program wants: two addresses of one stack may change places.
 * @param others the addresses bound there, or wanted there by their tag.
 */
export function checkBinding(
  owner: StackName,
  program: Bindings,
  wanted: WantedBinding,
  others: readonly LiveAddress[],
): Finding[] {
  const { key, binding, leaves, held, live } = wanted;
  const at = live === undefined ? undefined : bindingOf(live);
  if (isSameBinding(at, binding)) return [];
  const stays = isSameBinding(held, binding);
  const path = `${addressPath(key)}.privateIp`;
  // One that the config lets go is not bound again: it is said, and it goes.
  const level = stays && leaves ? "warning" : "error";
  const { privateIp, networkInterfaceId } = binding;
  const offAir =
    stays && live !== undefined ? `, where ${live.publicIp} was: ${bindingText(live)}` : "";
  const moving = movingAddresses(owner, program, binding, others);
  const inTheWay = others.filter(
    (other) => isSameBinding(bindingOf(other), binding) && !moving.includes(other),
  );
  if (inTheWay.length > 0) {
    return inTheWay.map((other) => ({
      code: "binding-held",
      ...{ level, path },
      message: `${privateIp} carries ${describeHolder(other)} already${offAir}`,
      fix: stays
        ? "move that one away, and deploy with --refresh, which binds this one again; or give this one a private IP that is free"
        : "a private IP that is free: a private IP carries one Elastic IP; sendips lint --all shows who uses which",
      rule: ONE_EACH,
    }));
  }
  const claimed = others.filter(
    (other) =>
      readTags(other.tags).binding === bindingTag(binding) &&
      !isOwned(other.tags, owner) &&
      !isLetGo(other),
  );
  if (claimed.length > 0) {
    return claimed.map((other) => ({
      code: "binding-claimed",
      ...{ level, path },
      message: `${privateIp} on ${networkInterfaceId} is what ${describeHolder(other)} is to be bound to, by its tag ${tagName("binding")}`,
      fix: "another private IP for one of the two: change its config and deploy it first",
      rule: ONE_EACH,
    }));
  }
  if (live === undefined) return [];
  if (at === undefined) {
    return stays
      ? [
          {
            code: "binding-gone",
            ...{ level, path },
            message: `${live.publicIp} was bound to ${privateIp} on ${networkInterfaceId}, and EC2 has it bound to nothing: no mail leaves from it`,
            fix: "deploy with --refresh, which binds it again",
          },
        ]
      : [];
  }
  if (isSameBinding(at, held)) return [];
  return [
    {
      code: "binding-moved",
      ...{ level, path },
      message: `${live.publicIp} is to be bound to ${privateIp} on ${networkInterfaceId}, but ${bindingText(live)}, of which the state knows nothing`,
      fix: `it was moved by hand, or a move was cut short: give it ${at.privateIp}, where it is, deploy with --refresh, and move it then`,
    },
  ];
}

/** `it is bound to 10.0.1.99 on eni-…`. */
function bindingText(live: LiveAddress): string {
  const at = bindingOf(live);
  if (at === undefined) return "it is bound to nothing";
  return `it is bound to ${at.privateIp} on ${at.networkInterfaceId}`;
}
