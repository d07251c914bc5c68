/** `sendips dkim new` on the real CLI: a key is made whole, encrypted, and shown to nobody. */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { expectNoKey, filesBelow, type Workplace, workplace } from "./support.ts";

const DKIM = ["sendips:tenant", "dkim"];
const TODAY = /^\d{4}-\d{2}-\d{2}$/;

async function privateKeyOf(made: Workplace, selector: string): Promise<string> {
  const path = `sendips:tenant.dkim.${selector}.privateKey`;
  const { stdout } = await made.pulumi("config", "get", "--stack", "acme", "--path", path);
  return stdout.trim();
}

function spkiOf(privateKey: string): string {
  const key = createPrivateKey({
    key: Buffer.from(privateKey, "base64"),
    format: "der",
    type: "pkcs8",
  });
  const pem = key.export({ format: "pem", type: "pkcs8" });
  return createPublicKey(pem).export({ format: "der", type: "spki" }).toString("base64");
}

describe("dkim new", () => {
  test("writes an encrypted private key, its public key, the state and the day", async () => {
    const made = await workplace({ stacks: ["acme"] });
    const said = await made.sendips("dkim", "new", "acme");
    expect(said.code, said.stderr).toBe(0);
    const selector = /^(s\d{6}): a new DKIM key/.exec(said.stdout)?.[1] ?? "";
    const key = await privateKeyOf(made, selector);
    expect(made.value("acme", [...DKIM, selector])).toEqual({
      privateKey: { secure: expect.stringMatching(/^v1:/) },
      publicKey: spkiOf(key),
      state: "published",
      since: { published: expect.stringMatching(TODAY) },
    });
    const names = [...said.stdout.matchAll(/^(\S+)\. 3600 IN TXT "v=DKIM1; k=rsa/gm)];
    expect(names.map(([, name]) => name)).toEqual([
      `${selector}._domainkey.news.acme.example`,
      `${selector}._domainkey.tx.acme.example`,
    ]);
    expect(said.stdout.replaceAll('" "', "")).toContain(`p=${spkiOf(key)}"`);
    expect(said.stdout).toMatch(/npx sendips dkim rotate acme\n {6}from \d{4}-/);
    // What a person wrote stays.
    expect(made.text("acme")).toContain("# organisational domain of From:");

    const plan = await made.sendips("plan", "acme", "--offline");
    expect(plan.stdout.replaceAll('" "', "")).toContain(`p=${spkiOf(key)}"`);
    expectNoKey(key, [said.stdout, said.stderr, plan.stdout, plan.stderr, made.text("acme")]);
    for (const { path, text } of filesBelow(made.folder)) {
      expect(text.includes(key.slice(40, 80)), path).toBe(false);
    }
  });

  test("gives the key to the CLI by standard input alone", async () => {
    const made = await workplace({ stacks: ["acme"] });
    const log = join(made.folder, "commands.log");
    made.replacePulumi(`echo "$@" >> '${log}'; env >> '${log}'; exec "$PULUMI" "$@"`);
    expect((await made.sendips("dkim", "new", "acme", "s1")).code).toBe(0);
    const commands = readFileSync(log, "utf8");
    expect(commands).toContain("config set --secret --path sendips:tenant.dkim.s1.privateKey");
    expectNoKey(await privateKeyOf(made, "s1"), [commands]);
  });

  test("makes Ed25519 beside RSA, each signing at once as the first of its type", async () => {
    const made = await workplace({ stacks: ["acme"] });
    const rsa = await made.sendips("dkim", "new", "acme", "--sign", "--bits", "3072");
    expect(rsa.code, rsa.stderr).toBe(0);
    const ed = await made.sendips("dkim", "new", "acme", "--sign", "--type", "ed25519");
    expect(ed.code, ed.stderr).toBe(0);
    const keys = Object.entries(made.value("acme", DKIM) as Record<string, { state: string }>);
    expect(keys.map(([, { state }]) => state)).toEqual(["signing", "signing"]);
    const [first = "", second = ""] = keys.map(([selector]) => selector);
    expect(second).toBe(`${first}-2`);
    expect(ed.stdout).toMatch(/"v=DKIM1; k=ed25519; h=sha256; p=[\w+/]{43}="/);
    const bits = createPrivateKey({
      key: Buffer.from(await privateKeyOf(made, first), "base64"),
      format: "der",
      type: "pkcs8",
    }).asymmetricKeyDetails?.modulusLength;
    expect(bits).toBe(3072);
    expectNoKey(await privateKeyOf(made, second), [ed.stdout, ed.stderr, made.text("acme")]);
    const lint = await made.sendips("lint", "acme");
    expect(lint.stdout).not.toContain("dkim");

    const third = await made.sendips("dkim", "new", "acme", "--sign");
    expect([third.code, third.stderr]).toEqual([
      1,
      expect.stringContaining(`${first} of stack acme signs already`),
    ]);
  });
});

/** Nothing was written, and nothing lies about. */
async function expectUntouched(made: Workplace, act: () => Promise<unknown>): Promise<void> {
  const before = made.text("acme");
  await act();
  expect(made.text("acme")).toBe(before);
  expect(readdirSync(join(made.cwd, "stacks")).sort()).toEqual([
    "Pulumi.acme.yaml",
    "Pulumi.mx-1.yaml",
  ]);
}

describe("nothing is half done when", () => {
  test("the selector exists, or cannot be one", async () => {
    const made = await workplace({ stacks: ["acme"] });
    await made.sendips("dkim", "new", "acme", "s1");
    await expectUntouched(made, async () => {
      const taken = await made.sendips("dkim", "new", "acme", "s1");
      expect([taken.code, taken.stderr]).toEqual([
        1,
        expect.stringContaining("selector s1 of stack acme exists already (published)"),
      ]);
      const bad = await made.sendips("dkim", "new", "acme", "S_1");
      expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining("cannot be a selector")]);
    });
  });

  test("the passphrase is missing or wrong", async () => {
    const made = await workplace({ stacks: ["acme"] });
    await expectUntouched(made, async () => {
      delete made.env["PULUMI_CONFIG_PASSPHRASE"];
      const missing = await made.sendips("dkim", "new", "acme");
      expect(missing.code).toBe(1);
      expect(missing.stderr).toMatch(/nothing was changed\n.*PULUMI_CONFIG_PASSPHRASE/);
      made.env["PULUMI_CONFIG_PASSPHRASE"] = "wrong";
      const wrong = await made.sendips("dkim", "new", "acme");
      expect([wrong.code, wrong.stderr]).toEqual([
        1,
        expect.stringContaining("incorrect passphrase"),
      ]);
    });
  });

  test("there is no back end, or no such stack in it", async () => {
    const made = await workplace();
    await expectUntouched(made, async () => {
      const unknown = await made.sendips("dkim", "new", "acme");
      expect([unknown.code, unknown.stderr]).toEqual([
        1,
        expect.stringContaining("make it first: npx pulumi stack init acme"),
      ]);
      delete made.env["PULUMI_BACKEND_URL"];
      delete made.env["PULUMI_ACCESS_TOKEN"];
      const login = await made.sendips("dkim", "new", "acme");
      expect([login.code, login.stderr]).toEqual([
        1,
        expect.stringContaining("PULUMI_ACCESS_TOKEN"),
      ]);
    });
  });

  test("the CLI fails after the first write", async () => {
    const made = await workplace({ stacks: ["acme"] });
    made.replacePulumi(
      'case "$*" in *set-all*) echo "disk full" >&2; exit 7;; esac; exec "$PULUMI" "$@"',
    );
    await expectUntouched(made, async () => {
      const said = await made.sendips("dkim", "new", "acme");
      expect([said.code, said.stderr]).toEqual([
        1,
        "sendips: pulumi could not write the config of stack acme; nothing was changed\n  disk full\n",
      ]);
    });
  });

  test("the command is killed while it writes", async () => {
    const made = await workplace({ stacks: ["acme"] });
    made.replacePulumi('case "$*" in *set-all*) kill -9 $PPID;; esac; exec "$PULUMI" "$@"');
    const before = made.text("acme");
    const said = await made.sendips("dkim", "new", "acme", "s1");
    expect([said.code, said.stdout]).toEqual([1, ""]);
    expect(made.text("acme")).toBe(before);
    made.replacePulumi('exec "$PULUMI" "$@"');
    const again = await made.sendips("dkim", "new", "acme", "s1");
    expect(again.code, again.stderr).toBe(0);
  });

  test("the CLI repeats the key in its error: it is taken out", async () => {
    const made = await workplace({ stacks: ["acme"] });
    const copy = join(made.folder, "heard");
    made.replacePulumi(`tee '${copy}' >&2; exit 1`);
    const said = await made.sendips("dkim", "new", "acme");
    expect(said.stderr).toContain("[secret]");
    expectNoKey(readFileSync(copy, "utf8"), [said.stdout, said.stderr]);
  });

  test("the stack is a mail host, has no file, or has errors", async () => {
    const made = await workplace({ stacks: ["acme"] });
    const host = await made.sendips("dkim", "new", "mx-1");
    expect([host.code, host.stderr]).toEqual([1, expect.stringContaining("is a mail host")]);
    const none = await made.sendips("dkim", "rotate", "nope");
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringContaining("stacks here: acme, mx-1"),
    ]);
    made.edit("acme", ["sendips:tenant", "domian"], "x.example");
    const bad = await made.sendips("dkim", "new", "acme");
    expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining('"domian" is not a key')]);
  });
});

describe("wrong usage ends with status 2 and the usage", () => {
  test.each([
    [[], "no command"],
    [["plam"], 'no command "plam"'],
    [["dkim"], "dkim needs an action"],
    [["dkim", "make"], 'dkim has no action "make"'],
    [["dkim", "new"], "dkim new needs a stack"],
    [["dkim", "new", "acme", "--bit", "1024"], "Unknown option '--bit'"],
    [["dkim", "new", "acme", "--bits", "1024"], "--bits 1024: allowed are 2048 to 4096"],
    [["dkim", "new", "acme", "--type", "dsa"], "--type dsa: allowed are rsa and ed25519"],
    [["dkim", "new", "acme", "--type", "ed25519", "--bits", "2048"], "one size only"],
    [["plan"], "name a stack, or say --all"],
    [["plan", "acme", "--all"], "either name stacks or say --all"],
    [["plan", "acme", "--format", "xml"], "--format xml: allowed are bind, table, markdown, json"],
    [["lint", "--nonsense"], "Unknown option '--nonsense'"],
  ])("%j", async (args, message) => {
    const made = await workplace();
    const said = await made.sendips(...args);
    expect(said.stderr).toContain(message);
    expect(said.stderr).toContain("\n\nsendips ");
    expect([said.code, said.stdout]).toEqual([2, ""]);
  });
});
