/** What records that are to be created meet in a zone of ours. */
import { describe, expect, test } from "vitest";
import { readConfig } from "../../../core/config/config.ts";
import type { TenantConfig } from "../../../core/config/schema.ts";
import { missingRecords, planAdoptions, type ZoneRecord } from "../../../core/guards/adoption.ts";
import { leavesOf, remainingLeaves } from "../../../core/guards/leaves.ts";
import { checkOwnAddresses } from "../../../core/guards/own-addresses.ts";
import type { PlannedRecord, RecordData } from "../../../core/tenant/record.ts";
import { byHand } from "../by-hand.ts";

const ZONE = "0c1d2e3f405162738495a6b7c8d9eaf0";

function plannedRecord(
  key: string,
  name: string,
  data: RecordData,
  more: Partial<PlannedRecord> = {},
) {
  const publisher = { by: "cloudflare", zone: "acme.example", zoneId: ZONE } as const;
  return byHand({ key, name, data, ttl: 3600, publisher, why: "", path: `p.${key}`, ...more });
}

const txt = (...text: (string | { address: string })[]): RecordData => ({ type: "TXT", text });

let count = 0;
function zoneRecord(
  name: string,
  type: string,
  content: string,
  more: Partial<ZoneRecord> = {},
): ZoneRecord {
  count += 1;
  return { id: `r${count}`, zoneId: ZONE, name, type, content, ttl: 1, proxied: false, ...more };
}

function meet(
  records: PlannedRecord[],
  standing: ZoneRecord[],
  state: Parameters<typeof planAdoptions>[3] = [],
) {
  const ips: Record<string, string> = { tx1: "192.0.2.1" };
  const { adoptions, findings } = planAdoptions(
    "acme",
    records,
    standing,
    state,
    (key) => state.some(({ logicalName }) => logicalName === `acme-${key}`),
    (key) => ips[key],
  );
  return {
    adopted: [...adoptions].map(
      ([key, { id, equal }]) => `${key} ${id} ${equal ? "equal" : "merged"}`,
    ),
    refused: findings.map(({ path, message, fix }) => `${path}: ${message} → ${fix}`),
  };
}

const SPF = plannedRecord("spf", "acme.example", txt("v=spf1 ip4:", { address: "tx1" }, " -all"), {
  before: ["v=spf1 include:a.example ~all"],
});

describe("a record that is to be created", () => {
  test("meets nothing, or what does not matter", () => {
    const others = [
      zoneRecord("acme.example", "TXT", "google-site-verification=x"),
      zoneRecord("acme.example", "MX", "mx.a.example", { preference: 1 }),
      zoneRecord("acme.example", "A", "192.0.2.9"),
      zoneRecord("acme.example", "TXT", "v=spf1 -all", { zoneId: "another" }),
    ];
    expect(meet([SPF], others)).toEqual({ adopted: [], refused: [] });
  });

  test("takes over what is equal, or described, however it is spelt", () => {
    const equal = zoneRecord("acme.example", "TXT", '"v=spf1 ip4:192.0.2.1 " "-all"');
    expect(meet([SPF], [equal]).adopted).toEqual([`spf ${equal.id} equal`]);
    const described = zoneRecord("acme.example", "TXT", "v=spf1  include:a.example  ~all ");
    expect(meet([SPF], [described]).adopted).toEqual([`spf ${described.id} merged`]);
    const mx = plannedRecord("mx", "b.acme.example", {
      type: "MX",
      preference: 10,
      exchange: "mx.a.example",
    });
    const same = zoneRecord("b.acme.example", "MX", "MX.a.example.", { preference: 10 });
    expect(meet([mx], [same]).adopted).toEqual([`mx ${same.id} equal`]);
    const key = plannedRecord(
      "key",
      "s._domainkey.acme.example",
      txt("v=DKIM1; k=rsa; h=sha256; p=AAAA"),
    );
    const bare = zoneRecord("s._domainkey.acme.example", "TXT", "k=rsa; v=DKIM1; p=AA AA");
    expect(meet([key], [bare]).adopted).toEqual([]);
    const plain = zoneRecord("s._domainkey.acme.example", "TXT", "v=DKIM1; p=AAAA");
    expect(meet([key], [plain]).adopted).toEqual([`key ${plain.id} equal`]);
  });

  test("takes over a consent to reports with a semicolon at its end or without", () => {
    const name = "acme.example._report._dmarc.operator.example";
    const consent = plannedRecord("consent", name, txt("v=DMARC1;"));
    for (const content of ["v=DMARC1", '"v=DMARC1;"', "v=DMARC1 ;"]) {
      const standing = zoneRecord(name, "TXT", content);
      expect(meet([consent], [standing]).adopted).toEqual([`consent ${standing.id} equal`]);
    }
  });

  test("takes over nothing that Cloudflare's proxy serves", () => {
    const proxied = zoneRecord("c.acme.example", "CNAME", "b.example", { proxied: true });
    const alias = plannedRecord("cname", "c.acme.example", { type: "CNAME", target: "b.example" });
    expect(meet([alias], [proxied]).refused.join()).toContain("DNS only");
    expect(meet([alias], [{ ...proxied, proxied: false }]).adopted).toEqual([
      `cname ${proxied.id} equal`,
    ]);
  });

  test("is refused beside what is not described, with what to do", () => {
    const foreign = zoneRecord("acme.example", "TXT", "v=spf1 include:b.example ~all");
    expect(meet([SPF], [foreign]).refused).toEqual([
      "p.spf: at acme.example stands what is not ours, and its TXT record cannot stand beside it: TXT v=spf1 include:b.example ~all → npx sendips zone acme --write records it in sendips:tenant.existing, and the plan merges with it",
    ]);
    const two = [foreign, zoneRecord("acme.example", "TXT", "v=spf1 include:a.example ~all")];
    expect(meet([SPF], two).refused.join()).toContain("leave one SPF record at the name");
    const alias = zoneRecord("acme.example", "CNAME", "a.example");
    expect(meet([SPF], [alias]).refused.join()).toContain(
      "TXT record cannot stand beside it: CNAME a.example.",
    );
    const cname = plannedRecord("cname", "c.acme.example", { type: "CNAME", target: "b.example" });
    expect(meet([cname], [zoneRecord("c.acme.example", "TXT", "x")]).refused).toHaveLength(1);
    const host = plannedRecord("a", "h.acme.example", { type: "A", address: "192.0.2.5" });
    expect(
      meet([host], [zoneRecord("h.acme.example", "AAAA", "2001:db8::1")]).refused,
    ).toHaveLength(1);
  });

  test("that moves from another name is refused beside what stands there, equal or not", () => {
    const host = plannedRecord("tx1-a", "new.acme.example", {
      type: "A",
      address: { address: "tx1" },
    });
    const at = (name: string) => [
      {
        ...{ logicalName: "acme-tx1-a", key: "tx1-a", zoneId: ZONE },
        ...{ name, type: "A", content: "192.0.2.1" },
      },
    ];
    const stays = zoneRecord("old.acme.example", "A", "192.0.2.1");
    const name = (key: string) => `acme-${key}`;
    expect(missingRecords([host], at("new.acme.example"), name)).toEqual([]);
    expect(missingRecords([host], at("old.acme.example"), name)).toEqual([host]);
    for (const content of ["192.0.2.1", "192.0.2.9"]) {
      const met = meet(
        [host],
        [zoneRecord("new.acme.example", "A", content), stays],
        at("old.acme.example"),
      );
      expect([met.adopted, met.refused.length]).toEqual([[], 1]);
      expect(met.refused.join()).toContain("leave the record at the name where it is deployed");
    }
    expect(meet([host], [], at("old.acme.example"))).toEqual({ adopted: [], refused: [] });
    // Nothing at the old name, and what is wanted at the new one: a run that was cut short has moved it.
    const moved = zoneRecord("new.acme.example", "A", "192.0.2.1");
    expect(meet([host], [moved], at("old.acme.example"))).toEqual({ adopted: [], refused: [] });
    const foreign = zoneRecord("new.acme.example", "A", "192.0.2.9");
    expect(meet([host], [foreign], at("old.acme.example")).refused).toHaveLength(1);
  });

  test("is no stranger to what the state holds, nor to a name whose address is not there", () => {
    const mx = (key: string, exchange: string) =>
      plannedRecord(key, "b.acme.example", { type: "MX", preference: 10, exchange });
    const ours = zoneRecord("b.acme.example", "MX", "tx1.acme.example", { preference: 10 });
    const state = [
      {
        logicalName: "acme-mx1",
        zoneId: ZONE,
        name: "b.acme.example",
        type: "MX",
        content: "tx1.acme.example",
      },
    ];
    expect(meet([mx("mx2", "tx2.acme.example")], [ours], state)).toEqual({
      adopted: [],
      refused: [],
    });
    expect(meet([mx("mx2", "tx2.acme.example")], [ours]).refused).toHaveLength(1);
    const named = plannedRecord(
      "ip",
      "",
      { type: "A", address: "127.0.0.2" },
      {
        name: { address: "new", below: "_spf.acme.example" },
      },
    );
    expect(meet([named], [zoneRecord("_spf.acme.example", "A", "192.0.2.1")])).toEqual({
      adopted: [],
      refused: [],
    });
    const all = [mx("mx1", "a.example"), mx("mx2", "b.example")];
    expect(missingRecords(all, state, (key) => `acme-${key}`).map(({ key }) => key)).toEqual([
      "mx2",
    ]);
  });
});

describe("what stays at a name", () => {
  const adoption = (standing: ZoneRecord) => ({ id: standing.id, standing, equal: true });

  test("is what the plan says, what is remembered, or what was taken over as it stood; never what is ours", () => {
    const host = plannedRecord("tx1-a", "tx1.acme.example", {
      type: "A",
      address: { address: "tx1" },
    });
    const records = [
      { ...SPF, leaves: "v=spf1 include:a.example ~all" },
      plannedRecord("dmarc", "_dmarc.acme.example", txt("v=DMARC1; p=none")),
      plannedRecord(
        "alias",
        "c.acme.example",
        { type: "CNAME", target: "d.example" },
        { permanent: true },
      ),
      plannedRecord("own", "b.acme.example", txt("v=spf1 ip4:", { address: "tx1" }, " -all")),
      plannedRecord("mx", "b.acme.example", {
        type: "MX",
        preference: 10,
        exchange: "tx1.acme.example",
      }),
      plannedRecord("helo", "tx1.acme.example", txt("v=spf1 a -all")),
      plannedRecord("key", "s._domainkey.acme.example", txt("v=DKIM1; p=AAAA")),
      host,
    ];
    const adoptions = new Map(
      ["alias", "own", "mx", "helo", "key"].map((key) => [
        key,
        adoption(zoneRecord("x", "TXT", `of ${key}`)),
      ]),
    );
    const remembered = [
      {
        key: "dmarc",
        name: "_dmarc.acme.example",
        type: "TXT",
        value: "",
        leaves: "v=DMARC1; p=reject",
      },
    ];
    expect([...leavesOf(records, adoptions, remembered, true)]).toEqual([
      ["spf", "v=spf1 include:a.example ~all"],
      ["dmarc", "v=DMARC1; p=reject"],
      ["alias", ""],
      ["key", "of key"],
    ]);
    expect(leavesOf(records, adoptions, remembered, false).size).toBe(0);
  });

  test("is remembered until the record has gone", () => {
    const left = { key: "spf", name: "acme.example", type: "TXT", value: "", leaves: "x" };
    const state = [{ logicalName: "acme-spf", zoneId: ZONE, name: "acme.example", type: "TXT" }];
    const name = (key: string) => `acme-${key}`;
    expect(remainingLeaves([], [left], state, name)).toEqual([left]);
    expect(remainingLeaves([SPF], [left], state, name)).toEqual([]);
    expect(remainingLeaves([], [left], [], name)).toEqual([]);
  });
});

describe("what is said to stand", () => {
  test("names no address of ours", () => {
    const { stack } = readConfig({
      stack: "acme",
      values: {
        zones: { "acme.example": "external" },
        tenant: {
          domain: "acme.example",
          existing: {
            names: { "tx.acme.example": { TXT: ['"v=spf1 ip4:192.0.2.1 " "mx -all"'] } },
          },
        },
      },
    }) as { stack: { tenant: TenantConfig } };
    const at = (publicIp: string) =>
      checkOwnAddresses(stack.tenant, [{ key: "tx1", publicIp }]).map(
        ({ path, fix }) => `${path}: ${fix}`,
      );
    expect(at("192.0.2.1")).toEqual([
      'sendips:tenant.existing.names["tx.acme.example"].TXT: take ip4:192.0.2.1 out: the plan adds it itself',
    ]);
    expect(at("192.0.2.2")).toEqual([]);
  });
});
