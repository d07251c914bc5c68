/**
 * Faults at calls that have broken deployments once, and the way out of each: a quick part of `npm run sweep`, which tries
 * every call.
 */
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { REPOSITORY } from "../../sandbox/project.ts";
import { faultOf } from "../sweep/faults.ts";
import { runPoint } from "../sweep/point.ts";
import { scenarioOf } from "../sweep/scenarios.ts";
import { prepareScenario } from "../sweep/start.ts";

/** Fault, action, and at which of its calls; `named` where a person has to do what the output says. */
type Place = readonly [fault: string, action: string, at: number, outcome?: "named"];

/** What `npm test` tries. */
const QUICK: Readonly<Record<string, readonly Place[]>> = {
  "create-tenant": [
    // The call takes no client token: a second try allocates a second address, which nothing may release unasked.
    ["drop-after", "AllocateAddress", 1, "named"],
    ["kill-after", "AllocateAddress", 1],
    // Several creates are under way: each may have taken effect.
    ["kill-after", "POST dns_records", 3],
  ],
  "move-swap": [
    // In between, an address that sends is bound to nothing.
    ["kill-after", "DisassociateAddress", 1],
  ],
};

/** What `npm run test:faults` tries, too. */
const MORE: Readonly<Record<string, readonly Place[]>> = {
  "create-tenant": [
    ["kill-before", "AllocateAddress", 2],
    ["kill-after", "POST dns_records", 9],
    // The next try meets "an identical record already exists".
    ["drop-after", "POST dns_records", 5],
    ["kill-after", "ModifyAddressAttribute", 1],
    ["kill-after", "AssociateAddress", 1],
    ["refuse", "AssociateAddress", 2],
  ],
  // In between, the state has private IPs that EC2 has not.
  "edit-host": [
    ["kill-before", "AssignPrivateIpAddresses", 1],
    ["drop-after", "UnassignPrivateIpAddresses", 1],
  ],
  // The record stands at its new name, and the state has it at the old one.
  "move-names": [["kill-after", "PUT dns_records", 3]],
  "move-swap": [["drop-after", "AssociateAddress", 1]],
  retire: [
    ["kill-after", "ResetAddressAttribute", 1],
    ["kill-after", "ReleaseAddress", 1],
  ],
};

const PLACES = [QUICK, ...(process.env["SENDIPS_FAULTS"] === undefined ? [] : [MORE])].flatMap(
  (places) => Object.entries(places),
);

describe.each(PLACES)("%s", (name, places) => {
  test.for(places)("%s at %s %i", async ([fault, action, at, wanted]) => {
    const worlds = join(inject("snapshots"), "sweep");
    const scenario = scenarioOf(name);
    const start = await prepareScenario(scenario, worlds, () => {});
    const folder = join(REPOSITORY, ".sandbox", "test", `point-${process.pid}`);
    const point = { scenario, fault: faultOf(fault), action, at };
    const { outcome, wrong, transcript } = await runPoint(point, start, folder);
    if (wanted === undefined) expect(wrong, transcript).toEqual([]);
    const good = wanted === undefined ? ["absorbed", "converged", "recovered"] : [wanted];
    expect(good, transcript).toContain(outcome);
  });
});
