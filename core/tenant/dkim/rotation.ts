/**
 * Rotating DKIM keys: publish → sign → retire → remove, one step at a time, each on its day.
 * Pure: today is an argument, and days are whole UTC days, `2026-11-24`.
 */

import { dkimPath } from "../../config/config.ts";
import type { DkimKeyConfig, TenantConfig } from "../../config/schema.ts";
import { sortedEntries } from "../../maps.ts";
import type { Finding } from "../../problem.ts";

/**
 * Days from the first day in DNS to the first signature. A resolver may keep "no such name" for as
 * long as the zone's SOA says, at most a day in a sane zone (RFC 2308 §5); the second day is for the
 * publishing itself and for the part of the first day that was over. A verifier that cannot find
 * the key fails the signature (RFC 6376 §6.1.2).
 */
export const PUBLISH_DAYS = 2;

/**
 * Days from the first day without signing to the removal. Mail that was signed on the last day waits
 * in queues for four to five days (RFC 5321 §4.5.4.1) and is verified when it arrives; two more days
 * are for forwarders that queue it anew, and for the deployment itself.
 */
export const RETIRE_DAYS = 7;

type Keys = TenantConfig["dkim"];

/** The day `days` after a day. */
export function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** Two keys do one job when a verifier would need only one of them: one type, one domain, one stream. */
export function sameJob(a: DkimKeyConfig, b: DkimKeyConfig): boolean {
  const [left, right] = [a.key.type, b.key.type];
  // Whether a key that cannot be read differs is not known.
  const sameType = left === undefined || right === undefined || left === right;
  return sameType && signTogether(a, b);
}

/** Some mail may bear the signature of either. */
function signTogether(a: DkimKeyConfig, b: DkimKeyConfig): boolean {
  return shareDomain(a, b) && shareStream(a, b);
}

/** Without `streams` a key is every stream's. */
function shareStream(a: DkimKeyConfig, b: DkimKeyConfig): boolean {
  const { streams } = b;
  if (a.streams === undefined || streams === undefined) return true;
  return a.streams.some((stream) => streams.includes(stream));
}

/** Without `domains` a key is every From domain's. */
function shareDomain(a: DkimKeyConfig, b: DkimKeyConfig): boolean {
  const { domains } = b;
  if (a.domains === undefined || domains === undefined) return true;
  return a.domains.some((domain) => domains.includes(domain));
}

/** `a` signs whatever `b` signs: for every stream of it, and every domain. */
function covers(a: DkimKeyConfig, b: DkimKeyConfig): boolean {
  const { streams } = a;
  if (streams !== undefined && b.streams?.every((stream) => streams.includes(stream)) !== true) {
    return false;
  }
  if (a.domains === undefined) return true;
  const { domains } = a;
  return b.domains?.every((domain) => domains.includes(domain)) ?? false;
}

/** A step of the staircase. */
export type RotationStep =
  /** No key waits: make one, of the type, for the domains and the streams of `like`, the key that signs now. */
  | { step: "publish"; like?: string }
  /** The waiting key begins to sign, and those whose job it takes over stop. */
  | { step: "sign"; selector: string; retires: string[] }
  /** Nothing can bear its signature any more. */
  | { step: "remove"; selector: string };

/** A step and the first day on which it is safe; no day when the config does not say since when. */
export interface DatedStep {
  step: RotationStep;
  notBefore?: string;
}

/**
 * What comes next: steps that are due today and steps that wait for their day; with neither, new keys
 * to be made. Waiting keys come before retired ones.
 */
export function nextSteps(keys: Keys, today: string): { due: DatedStep[]; waiting: DatedStep[] } {
  const pending = [...signSteps(keys), ...removeSteps(keys)];
  const isDue = ({ notBefore }: DatedStep) => notBefore !== undefined && notBefore <= today;
  if (pending.length > 0) {
    return { due: pending.filter(isDue), waiting: pending.filter((step) => !isDue(step)) };
  }
  const signing = sortedEntries(keys).filter(([, { state }]) => state === "signing");
  const steps: RotationStep[] = signing.map(([like]) => ({ step: "publish", like }));
  if (steps.length === 0) steps.push({ step: "publish" });
  return { due: steps.map((step) => ({ step, notBefore: today })), waiting: [] };
}

function signSteps(keys: Keys): DatedStep[] {
  return sortedEntries(keys)
    .filter(([, { state }]) => state === "published")
    .map(([selector, key]) => {
      const retires = sortedEntries(keys)
        .filter(([, old]) => old.state === "signing" && sameJob(key, old) && covers(key, old))
        .map(([old]) => old);
      return datedStep({ step: "sign", selector, retires }, key.since.published, PUBLISH_DAYS);
    });
}

function removeSteps(keys: Keys): DatedStep[] {
  return sortedEntries(keys)
    .filter(([, { state }]) => state === "retired")
    .map(([selector, key]) =>
      datedStep({ step: "remove", selector }, key.since.retired, RETIRE_DAYS),
    );
}

function datedStep(step: RotationStep, since: string | undefined, days: number): DatedStep {
  return since === undefined ? { step } : { step, notBefore: addDays(since, days) };
}

/** Faults of the keys' states and days among themselves, without asking what day it is. */
export function checkRotation(keys: Keys): Finding[] {
  return [
    ...twoSigners(keys),
    ...retiredAlone(keys),
    ...sortedEntries(keys).flatMap(([selector, key]) => [
      ...dayOrder(selector, key),
      ...shortOverlap(selector, key, keys),
    ]),
  ];
}

/** RSA and Ed25519 side by side are meant so (RFC 8463 §6); two of one type are a rotation cut short. */
function twoSigners(keys: Keys): Finding[] {
  const signing = sortedEntries(keys).filter(([, { state }]) => state === "signing");
  return signing.flatMap(([selector, key], index): Finding[] => {
    const before = signing.slice(0, index).filter(([, other]) => signTogether(key, other));
    if (before.length === 0) return [];
    const { type } = key.key;
    const other = before.find(([, other]) => other.key.type === type);
    if (other === undefined || type === undefined) return [];
    return [
      {
        code: "dkim-two-signers",
        level: "warning",
        path: `${pathOf(selector)}.state`,
        message: `${selector} and ${other[0]} both sign for one domain with ${type === "rsa" ? "RSA" : "Ed25519"}`,
        fix: `where one takes over from the other, finish the rotation: the older one becomes retired, with since.retired (npx sendips dkim rotate does it for a published key); where they sign for different streams, say so: ${pathOf(selector)}.streams and ${pathOf(other[0])}.streams`,
        rule: "RFC 6376 §3.1",
      },
    ];
  });
}

function retiredAlone(keys: Keys): Finding[] {
  const entries = sortedEntries(keys);
  return entries
    .filter(
      ([, key]) =>
        key.state === "retired" &&
        !entries.some(([, other]) => other.state === "signing" && signTogether(key, other)),
    )
    .map(([selector]) => ({
      code: "dkim-retired-alone",
      level: "warning",
      path: `${pathOf(selector)}.state`,
      message: `${selector} is retired, and no other key signs: mail goes out unsigned`,
      fix: "let a published key sign (npx sendips dkim rotate), or set this one back to signing",
      rule: "Google, Microsoft and Yahoo bulk rules",
    }));
}

/** A wrong day would let a key be removed while mail under way still needs it. */
function dayOrder(selector: string, key: DkimKeyConfig): Finding[] {
  const { published, signing, retired } = key.since;
  const days = Object.entries({ published, signing, retired }).flatMap(([name, day]) =>
    day === undefined ? [] : [{ name, day }],
  );
  const findings = days.flatMap(({ name, day }, index): Finding[] => {
    const before = days[index - 1];
    if (before === undefined || before.day <= day) return [];
    return [
      {
        code: "dkim-days-out-of-order",
        level: "error",
        path: `${pathOf(selector)}.since.${name}`,
        message: `${name} since ${day}, but ${before.name} only since ${before.day}`,
        fix: "allowed: published, signing and retired in this order; or leave out what is not known",
      },
    ];
  });
  const tooFar = {
    published: ["signing", "retired"],
    signing: ["retired"],
    retired: [],
    revoked: [],
  };
  for (const { name } of days) {
    if (!tooFar[key.state].some((later) => later === name)) continue;
    findings.push({
      code: "dkim-day-of-later-state",
      level: "error",
      path: `${pathOf(selector)}.since.${name}`,
      message: `says since when it is ${name}, but its state is ${key.state}`,
      fix: `remove the day, or set the state to ${name}`,
    });
  }
  return findings;
}

/** A first key may sign at once: until it stands, mail is unsigned anyway. A successor may not. */
function shortOverlap(selector: string, key: DkimKeyConfig, keys: Keys): Finding[] {
  const { published, signing } = key.since;
  if (published === undefined || signing === undefined || signing < published) return [];
  if (signing >= addDays(published, PUBLISH_DAYS)) return [];
  const predecessor = sortedEntries(keys).find(
    ([name, other]) =>
      name !== selector &&
      other.state === "retired" &&
      (other.since.signing === undefined || other.since.signing <= signing) &&
      sameJob(key, other),
  );
  if (predecessor === undefined) return [];
  return [
    {
      code: "dkim-short-overlap",
      level: "warning",
      path: `${pathOf(selector)}.since.signing`,
      message: `signs since ${signing}, in DNS since ${published}: resolvers may still answer that there is no such key`,
      fix: `at least ${PUBLISH_DAYS} days between them: until ${addDays(published, PUBLISH_DAYS)} let ${predecessor[0]} sign`,
      rule: "RFC 2308 §5",
    },
  ];
}

function pathOf(selector: string): string {
  return dkimPath(selector);
}
