/** `sendips zone`: names read from Cloudflare's API and over DNS, shown, and recorded in the stack file. */
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { cloudflareZones, SANDBOX_CREDENTIALS } from "../../sandbox/project.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { type Workplace, workplace } from "./support.ts";

const TENANT = ["sendips:tenant"];
const SPF = "v=spf1 include:_spf.google.com include:mail.zendesk.com ~all";
const LONG = `v=spf1 ${Array.from({ length: 14 }, (_, at) => `ip4:35.190.247.${at}/32`).join(" ")} ~all`;
const DMARC = "v=DMARC1; p=reject; rua=mailto:reports@acme.example";

interface Record {
  type: string;
  name: string;
  content: string;
  priority?: number;
}

/** A project whose zones stand in a sandbox, with records of others in them. */
async function alive(records: Record[], zones?: object): Promise<Workplace> {
  const own = await cloudflareZones();
  const sandbox = await startSandbox({ zones: own, delays: { dnsPropagation: 0 } });
  onTestFinished(() => sandbox.close());
  for (const record of records) {
    const zone = own.find(({ name }) => record.name.endsWith(name))?.id;
    const reply = await fetch(`${sandbox.cloudflareUrl}/zones/${zone}/dns_records`, {
      method: "POST",
      headers: { authorization: "Bearer stranger", "content-type": "application/json" },
      body: JSON.stringify({ ttl: 60, ...record }),
    });
    expect(reply.status, await reply.text()).toBe(200);
  }
  const made = await workplace({ endpoints: sandbox });
  Object.assign(made.env, { CLOUDFLARE_API_TOKEN: SANDBOX_CREDENTIALS.CLOUDFLARE_API_TOKEN });
  if (zones !== undefined) made.project(["sendips:zones", "value"], zones);
  return made;
}

const STANDING: Record[] = [
  { type: "TXT", name: "acme.example", content: SPF },
  { type: "TXT", name: "acme.example", content: "google-site-verification=abc" },
  { type: "MX", name: "acme.example", content: "smtp.google.com", priority: 1 },
  { type: "TXT", name: "_dmarc.acme.example", content: DMARC },
  { type: "TXT", name: "news.acme.example", content: LONG },
  { type: "A", name: "*.acme.example", content: "203.0.113.80" },
];

const EXTERNAL = {
  "acme.example": "external",
  "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
};

test.each([
  ["Cloudflare's API, where the zone is ours", undefined],
  ["DNS, where it is the customer's", EXTERNAL],
])("reads %s; writes what keeps it, and the plan keeps it", async (_, zones) => {
  const made = await alive(STANDING, zones);
  if (zones !== undefined) made.edit("acme", [...TENANT, "hostNames"], "mail.operator.example");
  const shown = await made.sendips("zone", "acme", "--offline");
  expect(shown.stdout).toContain(`    stands  TXT ${SPF}`);
  expect(shown.stdout).toContain("    stands  MX 1 smtp.google.com");
  expect(shown.stdout).toContain(`    stands  TXT ${DMARC}`);
  expect(shown.stdout).toContain("    wanted  TXT v=spf1 include:_spf.google.com ~all");
  expect(shown.stderr).toContain("--write records this");
  expect(made.value("acme", [...TENANT, "existing"])).toBeUndefined();

  const before = made.text("acme");
  const written = await made.sendips("zone", "acme", "--offline", "--write");
  expect(written.code, written.stderr).toBe(0);
  const existing = made.value("acme", [...TENANT, "existing"]) as {
    seen: string;
    names: { [name: string]: object };
  };
  expect(existing.seen).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(existing.names["acme.example"]).toEqual({
    TXT: ["google-site-verification=abc", SPF],
    MX: ["1 smtp.google.com"],
  });
  expect(existing.names["_dmarc.acme.example"]).toEqual({ TXT: [DMARC] });
  expect(existing.names["news.acme.example"]).toEqual({ TXT: [LONG] });
  expect(existing.names["*.acme.example"]).toEqual({ A: ["203.0.113.80"] });
  expect(existing.names["bounce.tx.acme.example"]).toEqual(
    zones === undefined ? {} : expect.anything(),
  );
  // Comments and what else stood in the file stay.
  for (const line of before.split("\n").filter((one) => one.includes("#"))) {
    expect(made.text("acme")).toContain(line);
  }
  expect(Object.keys(parse(made.text("acme")).config)).toEqual(Object.keys(parse(before).config));

  const plan = await made.sendips("plan", "acme", "--offline", "--json");
  const { records, problems } = JSON.parse(plan.stdout) as {
    records: { name: string; type: string; value: unknown }[];
    problems: { message: string }[];
  };
  const at = (name: string) =>
    records.filter((record) => record.name === name && record.type === "TXT");
  expect(at("acme.example").map(({ value }) => value)).toEqual([SPF]);
  expect(at("_dmarc.acme.example").map(({ value }) => value)).toEqual([
    `${DMARC},mailto:dmarc@operator.example`,
  ]);
  expect(JSON.stringify(at("news.acme.example"))).toContain("ip4:35.190.247.13/32 ~all");
  expect(problems.map(({ message }) => message).join("\n")).toContain(
    "*.acme.example (A) answers for",
  );
  expect(problems.map(({ message }) => message).join("\n")).not.toContain("nothing is known");
  // Again, it finds the same, and plan --online has nothing to add.
  const again = await made.sendips("zone", "acme", "--offline", "--write");
  expect(again.code, again.stderr).toBe(0);
  expect(made.value("acme", [...TENANT, "existing", "names"])).toEqual(existing.names);
  const online = await made.sendips("plan", "acme", "--offline", "--online", "--json");
  expect(online.stdout).not.toContain("publishes what the config");
});

test("--online and lint say what the config does not know", async () => {
  const made = await alive(STANDING, EXTERNAL);
  made.edit("acme", [...TENANT, "hostNames"], "mail.operator.example");
  const lint = await made.sendips("lint", "acme");
  expect(lint.stdout).toContain("nothing is known of what acme.example publishes today");
  const online = await made.sendips("plan", "acme", "--offline", "--online", "--json");
  expect(online.stdout).toContain(
    `acme.example publishes what the config knows nothing of: TXT ${SPF}; MX 1 smtp.google.com.`,
  );
  made.edit("acme", [...TENANT, "existing"], {
    seen: "2020-01-01",
    names: {
      "acme.example": { TXT: ["v=spf1 include:old.example ~all"], MX: ["1 smtp.google.com"] },
      "_dmarc.acme.example": { TXT: [DMARC] },
      "news.acme.example": { TXT: [LONG] },
      "tx.acme.example": {},
    },
  });
  expect((await made.sendips("lint", "acme")).stdout).toMatch(
    /was looked at \d+ days ago, on 2020-01-01/,
  );
  const changed = await made.sendips("lint", "acme", "--online");
  expect(changed.stdout).toContain(
    `acme.example publishes what the config does not say of it: TXT ${SPF}; no more TXT v=spf1 include:old.example ~all`,
  );
});

test("an alias at _dmarc is kept, and what cannot be read is said and left as it was", async () => {
  const made = await alive(
    [{ type: "CNAME", name: "_dmarc.acme.example", content: "acme.dmarc.example.net" }],
    undefined,
  );
  const written = await made.sendips("zone", "acme", "--offline", "--write");
  expect(written.code, written.stderr).toBe(0);
  expect(made.value("acme", [...TENANT, "dmarc"])).toBe("keep");
  const plan = await made.sendips("plan", "acme", "--offline", "--json");
  expect(plan.stdout).not.toContain('"_dmarc.acme.example"');

  const away = await workplace();
  const unread = await away.sendips("zone", "acme", "--offline", "--write");
  expect(unread.code).toBe(1);
  expect(unread.stderr).toContain("nothing could be read, so nothing was written");
  expect(away.value("acme", [...TENANT, "existing"])).toBeUndefined();
});

test("nothing is written where ours cannot be told from others'", async () => {
  const made = await alive(STANDING);
  made.replacePulumi("echo 'error: no credentials' >&2; exit 1");
  const written = await made.sendips("zone", "acme", "--write");
  expect(written.code).toBe(1);
  expect(written.stderr).toContain("nothing was written: ours cannot be told from others' records");
  expect(made.value("acme", [...TENANT, "existing"])).toBeUndefined();
});

test("wrong usage is said", async () => {
  const made = await workplace();
  expect((await made.sendips("zone")).code).toBe(2);
  const host = await made.sendips("zone", "mx-1");
  expect([host.code, host.stderr]).toEqual([
    1,
    expect.stringContaining("only tenants publish records"),
  ]);
});
