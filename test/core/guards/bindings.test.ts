/** What stands in the way of a binding. */
import { expect, test } from "vitest";
import type { LiveAddress } from "../../../core/guards/address-context.ts";
import { bindingTag, checkBinding, type WantedBinding } from "../../../core/guards/bindings.ts";
import { ownerTags, type Tags } from "../../../core/state/tags.ts";

const owner = { organisation: "organization", project: "sendips", stack: "acme" };
const at = (privateIp: string, networkInterfaceId = "eni-1") => ({ privateIp, networkInterfaceId });
const nowhere = at("", "");
const tagged = (key: string, stack = "acme"): Tags => ({
  ...ownerTags({ ...owner, stack }, false),
  "sendips:address": key,
});
const liveAddress = (key: string, binding = nowhere, tags = tagged(key)): LiveAddress => ({
  ...{
    allocationId: `eipalloc-${key}`,
    publicIp: key === "tx1" ? "198.51.100.1" : "198.51.100.2",
    tags,
  },
  ...binding,
});
const tx1 = at("10.0.1.10");
const wantedBinding = (more: Partial<WantedBinding> = {}): WantedBinding => ({
  ...{ key: "tx1", binding: tx1, leaves: false, ...more },
});
const program = new Map([
  ["tx1", tx1],
  ["mk1", at("10.0.1.11")],
]);
const messagesOf = (one: WantedBinding, others: LiveAddress[] = []) =>
  checkBinding(owner, program, one, others).map(({ level, message }) => `${level}: ${message}`);

test("nothing stands in the way of a free private IP, nor of what is bound already", () => {
  expect(messagesOf(wantedBinding())).toEqual([]);
  expect(messagesOf(wantedBinding({ live: liveAddress("tx1") }))).toEqual([]);
  // Even where the state says otherwise: a hand was quicker.
  expect(
    messagesOf(wantedBinding({ live: liveAddress("tx1", tx1), held: at("10.0.1.12") })),
  ).toEqual([]);
});

test("who carries the private IP already is named, unless the program moves it", () => {
  const others = (tags: Tags, binding = tx1) => [liveAddress("mk1", binding, tags)];
  expect(messagesOf(wantedBinding(), others(tagged("mk1")))).toEqual([]);
  // The same private IP of another network interface is another place.
  expect(messagesOf(wantedBinding(), others({}, at("10.0.1.10", "eni-2")))).toEqual([]);
  expect(messagesOf(wantedBinding(), others(tagged("tx1", "shop")))).toEqual([
    'error: 10.0.1.10 carries 198.51.100.2 (address "tx1" of stack "organization/sendips/shop") already',
  ]);
  for (const project of ["elsewhere", "sendips"]) {
    const theirs = { ...tagged("gone"), "sendips:project": project };
    expect(messagesOf(wantedBinding(), others(theirs))).toHaveLength(1);
  }
  expect(messagesOf(wantedBinding(), others({}))).toEqual([
    "error: 10.0.1.10 carries 198.51.100.2 (eipalloc-mk1, which is not of sendips) already",
  ]);
});

test("one that another stack is about to bind there is refused, one's own is not", () => {
  const claim = { "sendips:binding": bindingTag(tx1) };
  expect(
    messagesOf(wantedBinding(), [
      liveAddress("mk1", nowhere, { ...tagged("tx1", "shop"), ...claim }),
    ]),
  ).toEqual([
    'error: 10.0.1.10 on eni-1 is what 198.51.100.2 (address "tx1" of stack "organization/sendips/shop") is to be bound to, by its tag sendips:binding',
  ]);
  expect(
    messagesOf(wantedBinding(), [liveAddress("mk1", nowhere, { ...tagged("mk1"), ...claim })]),
  ).toEqual([]);
  // One that its stack has let go of, and that stays allocated, is bound nowhere any more.
  const kept = { ...tagged("tx1", "shop"), ...claim, "sendips:retained": "true" };
  expect(messagesOf(wantedBinding(), [liveAddress("mk1", nowhere, kept)])).toEqual([]);
  expect(messagesOf(wantedBinding(), [liveAddress("mk1", tx1, kept)])).toHaveLength(1);
});

test("an address that stays and is bound to nothing, or elsewhere, is said", () => {
  const stays = { held: tx1, live: liveAddress("tx1") };
  expect(messagesOf(wantedBinding(stays))).toEqual([
    "error: 198.51.100.1 was bound to 10.0.1.10 on eni-1, and EC2 has it bound to nothing: no mail leaves from it",
  ]);
  expect(messagesOf(wantedBinding({ ...stays, leaves: true }))[0]).toMatch(/^warning: 198/);
  expect(messagesOf(wantedBinding(stays), [liveAddress("mk1", tx1, {})])).toEqual([
    "error: 10.0.1.10 carries 198.51.100.2 (eipalloc-mk1, which is not of sendips) already, where 198.51.100.1 was: it is bound to nothing",
  ]);
  const elsewhere = { live: liveAddress("tx1", at("10.0.1.99", "eni-9")) };
  for (const held of [tx1, undefined, at("10.0.1.12")]) {
    expect(messagesOf(wantedBinding({ ...elsewhere, held }))).toEqual([
      "error: 198.51.100.1 is to be bound to 10.0.1.10 on eni-1, but it is bound to 10.0.1.99 on eni-9, of which the state knows nothing",
    ]);
  }
  // A move from where the state has it.
  expect(messagesOf(wantedBinding({ ...elsewhere, held: at("10.0.1.99", "eni-9") }))).toEqual([]);
});
