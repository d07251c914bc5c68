import { expect, test } from "vitest";
import { candidateTags, withoutCandidates } from "../../../core/screening/candidates.ts";
import { readDeployed } from "../../../core/state/deployed-stack.ts";
import { idOf, stateOf } from "../state/support.ts";

const owner = { organisation: "organization", project: "sendips", stack: "acme" };

test("a candidate is left out, and what the state holds is none, whatever its tags say", () => {
  const address = (publicIp: string, key: string) => ({
    ...{ publicIp, allocationId: idOf(publicIp), privateIp: "", networkInterfaceId: "" },
    tags: candidateTags(owner, key),
  });
  const held = address("198.51.100.1", "tx1");
  const { deployed } = readDeployed("acme", stateOf([{ key: "tx1", publicIp: held.publicIp }]));
  const all = [held, address("198.51.100.2", "tx2")];
  const present = new Set(all.map(({ publicIp }) => publicIp));
  expect(withoutCandidates({ present, details: all }, deployed)).toEqual({
    ...{ present: new Set([held.publicIp]), details: [held] },
  });
});
