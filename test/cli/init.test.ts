/** `sendips init`: what it writes, asks and refuses. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { main } from "../../cli/main.ts";
import { REPOSITORY } from "../../sandbox/project.ts";

const ZONE = "00000000000000000000000000000012";
const VALUES = [
  ...["--domain", "acme.example", "--zone", ZONE],
  ...["--network-interface", "eni-0a1b2c3d4e5f60718", "--private-ip", "10.0.1.10"],
];

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sendips-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the command line in a folder; `answers` are what a person at the terminal types. */
async function sendips(cwd: string, args: readonly string[], answers?: (string | undefined)[]) {
  const said = { code: 0, out: "", err: "", asked: [] as string[] };
  said.code = await main(args, {
    cwd,
    env: {},
    today: "2026-11-28",
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    ...(answers === undefined
      ? {}
      : {
          ask: async (question) => {
            said.asked.push(question);
            return answers.shift();
          },
        }),
  });
  return said;
}

const files = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

test("writes a project whose first tenant lints clean, and says what comes next", async () => {
  const cwd = temporaryFolder();
  const made = await sendips(cwd, ["init", "acme-mail", ...VALUES]);
  expect([made.code, made.err]).toEqual([0, ""]);
  expect(made.out).toContain("npx pulumi up -s acme");
  const folder = join(cwd, "acme-mail");
  expect(files(folder)).toEqual(
    [".gitignore", "Pulumi.acme.yaml", "Pulumi.yaml", "index.ts", "package.json"].sort(),
  );
  const project = readFileSync(join(folder, "Pulumi.yaml"), "utf8");
  expect(project).toMatch(/^name: acme-mail$/m);
  expect(project).not.toMatch(/^template:/m);
  // An id of digits would be a number without its quotes.
  expect(project).toContain(`acme.example: { cloudflare: "${ZONE}" }`);
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  expect(manifest).toMatchObject({ name: "acme-mail", type: "module" });
  expect(readFileSync(join(folder, "index.ts"), "utf8")).toMatch(/ from "sendips\/program";\n$/);
  const linted = await sendips(folder, ["lint"]);
  expect([linted.code, linted.out]).toEqual([0, expect.stringContaining("1 stack: 0 errors")]);
  expect(linted.out).not.toContain("acme.example is not in a zone");
});

test("with the template's own values it writes the template, but for what only pulumi new reads", async () => {
  const cwd = temporaryFolder();
  const text = readFileSync(join(REPOSITORY, "template", "Pulumi.yaml"), "utf8");
  const zone = /cloudflare: (\w+)/.exec(text)?.[1] ?? "";
  await sendips(cwd, ["init", ".", "--name", "acme-mail", ...VALUES, "--zone", zone]);
  const stack = join("stacks", "Pulumi.acme.yaml");
  expect(readFileSync(join(cwd, stack), "utf8")).toBe(
    readFileSync(join(REPOSITORY, "template", stack), "utf8"),
  );
  expect(readFileSync(join(cwd, "Pulumi.yaml"), "utf8")).toBe(
    text
      .replace(/^template:\n(?: .*\n)+/m, "")
      .replace(/^name: .*$/m, "name: acme-mail")
      .replace(/^description: .*$/m, "description: Dedicated sending IPs as code"),
  );
});

test("asks at a terminal for what is not given, again where an answer cannot be", async () => {
  const cwd = temporaryFolder();
  const made = await sendips(
    cwd,
    ["init", "acme-mail", "--private-ip", "10.0.1.10"],
    ["acme", "acme.example", ZONE, "eni-xyz", " eni-0a1b2c3d4e5f60718 "],
  );
  expect([made.code, made.asked.length]).toEqual([0, 5]);
  expect(made.err).toContain('"acme" is not a domain name');
  expect(made.err).toContain("eni- and 8 to 17 hexadecimal digits");
  const stack = readFileSync(join(cwd, "acme-mail", "stacks", "Pulumi.acme.yaml"), "utf8");
  expect(stack).toContain("networkInterface: eni-0a1b2c3d4e5f60718 }");
});

test("who ends the input gets nothing written", async () => {
  const cwd = temporaryFolder();
  const made = await sendips(cwd, ["init", "acme-mail"], ["acme.example", undefined]);
  expect([made.code, made.err]).toEqual([1, expect.stringContaining("nothing was written")]);
  expect(readdirSync(cwd)).toEqual([]);
});

test("without a terminal every value that is missing or wrong is named at once", async () => {
  const cwd = temporaryFolder();
  const made = await sendips(cwd, ["init", "acme mail", "--domain", "acme", "--zone", "12"]);
  expect(made.code).toBe(2);
  for (const part of [
    '--domain "acme" is not a domain name',
    '--zone "12" is not a Cloudflare zone id',
    "--network-interface is missing",
    "--private-ip is missing",
    'folder "acme mail" cannot be a name in Pulumi',
  ]) {
    expect(made.err).toContain(part);
  }
  expect(readdirSync(cwd)).toEqual([]);
});

test("a tenant with errors is not written", async () => {
  const cwd = temporaryFolder();
  const made = await sendips(cwd, ["init", "m", ...VALUES, "--host-names", "mail.other.example"]);
  expect(made.code).toBe(1);
  expect(made.err).toContain("nothing was written");
  expect(made.err).toContain("tx1.mail.other.example is in no zone");
  expect(readdirSync(cwd)).toEqual([]);
});

test("a folder that is not empty is refused, and what is there is named and stays", async () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "Pulumi.yaml"), "name: other\n");
  mkdirSync(join(cwd, "stacks"));
  const made = await sendips(cwd, ["init", ".", "--name", "acme-mail", ...VALUES]);
  expect([made.code, made.err]).toEqual([1, expect.stringContaining("there: Pulumi.yaml, stacks")]);
  expect(files(cwd)).toEqual(["Pulumi.yaml"]);
  expect(readFileSync(join(cwd, "Pulumi.yaml"), "utf8")).toBe("name: other\n");
  const file = await sendips(cwd, ["init", "Pulumi.yaml", ...VALUES]);
  expect([file.code, file.err]).toEqual([1, expect.stringContaining("is a file")]);
});

test("a clone of an empty repository counts as empty", async () => {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, ".git"));
  const made = await sendips(cwd, ["init", ".", "--name", "acme-mail", ...VALUES]);
  expect([made.code, made.err]).toEqual([0, ""]);
});
