/** Bad input on the real engine: a clear error, a true exit status, and nothing created. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SANDBOX_CREDENTIALS } from "../../sandbox/project.ts";
import { runPulumi } from "../../sandbox/pulumi.ts";
import { type World, world } from "./harness.ts";

const TENANT = ["sendips:tenant"];

/** Calls that make something, as the sandbox counted them. */
async function creations(made: World): Promise<string[]> {
  const reply = await fetch(`${made.sandbox.url}/_sandbox/calls`);
  const text = await reply.text();
  return [...text.matchAll(/"(AllocateAddress|CreateNetworkInterface|POST dns_records)"/g)].map(
    ([, action = ""]) => action,
  );
}

async function refused(made: World, stack = "acme"): Promise<string> {
  const before = await creations(made);
  const run = await made.up(stack);
  expect(run.code, run.output).not.toBe(0);
  expect(await creations(made)).toEqual(before);
  return run.output;
}

describe("nothing is created when", () => {
  test("the config holds errors: all of them are said at once", async () => {
    const made = await world();
    await made.up("mx-1");
    made.edit("acme", [...TENANT, "adresses"], {});
    made.edit("acme", [...TENANT, "addresses", "tx1", "privateIp"], "10.0.1.300");
    const output = await refused(made);
    expect(output).toContain("2 errors in the config of stack acme; nothing was changed");
    expect(output).toMatch(/sendips:tenant\.adresses: "adresses" is not a key that sendips knows/);
    expect(output).toMatch(
      /sendips:tenant\.addresses\.tx1\.privateIp: "10\.0\.1\.300" is not an IPv4/,
    );
    expect(output).not.toContain("    at ");
  });

  test("the mail host lacks a private IP, or is not deployed", async () => {
    const made = await world();
    expect(await refused(made)).toMatch(
      /mailHost\.stack: the stack .*mx-1 is not deployed, or is not a mail host/,
    );
    await made.up("mx-1");
    made.edit("acme", [...TENANT, "addresses", "tx1", "privateIp"], "10.0.1.99");
    expect(await refused(made)).toMatch(
      /sendips:tenant\.addresses\.tx1\.privateIp: the mail host mx-1 has no private IP 10\.0\.1\.99/,
    );
  });

  test("the mail host asks for more than its instance type takes", async () => {
    const made = await world();
    made.edit("mx-1", ["sendips:mailHost", "instanceType"], "t3.micro");
    expect(await refused(made, "mx-1")).toMatch(/an interface of t3\.micro takes 2/);
  });

  test("the zone id belongs to another zone", async () => {
    const made = await world();
    await made.up("mx-1");
    made.edit("acme", ["sendips:zones"], {
      "acme.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
    });
    expect(await refused(made)).toMatch(
      /the zone id belongs to operator\.example, not to acme\.example/,
    );
  });

  test("credentials are missing", async () => {
    const made = await world();
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
      delete made.options.env[name];
    }
    made.options.env["AWS_EC2_METADATA_DISABLED"] = "true";
    made.options.env["HOME"] = made.options.cwd;
    const output = await refused(made, "mx-1");
    expect(output).toMatch(/mx-1: aws: get\w+ failed: .*credential/i);
    expect(output).toMatch(/AWS_ACCESS_KEY_ID|AWS_PROFILE/);
    expect(output).not.toMatch(/unhandled exception|^ +at /m);
  });

  test("the Cloudflare token is missing", async () => {
    const made = await world();
    await made.up("mx-1");
    delete made.options.env["CLOUDFLARE_API_TOKEN"];
    const output = await refused(made);
    expect(output).toMatch(/acme: cloudflare: getZone failed: .*CLOUDFLARE_API_TOKEN/);
    expect(output).not.toMatch(/unhandled exception|^ +at /m);

    made.options.env["CLOUDFLARE_API_TOKEN"] = SANDBOX_CREDENTIALS.CLOUDFLARE_API_TOKEN;
    expect((await made.up("acme")).code).toBe(0);
    // Deployed once, its zones are known; a new address needs the token all the same.
    delete made.options.env["CLOUDFLARE_API_TOKEN"];
    made.edit("acme", [...TENANT, "addresses", "tx2"], { privateIp: "10.0.1.12" });
    expect(await refused(made)).toMatch(/getZone failed: .*CLOUDFLARE_API_TOKEN/);
  });

  test("no sandbox is running", async () => {
    const made = await world();
    await made.sandbox.close();
    const run = await made.up("mx-1");
    expect(run.code).not.toBe(0);
    expect(run.output).toContain(made.sandbox.url);
    expect(run.output).toMatch(/refused|ECONNREFUSED/);
    expect(run.output).not.toMatch(/unhandled exception|^ +at /m);
  });

  test("Node is too old", async () => {
    const made = await world();
    await made.init("mx-1");
    // A Node that says it is 20: what the check sees of an old one, on any machine.
    const bin = join(made.options.cwd, "..", "old-node");
    mkdirSync(bin);
    const disguise = join(bin, "disguise.cjs");
    writeFileSync(
      disguise,
      'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } });\n' +
        'Object.defineProperty(process, "version", { value: "v20.1.0" });\n',
    );
    const script = `#!/bin/sh\nexec "${process.execPath}" --require "${disguise}" "$@"\n`;
    writeFileSync(join(bin, "node"), script, { mode: 0o755 });
    const env = { ...made.options.env, PATH: `${bin}:${made.options.env["PATH"]}` };
    const run = await runPulumi(["up", "--stack", "mx-1", "--yes"], { ...made.options, env });
    expect(run.code).not.toBe(0);
    expect(run.output).toMatch(/sendips needs Node 22\.18 or later; this is v20\.1\.0/);
  });
});
