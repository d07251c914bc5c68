/** `--online`: what SPF includes hold, asked from a name server over the wire. */
import { expect, onTestFinished, test } from "vitest";
import { cloudflareZones, SANDBOX_CREDENTIALS } from "../../sandbox/project.ts";
import { type Sandbox, startSandbox } from "../../sandbox/server.ts";
import { type Workplace, workplace } from "./support.ts";

const SPF = ["sendips:tenant", "spf"];

/** A name server that holds TXT records of operator.example, and a project that asks it. */
async function serveTxt(records: Record<string, string[]>): Promise<Workplace> {
  const zones = await cloudflareZones();
  const sandbox: Sandbox = await startSandbox({ zones, delays: { dnsPropagation: 0 } });
  onTestFinished(() => sandbox.close());
  const zone = zones.find(({ name }) => name === "operator.example")?.id;
  for (const [name, values] of Object.entries(records)) {
    for (const content of values) {
      const reply = await fetch(`${sandbox.cloudflareUrl}/zones/${zone}/dns_records`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${SANDBOX_CREDENTIALS.CLOUDFLARE_API_TOKEN}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ type: "TXT", name, content, ttl: 60 }),
      });
      expect(reply.status, await reply.text()).toBe(200);
    }
  }
  return workplace({ endpoints: sandbox });
}

async function problems(made: Workplace, ...args: string[]) {
  const said = await made.sendips("plan", "acme", "--offline", "--json", ...args);
  const all: { level: string; path: string; message: string; fix: string }[] = JSON.parse(
    said.stdout,
  ).problems;
  return { code: said.code, spf: all.filter(({ path }) => /spf/i.test(path)) };
}

test("follows includes and redirects, so that the plan counts all of their look-ups", async () => {
  const a = "v=spf1 include:_b.operator.example redirect=_c.operator.example";
  const hosts = Array.from({ length: 9 }, (_, index) => `a:h${index}.operator.example`);
  const made = await serveTxt({
    "_a.operator.example": [a],
    "_b.operator.example": [`v=spf1 ${hosts.join(" ")} -all`],
    "_c.operator.example": ["some other text", "v=spf1 ip4:198.51.100.0/24 -all"],
  });
  made.edit("acme", [...SPF, "include"], ["_a.operator.example"]);
  const offline = await problems(made);
  expect(offline.code).toBe(0);
  expect(offline.spf.map(({ message }) => message).join("\n")).toContain("not known");

  // 1 for _a, 1 for _b, 9 for its hosts, 1 for _c: 12 of 10.
  const online = await problems(made, "--online");
  expect(online.code).toBe(1);
  const text = online.spf.map(({ message }) => message).join("\n");
  expect(text).toContain("12 of 10");
  expect(text).not.toContain("not known");
  expect((await made.sendips("lint", "acme", "--online")).stdout).toContain("12 of 10");
});

test("an include without SPF, or with two records, is an error that names it", async () => {
  const made = await serveTxt({
    "_a.operator.example": ["v=spf1 include:_none.operator.example -all"],
    "_two.operator.example": ["v=spf1 -all", "v=spf1 ~all"],
  });
  made.edit("acme", [...SPF, "include"], ["_a.operator.example", "_two.operator.example"]);
  const { code, spf } = await problems(made, "--online");
  expect(code).toBe(1);
  const lines = spf.map(({ level, path, message }) => `${level} ${path}: ${message}`);
  expect(lines).toContain(
    "error sendips:tenant.spf.include[0]: _none.operator.example, which _a.operator.example includes, has no SPF record: receivers give permerror for every mail that gets so far",
  );
  expect(lines).toContain(
    "error sendips:tenant.spf.include[1]: _two.operator.example has 2 SPF records: receivers give permerror",
  );
});

test("a server that does not answer, or refuses, says nothing about the record", async () => {
  const made = await serveTxt({});
  made.edit("acme", [...SPF, "include"], ["_spf.elsewhere.test"]);
  made.edit("acme", ["sendips:spfSnapshot"], {});
  for (const [servers, reason] of [
    [undefined, "EREFUSED"],
    [["127.0.0.1:9"], "ECONNREFUSED"],
  ]) {
    if (servers !== undefined) made.edit("acme", ["sendips:dns"], { servers });
    const { code, spf } = await problems(made, "--online");
    expect(code).toBe(0);
    const text = spf.map(({ level, message }) => `${level}: ${message}`).join("\n");
    expect(text).toContain(
      `warning: _spf.elsewhere.test could not be asked for (${reason}): this says nothing`,
    );
    expect(text).not.toContain("has no SPF record");
  }
});

test("a snapshot that DNS has overtaken is said, and stands while DNS cannot be asked", async () => {
  const made = await serveTxt({ "_a.operator.example": ["v=spf1 ip4:198.51.100.0/24 -all"] });
  made.edit("acme", [...SPF, "include"], ["_a.operator.example"]);
  made.edit("acme", ["sendips:spfSnapshot"], { "_a.operator.example": "v=spf1 -all" });
  const { spf } = await problems(made, "--online");
  expect(spf).toContainEqual(
    expect.objectContaining({
      level: "warning",
      path: 'sendips:spfSnapshot["_a.operator.example"]',
      fix: "now: v=spf1 ip4:198.51.100.0/24 -all",
    }),
  );
  made.edit("acme", ["sendips:dns"], { servers: ["127.0.0.1:9"] });
  const text = (await problems(made, "--online")).spf.map(({ message }) => message).join("\n");
  expect(text).toContain("could not be asked for");
  expect(text).not.toContain("not known");
});

test("an include that grew says what it costs now and then, and what the whole record comes to", async () => {
  const hosts = (count: number) =>
    `v=spf1 ${Array.from({ length: count }, (_, at) => `a:h${at}.operator.example`).join(" ")} -all`;
  const made = await serveTxt({
    "_a.operator.example": ["v=spf1 include:_b.operator.example -all"],
    "_b.operator.example": [hosts(3)],
    "_c.operator.example": [hosts(2)],
  });
  made.edit("acme", [...SPF, "include"], ["_a.operator.example"]);
  made.edit("acme", ["sendips:spfSnapshot"], {
    "_a.operator.example": "v=spf1 include:_b.operator.example -all",
    "_b.operator.example": hosts(1),
  });
  const changes = async () =>
    (await problems(made, "--online")).spf.filter(({ path }) => path.includes("spfSnapshot["));
  const grown = await changes();
  expect(grown).toEqual([
    expect.objectContaining({
      level: "warning",
      path: 'sendips:spfSnapshot["_b.operator.example"]',
      message:
        "is not what DNS says now, so the plan without --online counts wrongly: 4 look-ups now, 2 in the snapshot",
      fix: `now: ${hosts(3)}`,
    }),
  ]);

  // 5 of _a, 3 of _c, and mx of the record that stands: 9.
  made.edit("acme", [...SPF, "include"], ["_a.operator.example", "_c.operator.example"]);
  made.edit("acme", [...SPF, "existing"], "v=spf1 mx ~all");
  const near = await changes();
  expect(near.map(({ message }) => message)).toEqual([
    "is not what DNS says now, so the plan without --online counts wrongly: 4 look-ups now, 2 in the snapshot; the whole record of acme.example comes to 9 of 10",
  ]);
});

test("a record that changed costs what it did where only addresses changed", async () => {
  const made = await serveTxt({ "_a.operator.example": ["v=spf1 ip4:198.51.100.0/24 -all"] });
  made.edit("acme", [...SPF, "include"], ["_a.operator.example"]);
  made.edit("acme", ["sendips:spfSnapshot"], { "_a.operator.example": "v=spf1 -all" });
  const { spf } = await problems(made, "--online");
  expect(spf.find(({ path }) => path.includes("spfSnapshot["))?.message).toMatch(
    /: 1 look-up, as in the snapshot$/,
  );
});

test("an include with macros is neither asked for nor to be asked for", async () => {
  const made = await serveTxt({});
  made.edit("acme", [...SPF, "include"], []);
  made.edit(
    "acme",
    [...SPF, "existing"],
    "v=spf1 include:%{i}._ip.%{d}._spf.operator.example ~all",
  );
  const { spf } = await problems(made, "--online");
  const said = spf.filter(({ message }) => message.includes("macros"));
  expect(said).toHaveLength(1);
  expect(said[0]?.fix).not.toMatch(/--online|spfSnapshot/);
});

test.each([
  ["that the config names", "include"],
  ["of a record that stands, which the plan then leaves to its owner", "existing"],
])(
  "an include %s and that has grown past ten look-ups ends lint and plan with status 1",
  async (_, how) => {
    const hosts = (count: number) =>
      `v=spf1 ${Array.from({ length: count }, (_, at) => `a:h${at}.operator.example`).join(" ")} -all`;
    const made = await serveTxt({ "_a.operator.example": [hosts(11)] });
    made.edit("acme", ["sendips:tenant", "spf"], undefined);
    if (how === "include")
      made.edit("acme", [...SPF], { include: ["_a.operator.example"], all: "fail" });
    else {
      made.edit("acme", ["sendips:tenant", "existing"], {
        names: { "acme.example": { TXT: ["v=spf1 include:_a.operator.example ~all"] } },
      });
      made.edit("acme", ["sendips:tenant", "streams", "transactional"], {
        ...{ from: "acme.example", returnPath: "bounce.acme.example", addresses: ["tx1"] },
      });
    }
    made.edit("acme", ["sendips:spfSnapshot"], { "_a.operator.example": hosts(2) });
    const codes = async (...args: string[]) => [
      (await made.sendips("lint", "acme", ...args)).code,
      (await made.sendips("plan", "acme", "--offline", ...args)).code,
    ];
    expect(await codes()).toEqual([0, 0]);
    expect(await codes("--online")).toEqual([1, 1]);
    const { spf } = await problems(made, "--online");
    expect(spf.find(({ path }) => path.includes("spfSnapshot["))).toMatchObject({
      level: "error",
      message:
        "is not what DNS says now, so the plan without --online counts wrongly: 12 look-ups now, 3 in the snapshot; the whole record of acme.example comes to 12 of 10",
    });
  },
);
