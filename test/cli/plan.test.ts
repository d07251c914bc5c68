/** `sendips plan` and `sendips lint`: offline from files, with real addresses where there are any. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { deployedAddresses } from "../../cli/engine/deployed-addresses.ts";
import { REPOSITORY } from "../../sandbox/project.ts";
import { expectNoKey, pretendDeployed, run, type Workplace, workplace } from "./support.ts";

const TENANT = ["sendips:tenant"];

/** The example tenant under another name, with names and private IPs of its own. */
function secondTenant(made: Workplace, name: string): void {
  made.write(
    name,
    made
      .text("acme")
      .replaceAll("acme.example", `${name}.acme.example`)
      .replace("10.0.1.10", "10.0.1.12")
      .replace("10.0.1.11", "10.0.1.13"),
  );
}

describe("plan", () => {
  test("needs no CLI, no login and no passphrase, and shows addresses as references", async () => {
    const made = await workplace();
    for (const name of ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_BACKEND_URL"]) delete made.env[name];
    made.env["PULUMI_HOME"] = join(made.folder, "nowhere");
    made.env["PATH"] = join(made.folder, "nowhere");
    const said = await made.sendips("plan", "acme");
    expect(said.stdout).toContain("tx1.mail.acme.example. 3600 IN A {tx1}");
    expect(said.stdout).toContain('bounce.tx.acme.example. 3600 IN TXT "v=spf1 ip4:{tx1} -all"');
    expect(said.stderr).toBe(
      "addresses are shown as references: there is no Pulumi CLI on this machine yet\n",
    );
    expect(said.code).toBe(0);
  });

  test("says in one line why addresses are references: not deployed, no back end, no answer", async () => {
    const made = await workplace({ stacks: ["acme"] });
    const fresh = await made.sendips("plan", "acme");
    expect(fresh.stderr).toBe("addresses are shown as references: not deployed yet: acme\n");
    expect((await made.sendips("plan", "acme", "--offline")).stderr).toBe("");
    made.env["PULUMI_BACKEND_URL"] = "file:///nowhere/at/all";
    const gone = await made.sendips("plan", "acme", "mx-1");
    expect(gone.stderr).toMatch(/^addresses are shown as references: pulumi says: .+\n$/);
    expect(gone.code).toBe(0);
    made.replacePulumi("sleep 5");
    const hung = await deployedAddresses(["acme"], { ...made, timeLimit: 300 });
    expect(hung.reasons).toEqual(["the back end did not answer in time"]);
  });

  test("shows the addresses of a deployed stack, in every format", async () => {
    const made = await workplace({ stacks: ["acme"] });
    await pretendDeployed(made, "acme", { tx1: "192.0.2.7", mk1: "192.0.2.8" });
    const bind = await made.sendips("plan", "acme");
    expect([bind.code, bind.stderr]).toEqual([0, ""]);
    expect(bind.stdout).toContain("tx1.mail.acme.example. 3600 IN A 192.0.2.7");
    expect(bind.stdout).toContain("7.2.0.192.in-addr.arpa. IN PTR tx1.mail.acme.example.");
    for (const format of ["table", "markdown"]) {
      const said = await made.sendips("plan", "acme", "--format", format);
      expect(said.stdout).toContain("192.0.2.7");
      expect(said.stdout).not.toContain("{tx1}");
    }
    const json = JSON.parse((await made.sendips("plan", "acme", "--json")).stdout);
    expect(json.stack).toBe("acme");
    expect(JSON.stringify(json.records)).toContain("192.0.2.8");
    const offline = await made.sendips("plan", "acme", "--offline");
    expect(offline.stdout).toContain("IN A {tx1}");
  });

  test("--all takes every stack of the folder, each under its heading, as one JSON list", async () => {
    const made = await workplace();
    const text = await made.sendips("plan", "--all", "--offline");
    expect(text.stdout.match(/^; ===== \S+ =====$/gm)).toEqual([
      "; ===== acme =====",
      "; ===== mx-1 =====",
    ]);
    expect(text.stdout).toContain("; mx-1: a mail host (c5.large, 4 private IPs)");
    const json = JSON.parse((await made.sendips("plan", "--all", "--json", "--offline")).stdout);
    expect(json).toHaveLength(2);
  });

  test("ends with status 1 on errors, with --strict on warnings, and says all of them", async () => {
    const made = await workplace();
    const fine = await made.sendips("plan", "acme", "--offline");
    expect(fine.code).toBe(0);
    expect(fine.stdout).toContain("; warning: acme: ");
    expect((await made.sendips("plan", "acme", "--offline", "--strict")).code).toBe(1);
    made.edit("acme", [...TENANT, "addresses", "tx1", "privateIp"], "10.0.1.300");
    made.edit("acme", [...TENANT, "adresses"], {});
    const said = await made.sendips("plan", "acme");
    expect(said.code).toBe(1);
    expect(said.stdout).toContain('sendips:tenant.addresses.tx1.privateIp: "10.0.1.300" is not');
    expect(said.stdout).toContain('sendips:tenant.adresses: "adresses" is not a key');
    expect(said.stdout).not.toContain(" IN ");
    const json = JSON.parse((await made.sendips("plan", "acme", "--json")).stdout);
    expect(json.problems.length).toBe(2);
  });

  test("a broken file is a problem with its line, and shows nothing of what stands there", async () => {
    const made = await workplace();
    made.write("acme", `${made.text("acme")}    dkim: { s1: { privateKey: "MIIsecretsecret\n`);
    const said = await made.sendips("plan", "acme");
    expect(said.code).toBe(1);
    expect(said.stdout).toMatch(/Pulumi\.acme\.yaml: cannot be read: \d+:\d+: /);
    expect(said.stdout + said.stderr).not.toContain("MIIsecret");
    const lint = await made.sendips("lint");
    expect([lint.code, lint.stdout]).toEqual([1, expect.stringContaining("cannot be read")]);
  });

  test("an encrypted key without its public half is a reference; one in clear text an error", async () => {
    const made = await workplace({ stacks: ["acme"] });
    await made.sendips("dkim", "new", "acme", "s1");
    made.edit("acme", [...TENANT, "dkim", "s1", "publicKey"], undefined);
    const sealed = await made.sendips("plan", "acme", "--offline");
    expect(sealed.code, sealed.stdout).toBe(0);
    expect(sealed.stdout).toContain(
      's1._domainkey.tx.acme.example. 3600 IN TXT "v=DKIM1; {DKIM key of s1}"',
    );

    const path = "sendips:tenant.dkim.s1.privateKey";
    const shown = await made.pulumi("config", "get", "--stack", "acme", "--path", path);
    const key = shown.stdout.trim();
    made.edit("acme", [...TENANT, "dkim", "s1", "privateKey"], key);
    for (const args of [["plan", "acme"], ["lint"], ["plan", "acme", "--json"]]) {
      const clear = await made.sendips(...args);
      expect([clear.code, clear.stdout]).toEqual([1, expect.stringContaining("in clear text")]);
      expectNoKey(key, [clear.stdout, clear.stderr]);
    }
  });

  test("--customer prints the page for the customer's zones alone; problems go elsewhere", async () => {
    const made = await workplace();
    const none = await made.sendips("plan", "acme", "--customer", "--offline");
    expect(none.stdout).toBe("");
    expect(none.stderr).toContain("acme: no zone of this tenant is the customer's");
    made.edit("acme", ["sendips:zones"], {
      "acme.example": "external",
      "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
    });
    const page = await made.sendips("plan", "acme", "--customer", "--offline");
    expect(page.code, page.stderr).toBe(0);
    expect(page.stdout).toMatch(/^# DNS records for acme\.example\n/);
    expect(page.stdout).not.toContain("operator.example` TXT");
    expect(page.stdout).not.toMatch(/^(; )?warning:/m);
    expect(page.stderr).toContain("warning: acme:");
    const zone = await made.sendips("plan", "acme", "--customer", "--format", "bind", "--offline");
    expect(zone.stdout).toContain("tx1.mail.acme.example. 3600 IN A {tx1}");
    const html = await made.sendips("plan", "acme", "--customer", "--format", "html", "--offline");
    expect(html.stdout).toMatch(/^<!DOCTYPE html>\n[\s\S]*<\/html>\n$/);
    const csv = await made.sendips("plan", "acme", "--customer", "--format", "csv", "--offline");
    expect(csv.stdout).toMatch(/^step,action,full name,[^\n]*\r\n1\. Host names/);
  });

  test("--customer has formats of its own, and html and csv are of one stack", async () => {
    const made = await workplace();
    secondTenant(made, "beta");
    const zones = Object.fromEntries(
      ["acme", "beta", "operator"].map((name) => [`${name}.example`, "external"]),
    );
    for (const stack of ["acme", "beta"]) made.edit(stack, ["sendips:zones"], zones);
    const refused = async (...args: string[]) => {
      const said = await made.sendips("plan", ...args, "--offline");
      expect(said.code, said.stderr).toBe(2);
      expect(said.stdout).toBe("");
      return said.stderr;
    };
    expect(await refused("acme", "--format", "html")).toContain(
      "--format html: allowed are bind, table, markdown, json; html is a format of --customer",
    );
    expect(await refused("acme", "--customer", "--format", "table")).toContain(
      "--customer --format table: allowed are --format markdown, bind, html, csv",
    );
    expect(await refused("acme", "--customer", "--json")).toContain(
      "--customer --json: allowed are",
    );
    expect(await refused("acme", "beta", "--customer", "--format", "csv")).toContain(
      "--customer --format csv is one document: name one stack; 2 have a page",
    );
  });
});

describe("lint", () => {
  test("reads the whole fleet, and shows of it what touches the stacks that were named", async () => {
    const made = await workplace();
    secondTenant(made, "beta");
    secondTenant(made, "gamma");
    made.edit("gamma", [...TENANT, "hostNames"], "mail.acme.example");
    const all = await made.sendips("lint", "--json");
    const problems = (said: {
      stdout: string;
    }): { stack: string; message: string; path: string }[] => JSON.parse(said.stdout).problems;
    const between = problems(all).filter(({ message }) => message.includes("already"));
    expect(all.code).toBe(1);
    expect(new Set(between.map(({ stack }) => stack))).toContain("gamma");

    // acme's own file is not at fault, yet the conflict is shown to who asks for acme.
    const acme = problems(await made.sendips("lint", "acme", "--json"));
    const host = "its host name tx1.mail.acme.example is already that of acme";
    expect(acme.some(({ stack, message }) => stack === "gamma" && message.startsWith(host))).toBe(
      true,
    );
    const beta = problems(await made.sendips("lint", "beta", "--json"));
    expect(beta.some(({ message }) => message.startsWith(host))).toBe(false);
    expect(beta.some(({ message }) => /10\.0\.1\.1[23] on mx-1 already/.test(message))).toBe(true);
  });

  test("a mail host that cannot be read is not said to be missing", async () => {
    const made = await workplace();
    made.edit("mx-1", ["sendips:mailHost", "instanceTyp"], "c5.large");
    const said = await made.sendips("lint", "acme");
    expect([said.code, said.stderr]).toEqual([
      0,
      expect.stringMatching(/config can be read: mx-1\n$/),
    ]);
    expect(said.stdout).not.toContain("mailHost");
    made.edit("acme", [...TENANT, "mailHost", "stack"], "mx-2");
    const missing = await made.sendips("lint", "acme");
    expect([missing.code, missing.stdout]).toEqual([1, expect.stringContaining("no stack mx-2")]);
  });

  test("says how much is wrong; --strict counts warnings", async () => {
    const made = await workplace();
    const said = await made.sendips("lint");
    expect(said.stdout).toMatch(/\n2 stacks: 0 errors, \d+ warnings?\n$/);
    expect(said.code).toBe(0);
    expect((await made.sendips("lint", "--all", "--strict")).code).toBe(1);
    const host = await made.sendips("lint", "mx-1", "--strict");
    expect([host.code, host.stdout]).toEqual([0, "1 stack: 0 errors, 0 warnings\n"]);
    const nope = await made.sendips("lint", "nope");
    expect([nope.code, nope.stderr]).toEqual([
      1,
      expect.stringContaining("there is no stack nope"),
    ]);
  });
});

describe("accepted warnings", () => {
  const CODES = ["spf-lookups-unknown", "dmarc-spf-alone"];

  test("do not count for --strict, and are shown with their reason by lint and plan", async () => {
    const made = await workplace();
    const [shared = "", own = ""] = CODES;
    made.project(["sendips:accept"], { value: [{ code: shared, reason: "asked by night" }] });
    made.edit("acme", [...TENANT, "accept"], [{ code: own, reason: "a key follows" }]);
    const lint = await made.sendips("lint", "--strict");
    expect([lint.code, lint.stdout]).toEqual([
      0,
      expect.stringMatching(/\n2 stacks: 0 errors, 0 warnings, 2 accepted\n$/),
    ]);
    expect(lint.stdout).toMatch(/^accepted: acme: .* \(spf-lookups-unknown\): asked by night$/m);
    const json = JSON.parse((await made.sendips("lint", "--json")).stdout);
    expect(json.problems).toMatchObject([
      { code: shared, level: "warning", accepted: { reason: "asked by night" } },
      { code: own, level: "warning", accepted: { reason: "a key follows" } },
    ]);
    const plan = await made.sendips("plan", "acme", "--offline", "--strict");
    expect([plan.code, plan.stderr]).toEqual([0, ""]);
    expect(plan.stdout).toMatch(/^; accepted: acme: .* \(dmarc-spf-alone\): a key follows$/m);
  });

  test("count again after their last day, and an entry that accepts nothing is one more", async () => {
    const made = await workplace();
    const [shared = "", own = ""] = CODES;
    made.project(["sendips:accept"], {
      value: [
        { code: shared, reason: "asked by night" },
        { code: "address-quota", reason: "it is being raised" },
      ],
    });
    const entry = { code: own, reason: "a key follows", until: "2020-02-29" };
    made.edit("acme", [...TENANT, "accept"], [entry]);
    const lint = await made.sendips("lint", "--strict");
    expect([lint.code, lint.stdout]).toEqual([
      1,
      expect.stringMatching(/\n2 stacks: 0 errors, 2 warnings, 1 accepted\n$/),
    ]);
    expect(lint.stdout).toContain(
      "\n  it was accepted until 2020-02-29, which has passed: a key follows\n",
    );
    expect(lint.stdout).toMatch(
      /^warning: Pulumi\.yaml: sendips:accept\[1\]: no warning address-quota stands anywhere \(accept-idle\)$/m,
    );
    const alone = await made.sendips("lint", "acme");
    expect(alone.stdout).not.toContain("accept-idle");
  });

  test("are no errors: a code of one is refused, and so is one that does not exist", async () => {
    const made = await workplace();
    made.edit(
      "acme",
      [...TENANT, "accept"],
      [
        { code: "spf-lookups", reason: "r" },
        { code: "dmarc-no-report", reason: "r" },
      ],
    );
    const lint = await made.sendips("lint");
    expect(lint.code).toBe(1);
    expect(lint.stdout).toMatch(
      /accept\[0\]\.code: "spf-lookups" cannot be accepted \(config-value\)/,
    );
    expect(lint.stdout).toMatch(
      /accept\[1\]\.code: "dmarc-no-report" .*\n {2}allowed: dmarc-no-reports,/,
    );
  });
});

describe("the command itself", () => {
  test("runs itself again on the pinned Node when the one that runs it is too old", async () => {
    const made = await workplace();
    const disguise = join(made.folder, "disguise.cjs");
    writeFileSync(
      disguise,
      'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } });\n',
    );
    // Without type stripping it could not load a single module of its own: as an old Node.
    const old = ["--no-strip-types", "--require", disguise];
    const sendips = join(REPOSITORY, "cli", "sendips.mjs");
    const said = await run(process.execPath, [...old, sendips, "plan", "acme", "--offline"], made);
    expect([said.code, said.stderr]).toEqual([0, ""]);
    expect(said.stdout).toContain("tx1.mail.acme.example.");
    const wrong = await run(process.execPath, [...old, sendips, "plam"], made);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("no command")]);
  });

  test("npx finds it in the project, and in any folder below", async () => {
    const made = await workplace();
    // npx links the project into its cache, which must not outlive the test.
    const env = { ...made.env, npm_config_cache: join(made.folder, "npm") };
    for (const cwd of [made.cwd, REPOSITORY, join(REPOSITORY, "stacks")]) {
      const said = spawnSync("npx", ["--offline", "sendips", "lint", "--help"], {
        cwd,
        env,
        encoding: "utf8",
      });
      expect([said.status, said.stdout], said.stderr).toEqual([
        0,
        expect.stringMatching(/^sendips lint \[stack/),
      ]);
    }
  });

  test("outside a project it says so", async () => {
    const made = await workplace();
    const sendips = join(REPOSITORY, "cli", "sendips.mjs");
    const said = await run(process.execPath, [sendips, "lint"], { cwd: "/", env: made.env });
    expect([said.code, said.stderr]).toEqual([
      1,
      "sendips: there is no Pulumi.yaml in / or above: go to the project first\n",
    ]);
  });
});
