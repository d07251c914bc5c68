import { expect, test } from "vitest";
import { withRenamedResources } from "../../../core/state/rename.ts";

const urn = (types: string, name: string) => `urn:pulumi:shop::sendips::${types}::${name}`;

test("URNs get the new name wherever they stand, and nothing else does", () => {
  const state = (stack: string) => ({
    version: 3,
    deployment: {
      resources: [
        { urn: urn("pulumi:pulumi:Stack", "sendips-shop"), outputs: { stack: "acme" } },
        { urn: urn("pulumi:providers:aws", "default_7_48_0"), id: "acme-1" },
        { urn: urn("sendips:index:Tenant", stack), type: "sendips:index:Tenant" },
        {
          urn: urn("sendips:index:Tenant$sendips:index:SendingIp$aws:ec2/eip:Eip", `${stack}-tx1`),
          provider: `${urn("pulumi:providers:aws", `${stack}-west`)}::4f2e`,
          parent: urn("sendips:index:Tenant", stack),
          propertyDependencies: { tags: [urn("sendips:index:Tenant", stack)] },
          outputs: { tags: { Name: "acme-tx1" }, text: "acme-tx1" },
        },
        { urn: urn("aws:ec2/eip:Eip", "acmesother") },
      ],
    },
  });
  const before = state("acme");
  const { exported, renamed } = withRenamedResources(before, "acme", "shop");
  expect(exported).toEqual(state("shop"));
  expect(renamed.map(({ from, to }) => `${from} ${to}`)).toEqual([
    ...["acme shop", "acme-tx1 shop-tx1", "acme-west shop-west"],
  ]);
  expect(before).toEqual(state("acme"));
  expect(withRenamedResources(exported, "acme", "shop").renamed).toEqual([]);
  // Done once more it does nothing, also where the new name begins with the former one.
  const old = withRenamedResources(before, "acme", "acme-old").exported;
  expect(old).toEqual(state("acme-old"));
  expect(withRenamedResources(old, "acme", "acme-old")).toEqual({ exported: old, renamed: [] });
});
