/** The DKIM part of a tenant's stack: its keys as they stand, new ones, and the records they make. */
import { dkimPath } from "../../core/config/config.ts";
import { dkimKeyOf } from "../../core/config/dkim-key.ts";
import type { DkimKeyConfig } from "../../core/config/schema.ts";
import { formatProblems } from "../../core/problem.ts";
import { isCustomers } from "../../core/publishers/publishers.ts";
import { recordLines } from "../../core/render/bind.ts";
import { contextOf } from "../../core/tenant/context.ts";
import { dkimRecords } from "../../core/tenant/dkim/records.ts";
import { sameJob } from "../../core/tenant/dkim/rotation.ts";
import type { TenantStack } from "../../core/tenant/plan.ts";
import { publisherOf } from "../../core/tenant/zones.ts";
import { isDnsKey } from "../../mail/names.ts";
import type { Pulumi } from "../engine/pulumi.ts";
import { Refusal } from "../engine/surroundings.ts";
import { type KeyKind, makeKeyPair } from "./new-dkim-key.ts";
import { loadStack, type Project } from "./project.ts";
import { type Edit, editStackFile } from "./stack-file.ts";

/**
 * A stack as tenant.
 *
 * @throws Refusal when it is a mail host, or when its config cannot be read.
 */
export function loadTenant(project: Project, stack: string): TenantStack {
  const { read } = loadStack(project, stack);
  if (!("stack" in read)) {
    throw new Refusal(
      `the config of stack ${stack} has errors; mend them first\n${formatProblems(read.problems)}`,
    );
  }
  if (read.stack.kind !== "tenant") {
    throw new Refusal(`stack ${stack} is a mail host: only tenants publish records`);
  }
  return read.stack;
}

/** Where a selector stands in the config. */
export function selectorPath(selector: string): string {
  return dkimPath(selector);
}

/** `s202611`, or with a number behind when that is taken. */
export function freeSelector(keys: Readonly<Record<string, unknown>>, today: string): string {
  const month = `s${today.slice(0, 4)}${today.slice(5, 7)}`;
  let selector = month;
  for (let count = 2; selector in keys; count += 1) selector = `${month}-${count}`;
  return selector;
}

/** A key to be made. */
export interface NewKey extends KeyKind {
  selector: string;
  /** The UTC day from which it counts as published. */
  today: string;
  /** Sign with it at once: for a first key, which no other has to bridge. @default false */
  sign?: boolean;
  /** The From domains that it is for. @default those of every stream */
  domains?: readonly string[];
  /** Keys of the streams that sign with it. @default every stream */
  streams?: readonly string[];
}

/**
 * Makes a key straight into the encrypted config of a stack: `privateKey` as a secret, and in clear
 * text `publicKey`, the state and the days. All of it or nothing.
 *
 * @throws Refusal when the selector exists, or cannot be, or when the key may not sign yet.
 */
export async function addDkimKey(
  project: Project,
  stack: string,
  pulumi: Pulumi,
  key: NewKey,
): Promise<void> {
  const { selector, today, domains, streams } = key;
  const { dkim } = loadTenant(project, stack).tenant;
  if (!selector.split(".").every(isDnsKey)) {
    throw new Refusal(
      `${JSON.stringify(selector)} cannot be a selector\n  allowed: lower-case letters, digits, inner hyphens and dots between labels, such as s202611`,
    );
  }
  if (Object.hasOwn(dkim, selector)) {
    throw new Refusal(
      `selector ${selector} of stack ${stack} exists already (${dkim[selector]?.state}): a key is never overwritten\n  name another selector, or leave it out: ${freeSelector(dkim, today)} is free`,
    );
  }
  const pair = await makeKeyPair(key);
  if (key.sign) refuseSecondSigner(stack, dkim, { publicKey: pair.publicKey, domains, streams });
  const path = selectorPath(selector);
  const edits: Edit[] = [
    { secret: `${path}.privateKey`, value: pair.privateKey },
    { set: `${path}.publicKey`, value: pair.publicKey },
    { set: `${path}.state`, value: key.sign ? "signing" : "published" },
    { set: `${path}.since.published`, value: today },
    ...(key.sign ? [{ set: `${path}.since.signing`, value: today }] : []),
    ...(domains ?? []).map((value, index) => ({ set: `${path}.domains[${index}]`, value })),
    ...(streams ?? []).map((value, index) => ({ set: `${path}.streams[${index}]`, value })),
  ];
  await editStackFile(project, stack, pulumi, edits);
}

function refuseSecondSigner(
  stack: string,
  keys: Readonly<Record<string, DkimKeyConfig>>,
  {
    publicKey,
    domains,
    streams,
  }: { publicKey: string } & Record<"domains" | "streams", readonly string[] | undefined>,
): void {
  const key = dkimKeyOf({
    state: "signing",
    publicKey,
    since: {},
    ...(domains === undefined ? {} : { domains: [...domains] }),
    ...(streams === undefined ? {} : { streams: [...streams] }),
  });
  const other = Object.entries(keys).find(
    ([, old]) => old.state === "signing" && sameJob(key, old),
  )?.[0];
  if (other === undefined) return;
  throw new Refusal(
    `${other} of stack ${stack} signs already: a successor must be in DNS first\n  leave --sign out, and later: npx sendips dkim rotate ${stack}\n  where the two are to sign for different streams, name the streams of both: ${selectorPath(other)}.streams`,
  );
}

/** What a selector publishes, as zone file lines with comments; who publishes it; empty without a From domain. */
export function selectorRecords(
  { name, tenant, operator }: TenantStack,
  selector: string,
): { lines: string[]; external: boolean } {
  const path = selectorPath(selector);
  const ttl = tenant.ttl ?? operator.ttl;
  const records = dkimRecords(contextOf(name, tenant, operator)).flatMap((record) => {
    const publisher =
      typeof record.name === "string" ? publisherOf(record.name, operator.zones) : undefined;
    return record.path !== path || publisher === undefined ? [] : [{ ...record, ttl, publisher }];
  });
  return {
    lines: recordLines(records, {}),
    external: records.some(({ publisher }) => isCustomers(publisher)),
  };
}
