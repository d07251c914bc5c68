/**
 * A zone of ours in which others' records stand: before an `up`, after it and after a `destroy` they stand as
 * they stood, or as their owner described them with us among them.
 */
import { describe, expect, test } from "vitest";
import { makeExampleKey } from "../../sandbox/example-keys.ts";
import { release, type World, world } from "./harness.ts";

const TENANT = ["sendips:tenant"];
const ZONE = "0c1d2e3f405162738495a6b7c8d9eaf0";
const GOOGLE = "v=spf1 include:_spf.google.com include:mail.zendesk.com -all";
const DMARC = "v=DMARC1; p=reject; rua=mailto:reports@acme.example";

interface Stands {
  id: string;
  name: string;
  type: string;
  content: string;
}

async function api<T>(made: World, path: string, init: RequestInit = {}): Promise<T> {
  const headers = { authorization: "Bearer stranger", "content-type": "application/json" };
  const url = `${made.sandbox.cloudflareUrl}/zones/${ZONE}/dns_records${path}`;
  const reply = await fetch(url, { ...init, headers });
  const body = (await reply.json()) as { success: boolean; result: T };
  if (!body.success) throw new Error(JSON.stringify(body));
  return body.result;
}

/** A record that somebody else has made, as dashboards make them: without quotes, TTL automatic. */
function foreign(made: World, type: string, name: string, content: string, priority?: number) {
  const body = JSON.stringify({
    type,
    name,
    content,
    ttl: 1,
    ...(priority === undefined ? {} : { priority }),
  });
  return api<Stands>(made, "", { method: "POST", body });
}

/** What stands at a name: id, type and value. */
async function standsAt(made: World, name: string): Promise<string[]> {
  const found = await api<Stands[]>(made, `?name=${name}&per_page=100`);
  return found
    .map(({ id, type, content }) => `${id} ${type} ${content.replaceAll('"', "")}`)
    .sort();
}

/** The operations on records, `import acme-spf-acme.example`. */
function onRecords({ operations }: { operations: { op: string; type: string; name: string }[] }) {
  return operations
    .filter(({ type }) => type.endsWith("DnsRecord"))
    .map(({ op, name }) => `${op} ${name}`);
}

async function begun(): Promise<World> {
  const made = await world();
  expect((await made.up("mx-1")).code).toBe(0);
  await made.init("acme");
  return made;
}

async function addressesOf(made: World): Promise<number> {
  const state = await fetch(`${made.sandbox.url}/_sandbox/state`).then((reply) => reply.json());
  return Object.keys((state as { aws?: { addresses?: object } }).aws?.addresses ?? {}).length;
}

async function released(made: World): Promise<void> {
  release(made, { tx1: true, mk1: true });
  const run = await made.up("acme");
  expect(run.code, run.output).toBe(0);
}

const DESTROY = ["destroy", "--stack", "acme", "--yes", "--run-program", "--skip-preview"];

describe("others' records in a zone of ours", () => {
  test("SPF and DMARC: refused unseen, merged in place once described, brought back", async () => {
    const made = await begun();
    const spf = await foreign(made, "TXT", "acme.example", GOOGLE);
    await foreign(made, "TXT", "acme.example", "google-site-verification=abc");
    const dmarc = await foreign(made, "TXT", "_dmarc.acme.example", DMARC);
    const before = [
      await standsAt(made, "acme.example"),
      await standsAt(made, "_dmarc.acme.example"),
    ];

    const refused = await made.up("acme");
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain(
      `at acme.example stands what is not ours, and its TXT record cannot stand beside it: TXT ${GOOGLE}`,
    );
    expect(refused.output).toContain("npx sendips zone acme --write records it");
    expect(refused.output).toContain("dmarc: keep leaves it to its owner");
    expect(refused.output).toContain("nothing was changed");
    expect(await addressesOf(made)).toBe(0);

    made.edit("acme", [...TENANT, "existing"], {
      names: { "acme.example": { TXT: [GOOGLE] }, "_dmarc.acme.example": { TXT: [DMARC] } },
    });
    made.edit("acme", [...TENANT, "spf"], { include: ["spf.news.example"] });
    made.edit("acme", [...TENANT, "dmarc"], { reports: ["mailto:dmarc@operator.example"] });
    const preview = await made.run("preview", "--stack", "acme");
    expect(preview.code, preview.output).toBe(0);
    expect(preview.output).not.toContain("do not match");
    expect([
      await standsAt(made, "acme.example"),
      await standsAt(made, "_dmarc.acme.example"),
    ]).toEqual(before);

    const run = await made.up("acme");
    expect(run.code, run.output).toBe(0);
    expect(onRecords(run)).toContain("import acme-spf-acme.example");
    const merged = await standsAt(made, "acme.example");
    expect(merged.filter((line) => line.includes("spf1"))).toEqual([
      `${spf.id} TXT v=spf1 include:_spf.google.com include:mail.zendesk.com include:spf.news.example -all`,
    ]);
    expect(merged).toHaveLength(2);
    expect(await standsAt(made, "_dmarc.acme.example")).toEqual([
      `${dmarc.id} TXT v=DMARC1; p=reject; rua=mailto:reports@acme.example,mailto:dmarc@operator.example`,
    ]);
    const second = await made.up("acme");
    expect([second.code, onRecords(second)]).toEqual([0, []]);
    // Looked at again, ours is not taken for theirs.
    const looked = await made.sendips("zone", "acme", "--write");
    expect(looked.code, looked.output).toBe(0);
    expect(looked.stdout).toContain(`stands  TXT ${GOOGLE}`);
    expect(looked.stdout).toContain(`stands  TXT ${DMARC}`);
    expect(looked.stdout).not.toMatch(/stands {2}.*(?:ip4:|mail\.acme\.example)/);
    const third = await made.up("acme");
    expect([third.code, onRecords(third)]).toEqual([0, []]);

    made.edit("acme", [...TENANT, "dmarc"], "keep");
    const kept = await made.up("acme");
    expect(kept.code, kept.output).toBe(0);
    expect(await standsAt(made, "_dmarc.acme.example")).toEqual(before[1]);

    await released(made);
    const gone = await made.run(...DESTROY);
    expect(gone.code, gone.output).toBe(0);
    // Whom the config named besides us still sends.
    expect(await standsAt(made, "acme.example")).toEqual(merged.map((line) => line));
    expect(await standsAt(made, "_dmarc.acme.example")).toEqual(before[1]);
  });

  test("MX, keys, aliases, hosts: refused each by its name, all at once, and left as they stand", async () => {
    const made = await begun();
    await makeExampleKey("acme", "s202611", made.options);
    made.edit("acme", [...TENANT, "mtaSts"], {
      "acme.example": { mx: ["*.l.google.com"], servedBy: "mta-sts.operator.example" },
    });
    made.edit("acme", [...TENANT, "tlsReports"], {
      "acme.example": { reports: ["mailto:tls@operator.example"] },
    });
    made.edit("acme", [...TENANT, "bimi"], {
      "acme.example": { logo: "https://www.acme.example/logo.svg" },
    });
    const standing = [
      await foreign(made, "MX", "bounce.tx.acme.example", "mx.others.example", 10),
      await foreign(made, "TXT", "s202611._domainkey.tx.acme.example", "v=DKIM1; k=rsa; p=AAAA"),
      await foreign(made, "CNAME", "s202611._domainkey.news.acme.example", "k1.others.example"),
      await foreign(made, "CNAME", "mta-sts.acme.example", "sts.others.example"),
      await foreign(made, "TXT", "_mta-sts.acme.example", "v=STSv1; id=1"),
      await foreign(made, "TXT", "_smtp._tls.acme.example", "v=TLSRPTv1; rua=mailto:a@b.example"),
      await foreign(
        made,
        "TXT",
        "default._bimi.acme.example",
        "v=BIMI1; l=https://b.example/l.svg",
      ),
      await foreign(made, "A", "tx1.mail.acme.example", "198.51.100.77"),
    ];
    const names = [...new Set(standing.map(({ name }) => name))];
    const all = () => Promise.all(names.map((name) => standsAt(made, name)));
    const before = await all();
    const run = await made.up("acme");
    expect(run.code).not.toBe(0);
    for (const name of names) expect(run.output).toContain(`at ${name} stands what is not ours`);
    expect(run.output).toContain(`${names.length} errors in the config of stack acme`);
    expect(await all()).toEqual(before);
    expect(await addressesOf(made)).toBe(0);
  });

  test("what stands as we would publish it is taken over, and stands when we are gone", async () => {
    const made = await begun();
    await makeExampleKey("acme", "s202611", made.options);
    made.edit("acme", [...TENANT, "mtaSts"], {
      "acme.example": { mx: ["*.l.google.com"], servedBy: "mta-sts.operator.example" },
    });
    made.edit("acme", [...TENANT, "streams", "transactional", "bounceMx"], ["mx.others.example"]);
    const plan = await made.sendips("plan", "acme", "--offline", "--json");
    const { records } = JSON.parse(plan.stdout) as { records: { name: string; value: string }[] };
    const key = records.find(({ name }) => name === "s202611._domainkey.tx.acme.example");
    await foreign(made, "MX", "bounce.tx.acme.example", "mx.others.example", 10);
    await foreign(made, "TXT", "s202611._domainkey.tx.acme.example", String(key?.value));
    await foreign(made, "CNAME", "mta-sts.acme.example", "mta-sts.operator.example");
    await foreign(made, "TXT", "acme.example", "v=spf1 include:_spf.google.com ~all");
    const names = [
      ...["bounce.tx.acme.example", "s202611._domainkey.tx.acme.example"],
      ...["mta-sts.acme.example", "acme.example"],
    ];
    const all = () => Promise.all(names.map((name) => standsAt(made, name)));
    const before = await all();
    const run = await made.up("acme");
    expect(run.code, run.output).toBe(0);
    expect(onRecords(run).filter((line) => line.startsWith("import"))).toHaveLength(4);
    const spf = before[3] ?? [];
    const withoutIps = (lists: string[][]) =>
      lists.map((list) => list.filter((line) => !line.includes("ip4:")));
    expect(withoutIps(await all())).toEqual(before);
    const refreshed = await made.run("refresh", "--stack", "acme", "--yes", "--skip-preview");
    expect(refreshed.code, refreshed.output).toBe(0);
    const again = await made.up("acme");
    expect([again.code, onRecords(again)]).toEqual([0, []]);

    // Let go by an edit, it stays too.
    made.edit("acme", [...TENANT, "spf"], undefined);
    const without_ = await made.up("acme");
    expect(without_.code, without_.output).toBe(0);
    expect(await standsAt(made, "acme.example")).toEqual(spf);

    await released(made);
    const gone = await made.run(...DESTROY);
    expect(gone.code, gone.output).toBe(0);
    expect(withoutIps(await all())).toEqual(before);
    const remainingRecords = await api<Stands[]>(made, "?per_page=1000");
    const ours = remainingRecords.filter(({ name }) => !names.includes(name));
    // Nothing else of ours but the policy that everybody's mail lives under.
    expect(ours.map(({ name }) => name)).toEqual(["_dmarc.acme.example"]);
  });

  test("what somebody changed meanwhile is theirs, and everything goes where that is asked for", async () => {
    const made = await begun();
    const spf = await foreign(made, "TXT", "acme.example", GOOGLE);
    made.edit("acme", [...TENANT, "existing"], { names: { "acme.example": { TXT: [GOOGLE] } } });
    made.edit("acme", [...TENANT, "spf"], { all: "fail" });
    made.edit("acme", [...TENANT, "streams", "transactional", "from"], "acme.example");
    expect((await made.up("acme")).code).toBe(0);
    expect((await standsAt(made, "acme.example")).join()).toMatch(
      /^\w+ TXT v=spf1 ip4:[\d.]+ include:_spf\.google\.com include:mail\.zendesk\.com -all$/,
    );
    // The addresses leave it with their release.
    await released(made);
    expect((await standsAt(made, "acme.example")).join()).toMatch(
      /^\w+ TXT v=spf1 include:_spf\.google\.com include:mail\.zendesk\.com -all$/,
    );
    const theirs = "v=spf1 include:_spf.google.com include:new.example ~all";
    await api(made, `/${spf.id}`, {
      method: "PATCH",
      body: JSON.stringify({ type: "TXT", content: `"${theirs}"` }),
    });
    made.edit("acme", [...TENANT, "existing", "whenGone"], "remove");
    expect((await made.up("acme")).code).toBe(0);
    // The engine's own record of it says otherwise, and a plain deployment changes nothing.
    expect(await standsAt(made, "acme.example")).toEqual([`${spf.id} TXT ${theirs}`]);
    const gone = await made.run(...DESTROY);
    expect(gone.code, gone.output).toBe(0);
    const remainingRecords = await api<Stands[]>(made, "?per_page=1000");
    expect(remainingRecords.map(({ name }) => name)).toEqual([]);
  });

  test("a delegation takes the place of the records themselves, and gives their names back", async () => {
    const made = await begun();
    await makeExampleKey("acme", "s202611", made.options);
    expect((await made.up("acme")).code).toBe(0);
    const before = await standsAt(made, "_dmarc.acme.example");
    made.edit("acme", [...TENANT, "delegate"], { zone: "d.operator.example", dmarc: true });
    const moved = await made.up("acme");
    expect(moved.code, moved.output).toBe(0);
    const kinds = async (name: string) =>
      (await standsAt(made, name)).map((line) => line.split(" ").slice(1).join(" ")).sort();
    expect(await kinds("bounce.tx.acme.example")).toEqual([
      "CNAME bounce.tx.acme.example.d.operator.example",
    ]);
    expect(await kinds("_dmarc.acme.example")).toEqual([
      "CNAME _dmarc.acme.example.d.operator.example",
    ]);
    expect(await kinds("tx.acme.example")).toEqual([
      "TXT v=spf1 include:_spf.tx.acme.example.d.operator.example -all",
    ]);
    const again = await made.up("acme");
    expect([again.code, onRecords(again)]).toEqual([0, []]);

    made.edit("acme", [...TENANT, "delegate"], undefined);
    const back = await made.up("acme");
    expect(back.code, back.output).toBe(0);
    expect(await kinds("_dmarc.acme.example")).toEqual(
      before.map((line) => line.split(" ").slice(1).join(" ")),
    );
    expect((await kinds("bounce.tx.acme.example")).join()).toMatch(/MX .*,TXT v=spf1 ip4:/);
  });
});

test("a tenant of parked domains alone needs no address, no mail host and no account", async () => {
  const made = await world();
  made.edit("acme", ["aws:region"], undefined);
  made.edit("acme", TENANT, {
    domain: "acme.example",
    neverMails: ["acme.example"],
    dmarc: { policy: "reject" },
    revokedKeys: true,
  });
  await fetch(`${made.sandbox.url}/_sandbox/calls`, { method: "DELETE" });
  const run = await made.up("acme");
  expect(run.code, run.output).toBe(0);
  const remainingRecords = async () =>
    (await api<Stands[]>(made, "?per_page=100")).map(
      ({ name, type, content }) => `${name} ${type} ${content.replaceAll('"', "")}`,
    );
  expect((await remainingRecords()).sort()).toEqual([
    "*._domainkey.acme.example TXT v=DKIM1; p=",
    "_dmarc.acme.example TXT v=DMARC1; p=reject; rua=mailto:dmarc@operator.example",
    "acme.example MX .",
    "acme.example TXT v=spf1 -all",
  ]);
  expect((await made.up("acme")).operations).toEqual([]);
  const calls = await (await fetch(`${made.sandbox.url}/_sandbox/calls`)).text();
  expect(calls).not.toContain('"ec2"');
  const gone = await made.run(...DESTROY);
  expect(gone.code, gone.output).toBe(0);
  expect(await remainingRecords()).toEqual([]);
});
