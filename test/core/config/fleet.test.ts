/** What a stack of a fleet costs must not depend on how large the fleet is. */
import { expect, it } from "vitest";
import { parsedFleet } from "../../../bench/parsed-fleet.ts";
import { readConfig, readOperator } from "../../../core/config/config.ts";
import { plan } from "../../../core/tenant/plan.ts";

/** The map, and how often somebody asked for all of its keys. */
function counted<T extends object>(map: T): { map: T; listed: () => number } {
  let listed = 0;
  const ownKeys = (target: T) => {
    listed += 1;
    return Reflect.ownKeys(target);
  };
  return { map: new Proxy(map, { ownKeys }), listed: () => listed };
}

it("reads and plans a stack without going through the zones of all others", () => {
  const { operator, stacks } = parsedFleet(10);
  const shared = readOperator(operator);
  if (shared.operator === undefined) throw new Error("the operator's config cannot be read");
  const raw = counted(Object(operator["zones"]));
  const read = counted(shared.operator.zones);
  const known = { ...shared, operator: { ...shared.operator, zones: read.map } };
  let plans = 0;
  for (const { name, values } of stacks) {
    const { stack } = {
      stack: undefined,
      ...readConfig({ stack: name, values: { ...values, zones: raw.map } }, known),
    };
    if (stack?.kind === "tenant" && "plan" in plan(stack)) plans += 1;
  }
  expect(plans).toBe(10);
  expect([raw.listed(), read.listed()]).toEqual([0, 0]);
});

it("finds a character that nobody sees in operator-wide config, for each stack that shares it", () => {
  const shared = readOperator({ reports: ["mailto:dmarc@operator.example\u00a0"] });
  const { problems } = readConfig({ stack: "a", values: {} }, shared);
  expect(problems.filter(({ path }) => path === "sendips:reports[0]")).toMatchObject([
    { message: expect.stringContaining("U+00A0") },
  ]);
});
