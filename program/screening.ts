/**
 * New addresses, looked at before one is taken: a fresh Elastic IP may have a past. Each is allocated here, with the
 * stack's tags, and asked of the blocklists; the program then takes over the one that is clear as it takes over any
 * address that stands.
 *
 * Only an `up` may allocate, and a program cannot see what it runs for: a `destroy` and a `refresh` run it, too. So the
 * state gets a resource for each key that was screened, and the engine, which creates none in those, calls its hook.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Ec2Api } from "../aws/ec2.ts";
import { ec2Of } from "../components/ec2.ts";
import { thisStack } from "../components/engine.ts";
import { programHooks } from "../components/hooks/program-hooks.ts";
import { knownValue } from "../components/hooks/registrations.ts";
import { addressPath, type LiveAddress } from "../core/guards/address-context.ts";
import { type Finding, formatProblem } from "../core/problem.ts";
import {
  brokenLists,
  candidateTags,
  describe,
  isClear,
  noneTaken,
  type Screen,
  type Screened,
} from "../core/screening/candidates.ts";
import { screenName } from "../core/state/resources.ts";
import { isOwned, ownerTags, tagName } from "../core/state/tags.ts";
import type { Plan, PlannedAddress, TenantStack } from "../core/tenant/plan.ts";
import { type BlocklistReader, blocklistReader } from "../dns/blocklists.ts";
import type { GuardResult, TakenAddresses } from "./guard.ts";
import { logicalName } from "./logical-names.ts";

/**
 * Screens the addresses that are new, and says which Elastic IP each key takes. In a preview nothing is allocated, and
 * the lists are asked for their test points alone.
 */
export async function screenAddresses(
  { operator }: TenantStack,
  { addresses }: Plan,
  { deployed, taken, candidates }: Pick<GuardResult<unknown>, "deployed"> & TakenAddresses,
): Promise<ReadonlyMap<string, LiveAddress>> {
  const { screen, dns } = operator;
  const heldOf = (key: string) => deployed.addresses.find((held) => held.key === key);
  const isThere = ({ key }: PlannedAddress) => heldOf(key) !== undefined || taken.has(key);
  const isNew = (planned: PlannedAddress) =>
    !isThere(planned) && planned.adopt === undefined && planned.recover === undefined;
  // Of one that is there a run that was cut short may have left candidates.
  const isOpen = (planned: PlannedAddress) =>
    screen !== undefined && (isThere(planned) ? candidates.has(planned.key) : isNew(planned));
  const asked = addresses.filter(
    (planned) => deployed.screened.includes(planned.key) || isOpen(planned),
  );
  if (asked.length === 0) return new Map();
  const lists = (screen?.lists ?? []).map((list) =>
    typeof list === "string" ? { zone: list } : list,
  );
  const held = new Set(deployed.addresses.map(({ allocationId }) => allocationId));
  const screening = new Screening({ lists, attempts: screen?.attempts ?? 1 }, held, dns?.servers);
  // A run that leaves the resource out (--target) must leave the address out, too.
  const { unscreened } = programHooks().keeper;
  for (const planned of asked) {
    if (isOpen(planned) && isNew(planned)) unscreened.add(logicalName(planned.key));
  }
  const hook = new pulumi.ResourceHook(
    "sendips:screen",
    async ({ name }) => {
      const planned = asked.find(({ key }) => screenName(pulumi.getStack(), key) === name);
      if (planned === undefined) return;
      unscreened.delete(logicalName(planned.key));
      await screening.screen(planned, taken.get(planned.key) ?? heldOf(planned.key));
    },
    { onDryRun: true },
  );
  await Promise.all(
    asked.map(async (planned) => {
      const { key } = planned;
      // Of one that is gone from the state the next is screened as the first was.
      const again = isOpen(planned) ? { since: new Date().toISOString() } : {};
      const stash = new pulumi.Stash(
        screenName(pulumi.getStack(), key),
        { input: { lists: lists.map(({ zone }) => zone), ...again } },
        {
          ...("since" in again ? {} : { ignoreChanges: ["input"] }),
          hooks: { beforeCreate: [hook], beforeUpdate: [hook] },
        },
      );
      await knownValue(stash.urn);
    }),
  );
  return screening.taken;
}

/** An address that a key has, or takes over anyway. */
type Standing = Pick<LiveAddress, "allocationId" | "publicIp">;

/** Addresses of one run that are screened, one key after the other: they share the quota. */
class Screening {
  readonly taken = new Map<string, LiveAddress>();
  readonly #screen: Screen;
  readonly #readers: readonly (BlocklistReader & { zone: string })[];
  readonly #held: ReadonlySet<string>;
  #health: Promise<void> | undefined;
  #turn: Promise<void> = Promise.resolve();

  /** @param held allocation ids of the state: whatever their tags say, none of them is a candidate. */
  constructor(screen: Screen, held: ReadonlySet<string>, servers: readonly string[] | undefined) {
    this.#screen = screen;
    this.#held = held;
    this.#readers = screen.lists.map((list) => ({
      zone: list.zone,
      ...blocklistReader(list, servers),
    }));
  }

  /** @param standing the address that the key takes over anyway: then only what was left over goes. */
  async screen(planned: PlannedAddress, standing: Standing | undefined): Promise<void> {
    this.#health ??= this.#checkLists();
    await this.#health;
    if (pulumi.runtime.isDryRun()) return;
    const turn = this.#turn.then(() => this.#decide(planned, standing));
    this.#turn = turn.catch(() => {});
    await turn;
  }

  async #checkLists(): Promise<void> {
    const tests = await Promise.all(
      this.#readers.map(async ({ zone, brokenBy }) => ({ zone, reason: await brokenBy() })),
    );
    const broken = tests.flatMap(({ zone, reason }) =>
      reason === undefined ? [] : [{ zone, reason }],
    );
    refuse(brokenLists(broken, "nothing was allocated"));
  }

  async #decide(planned: PlannedAddress, standing: Standing | undefined): Promise<void> {
    const { key } = planned;
    const ec2 = await ec2Of();
    const seen = await candidatesOf(ec2, key);
    let chosen = standing;
    if (chosen === undefined) {
      const clear = await this.#choose(ec2, planned, seen);
      await ec2.tag(clear.allocationId, {}, [tagName("candidate")]);
      this.taken.set(key, clear);
      chosen = clear;
    }
    // Asked anew: a call whose answer was lost has allocated one, too.
    const all = new Map(
      [...seen, ...(await candidatesOf(ec2, key))].map((one) => [one.allocationId, one]),
    );
    for (const id of [chosen.allocationId, ...this.#held]) all.delete(id);
    for (const { allocationId, publicIp } of all.values()) {
      // What is not said to be released no policy lets anybody release.
      await ec2.tag(allocationId, ownerTags(thisStack(), true));
      await ec2.release(allocationId);
      await say(key, `${publicIp} is let go: ${chosen.publicIp} is taken`);
    }
  }

  /** The first that is clear; adds what it allocates to `seen`. */
  async #choose(
    ec2: Ec2Api,
    { key, publicIpv4Pool }: PlannedAddress,
    seen: LiveAddress[],
  ): Promise<LiveAddress> {
    const { attempts } = this.#screen;
    const screened: Screened[] = [];
    for (let at = 0; at < seen.length || at < attempts; at += 1) {
      const address = seen[at] ?? (await allocate(ec2, key, publicIpv4Pool));
      if (address === undefined) {
        refuse([noneTaken(key, screened, this.#screen, "quota")]);
        break;
      }
      if (at >= seen.length) seen.push(address);
      const verdicts = await Promise.all(
        this.#readers.map(async ({ zone, verdict }) => ({
          ...{ zone, verdict: await verdict(address.publicIp) },
        })),
      );
      const unknown = verdicts.flatMap(({ zone, verdict }) =>
        verdict.outcome === "unknown"
          ? [{ zone, reason: `${address.publicIp} is answered with ${verdict.reason}` }]
          : [],
      );
      refuse(brokenLists(unknown, "what is allocated stays, and the next run goes on with it"));
      const result = { address, verdicts };
      if (isClear(result)) return address;
      screened.push(result);
      await say(key, `is not taken: ${describe(result)}`);
    }
    refuse([noneTaken(key, screened, this.#screen, "attempts")]);
    throw new Error(`${key}: no address, and no reason`);
  }
}

/** The stack's candidates for a key, in an order that is always the same. */
async function candidatesOf(ec2: Ec2Api, key: string): Promise<LiveAddress[]> {
  const owner = thisStack();
  const found = await ec2.addresses({
    [`tag:${tagName("stack")}`]: [owner.stack],
    [`tag:${tagName("address")}`]: [key],
    [`tag:${tagName("candidate")}`]: ["true"],
  });
  return found
    .filter(({ tags, networkInterfaceId }) => isOwned(tags, owner) && networkInterfaceId === "")
    .sort((a, b) => (a.allocationId < b.allocationId ? -1 : 1));
}

/** A new candidate; undefined where the quota is reached. */
async function allocate(
  ec2: Ec2Api,
  key: string,
  pool: string | undefined,
): Promise<LiveAddress | undefined> {
  const tags = candidateTags(thisStack(), key);
  try {
    const made = await ec2.allocate(tags, pool);
    return { ...made, tags, networkInterfaceId: "", privateIp: "" };
  } catch (error) {
    if (error instanceof Error && error.name === "AddressLimitExceeded") return undefined;
    throw error;
  }
}

function say(key: string, text: string): Promise<void> {
  return pulumi.log.info(`${pulumi.getStack()}: ${addressPath(key)}: ${text}`);
}

/** @throws where there is something, in the words that the engine shows. */
function refuse(findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const stack = pulumi.getStack();
  throw new Error(findings.map((finding) => formatProblem({ ...finding, stack })).join("\n"));
}
