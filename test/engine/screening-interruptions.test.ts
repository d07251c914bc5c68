/** What interrupts the screening of new addresses: a quota, a lost answer, a refused call; and several at once. */
import { expect, test } from "vitest";
import { DEPLOYED, LIST, serve, standing, want } from "./blocklists.ts";
import { deployedWorld, inject, operationLines } from "./harness.ts";

test("the quota ends it, and says so; one that is clear by then is taken", async () => {
  const made = await deployedWorld({ eipQuota: 3 });
  await serve(made, { [LIST]: { listed: { "198.51.100.3": "127.0.0.2" } } });
  made.edit("acme", ["sendips:eipQuota"], { "us-east-1": 9 });
  want(made, { lists: [LIST] });
  const ended = await made.up("acme");
  expect(ended.code).not.toBe(0);
  expect(ended.output).toContain("AddressLimitExceeded) after 1 of 3 attempts");
  await serve(made, { [LIST]: {} });
  const up = await made.up("acme");
  expect(up.code, up.output).toBe(0);
  expect(standing(made)).toEqual([...DEPLOYED, "198.51.100.3"]);
});

test("an allocation whose answer is lost leaves no second address", async () => {
  const made = await deployedWorld();
  await serve(made, { [LIST]: {} });
  want(made, { lists: [LIST] });
  await inject(made, { service: "ec2", action: "AllocateAddress", kind: "drop-after" });
  const up = await made.up("acme");
  expect(up.code, up.output).toBe(0);
  expect(standing(made)).toEqual([...DEPLOYED, "198.51.100.4"]);
  const again = await made.up("acme");
  expect([again.code, operationLines(again)]).toEqual([0, []]);
});

test("two keys share the lists and the quota, and each takes an address of its own", async () => {
  const made = await deployedWorld();
  await serve(made, { [LIST]: { listed: { "198.51.100.3": "127.0.0.2" } } });
  want(made, { lists: [LIST] }, "tx2", "10.0.1.12");
  want(made, { lists: [LIST] }, "tx3", "10.0.1.13");
  const up = await made.up("acme");
  expect(up.code, up.output).toBe(0);
  expect(standing(made)).toEqual([...DEPLOYED, "198.51.100.4", "198.51.100.5"]);
});

test.each(["DeleteTags", "ReleaseAddress"])(
  "cut short at %s, the next run ends what was begun: one address, and no candidate",
  async (action) => {
    const made = await deployedWorld();
    await serve(made, { [LIST]: { listed: { "198.51.100.3": "127.0.0.2" } } });
    want(made, { lists: [LIST] });
    const denied = { code: "RequestExpired", status: 400 };
    await inject(made, { service: "ec2", action, kind: "error", ...denied });
    expect((await made.up("acme")).code).not.toBe(0);
    // What is in no state and decided for comes into the state; what is not stays for the deployment.
    await made.sendips("recover", "acme", "--yes");
    const up = await made.up("acme");
    expect(up.code, up.output).toBe(0);
    expect(standing(made)).toEqual([...DEPLOYED, "198.51.100.4"]);
    const again = await made.up("acme");
    expect([again.code, operationLines(again)]).toEqual([0, []]);
  },
);
