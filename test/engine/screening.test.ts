/** New addresses that are asked of blocklists before one is taken: the lists are the sandbox's, over real DNS. */
import { expect, test } from "vitest";
import { DEPLOYED, LIST, OTHER, serve, standing, want } from "./blocklists.ts";
import { changes, clearCalls, deployedWorld, operationLines } from "./harness.ts";

const isAllocation = (call: string) => call === "AllocateAddress";
const isRelease = (call: string) => call === "ReleaseAddress";

test("a listed address is let go once a clear one is there, and the next run changes nothing", async () => {
  const made = await deployedWorld();
  await serve(made, {
    [LIST]: { listed: { "198.51.100.3": "127.0.0.4" } },
    [OTHER]: { listed: { "198.51.100.4": "127.0.0.2", "198.51.100.5": "127.0.0.9" } },
  });
  want(made, { lists: [LIST, { zone: OTHER, codes: ["127.0.0.2"] }], attempts: 3 });
  await clearCalls(made);
  const preview = await made.run("preview", "--stack", "acme");
  expect(preview.code, preview.output).toBe(0);
  expect(await changes(made)).toEqual([]);

  const up = await made.up("acme");
  expect(up.code, up.output).toBe(0);
  expect(up.output).toContain(
    "acme: sendips:tenant.addresses.tx2: is not taken: 198.51.100.3 (bl.example: 127.0.0.4)",
  );
  expect(up.output).toContain("198.51.100.4 is let go: 198.51.100.5 is taken");
  expect(standing(made)).toEqual([...DEPLOYED, "198.51.100.5"]);
  expect((await made.outputs("acme")).addresses["tx2"]?.publicIp).toBe("198.51.100.5");
  const sent = (await changes(made)).filter((call) => isAllocation(call) || isRelease(call));
  expect(sent).toEqual([
    ...["AllocateAddress", "AllocateAddress", "AllocateAddress"],
    ...["ReleaseAddress", "ReleaseAddress"],
  ]);
  const again = await made.up("acme");
  expect([again.code, operationLines(again)]).toEqual([0, []]);
  made.edit("acme", ["sendips:screen"], undefined);
  const without = await made.up("acme");
  expect([without.code, operationLines(without)]).toEqual([0, []]);
});

test("a list that is not to be believed stops the deployment before anything is allocated", async () => {
  const made = await deployedWorld();
  await serve(made, {
    "refused.example": { answers: "refused" },
    "everything.example": { answers: "everything" },
    "fails.example": { answers: "fails" },
  });
  want(made, {
    lists: ["refused.example", "everything.example", "fails.example", "nobody.operator.example"],
  });
  await clearCalls(made);
  const commands = [
    ["preview", "--stack", "acme"],
    ["up", "--stack", "acme", "--yes", "--skip-preview"],
  ];
  for (const command of commands) {
    const ended = await made.run(...command);
    expect(ended.code).not.toBe(0);
    expect(ended.output).toContain("asked through a public resolver");
    expect(ended.output).toContain("everything.example cannot be believed: it lists 127.0.0.1");
    expect(ended.output).toContain("fails.example cannot be believed");
    expect(ended.output).toContain("it does not list 127.0.0.2");
    expect(ended.output).toContain("(screen-list-broken)");
  }
  expect(await changes(made)).toEqual([]);
  expect(standing(made)).toEqual(DEPLOYED);
});

test("where none is clear they stay, named; more attempts go on with them, and a destroy allocates none", async () => {
  const made = await deployedWorld();
  const listed = { "198.51.100.3": "127.0.0.2", "198.51.100.4": "127.0.0.2" };
  await serve(made, { [LIST]: { listed } });
  want(made, { lists: [LIST], attempts: 2 });
  const none = await made.up("acme");
  expect(none.code).not.toBe(0);
  expect(none.output).toContain("(screen-none-taken)");
  expect(none.output).toMatch(/aws ec2 release-address --allocation-id eipalloc-/);
  expect(standing(made)).toEqual([...DEPLOYED, "198.51.100.3 candidate", "198.51.100.4 candidate"]);
  await clearCalls(made);
  const refused = await made.run("destroy", "--stack", "acme", "--yes", "--run-program");
  expect(refused.code).not.toBe(0);
  const refreshed = await made.run("refresh", "--stack", "acme", "--yes", "--run-program");
  expect(refreshed.code, refreshed.output).toBe(0);
  expect(await changes(made)).toEqual([]);

  made.edit("acme", ["sendips:screen", "attempts"], 3);
  const up = await made.up("acme");
  expect(up.code, up.output).toBe(0);
  expect((await changes(made)).filter(isAllocation)).toHaveLength(1);
  expect(standing(made)).toEqual([...DEPLOYED, "198.51.100.5"]);
});

test("a run that leaves the screening out leaves the address out, too", async () => {
  const made = await deployedWorld();
  await serve(made, { [LIST]: {} });
  want(made, { lists: [LIST] });
  await clearCalls(made);
  const partly = await made.up("acme", ["--target", "**::acme-tx2"]);
  expect(partly.code).not.toBe(0);
  expect(partly.output).toContain("deploy without --target; nothing was allocated");
  expect(await changes(made)).toEqual([]);
});
