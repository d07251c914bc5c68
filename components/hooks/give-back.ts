/** What a name gets back when a record of ours goes: what stood before, or what others send by. */
import * as pulumi from "@pulumi/pulumi";
import { zoneRecordValue } from "../../core/guards/adoption.ts";
import type { StackOutputs } from "../../core/state/outputs.ts";
import type { StateRecord } from "../../core/state/resources.ts";
import { singletonOf } from "../../mail/singletons.ts";
import { quoteTxt, unquoteTxt } from "../../mail/txt.ts";
import { cloudflareApiOf } from "../cloudflare.ts";
import type { Reason } from "./registrations.ts";

/** A name at which a program wants a record. */
export interface WantedName {
  zoneId: string;
  name: string;
  type: string;
  /** The record's logical name. */
  logicalName: string;
  /** What stays there when it goes; absent where nothing does. */
  leaves?: string;
}

/** What is known of the names of a program. */
interface RememberedNames {
  /** What the last deployment remembers, for records that the program wants no more. */
  leaves: StackOutputs["leaves"];
  /** Every name at which the program wants a record. */
  wanted: readonly WantedName[];
  /** False where everything goes, see `sendips:tenant.existing.whenGone`. */
  restores: boolean;
  /** Whose provider's credentials are used; absent: those of the stack's config. */
  component: pulumi.ComponentResource | undefined;
}

/**
 * Before a record goes whose name is left to others: brings it back in place, so that there is no moment
 * without it, nor one with two. The engine then lets go of it without deleting it (`retainOnDelete`). Where
 * the program wants something at the name that cannot stand beside it, it is removed.
 *
 * One that somebody has changed since is theirs: it stays as it is.
 *
 * @throws for a replacement where it is, which would make a second record of the first.
 */
export async function giveBack(
  { id, name, oldInputs = {}, oldOutputs = {} }: pulumi.ResourceHookArgs,
  reason: Reason,
  { leaves, wanted, restores, component }: RememberedNames,
): Promise<void> {
  const now = { ...oldInputs, ...oldOutputs };
  const [zoneId, owner, type, content] = ["zoneId", "name", "type", "content"].map((key) =>
    String(now[key] ?? ""),
  ) as [string, string, string, string];
  const kind = (text: string) => (type === "TXT" ? singletonOf(text) : undefined);
  const text = type === "TXT" ? unquoteTxt(content) : content;
  const itself = wanted.find(
    (record) => record.logicalName === name && record.name === owner && record.type === type,
  );
  const remembered = leaves.find(
    (record) =>
      record.name === owner &&
      record.type === type &&
      kind(record.value) === kind(text) &&
      (type === "TXT" || record.value.endsWith(`${text.replace(/\.$/, "")}.`)),
  );
  const left = itself?.leaves ?? remembered?.leaves;
  if (left === undefined) return;
  const stack = pulumi.getStack();
  if (reason === "replace") {
    throw new Error(
      `${stack}: ${name}: ${owner} is not ours alone, and a replacement would make a second record there\n  deploy without --replace`,
    );
  }
  const goes =
    left === "" ||
    !restores ||
    wanted.some(
      (other) =>
        other.zoneId === zoneId &&
        other.name === owner &&
        (other.type === "CNAME") !== (type === "CNAME"),
    );
  if (pulumi.runtime.isDryRun()) {
    if (!goes) await pulumi.log.info(`${stack}: ${name}: ${owner} gets back: ${left}`);
    return;
  }
  const cloudflare = await cloudflareApiOf(component);
  const standing = await cloudflare.record(zoneId, id);
  if (standing === undefined) return;
  const written = type === "TXT" ? unquoteTxt(standing.content) : standing.content;
  if (written !== text) {
    await pulumi.log.warn(
      `${stack}: ${name}: ${owner} was changed by somebody else since the last deployment, and stays as it is: ${zoneRecordValue(standing)}`,
    );
    return;
  }
  if (goes) await cloudflare.remove(zoneId, id);
  else if (type === "TXT" && left !== text) {
    await cloudflare.change(zoneId, id, { type, content: quoteTxt(left) });
  }
}

/**
 * Before a record is created where an alias of ours stands: the engine would delete that last of all, and
 * Cloudflare takes no record beside it. The alias was registered to go by {@link giveBack}, which finds it
 * gone. One that somebody has pointed elsewhere since is theirs: it stays, and Cloudflare refuses the record.
 *
 * @param aliases those of the state that are wanted no more.
 */
export async function clearAliases(
  { newInputs = {} }: pulumi.ResourceHookArgs,
  aliases: readonly StateRecord[],
  component: pulumi.ComponentResource | undefined,
): Promise<void> {
  const [zoneId, owner] = [String(newInputs["zoneId"]), String(newInputs["name"])];
  const own = aliases.find((alias) => alias.zoneId === zoneId && alias.name === owner);
  if (own === undefined) return;
  const cloudflare = await cloudflareApiOf(component);
  for (const { id, type, content } of await cloudflare.recordsAt(zoneId, [owner])) {
    if (type === "CNAME" && content === own.content) await cloudflare.remove(zoneId, id);
  }
}
