/** The components' documented examples: each type-checks, and deploys by itself in a program of someone else's. */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { REPOSITORY } from "../../sandbox/project.ts";
import { liveState, operationLines, type World, world } from "./harness.ts";

const LIBRARY = join(REPOSITORY, "components", "index.ts");

const run = promisify(execFile);

/** What is asked of a component's example. */
interface Example {
  /** What its deployment must make among other things. */
  makes: readonly string[];
  /** An edit of its text, with the release of what must be released before it goes. */
  edits: readonly (readonly [from: string, to: string])[];
  /** What the edit must do among other things. */
  changes: string;
  /** A further edit, where something goes with the release already. */
  release?: readonly (readonly [from: string, to: string])[];
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  "dns-records": {
    makes: ["create DnsRecord shop-spf"],
    edits: [["ttl: 3600", "ttl: 300"]],
    changes: "update DnsRecord shop-spf",
  },
  "mail-host": {
    makes: ["create NetworkInterface mx-2-eth0", "create SecurityGroup mx-2"],
    edits: [['"10.0.1.21"] }', '"10.0.1.21", "10.0.1.22"], release: true }']],
    changes: "update NetworkInterface mx-2-eth0",
  },
  "sending-ip": {
    makes: ["create EipDomainName shop-tx1", "create EipAssociation shop-tx1"],
    edits: [['key: "tx1",', 'key: "tx1", ttl: 300, release: true,']],
    changes: "update DnsRecord shop-tx1-a",
  },
  tenant: {
    makes: ["create EipAssociation clinic-tx1", "create DnsRecord clinic-spf-tx.acme.example"],
    edits: [["streams: {", 'dmarc: { policy: "quarantine" }, streams: {']],
    changes: "update DnsRecord clinic-dmarc",
    release: [
      ['privateIp: "10.0.1.13" }', 'privateIp: "10.0.1.13", release: true, releaseNow: true }'],
      ['transactional: { from: "tx.acme.example", addresses: ["tx1"] }', ""],
    ],
  },
};

const fileOf = (component: string) => `example-${component}.ts`;

/** The code of a component's `@example`, with ids and a name server that exist. */
function exampleOf(component: string, made: World, networkInterface: string): string {
  const source = readFileSync(join(REPOSITORY, "components", `${component}.ts`), "utf8");
  const block = /@example\n \* ```ts\n([\s\S]*?) \* ```/.exec(source)?.[1];
  if (block === undefined) throw new Error(`components/${component}.ts has no example`);
  const { host, port } = made.sandbox.dns;
  return block
    .replace(/^ \* ?/gm, "")
    .replaceAll('from "sendips"', `from "${LIBRARY}"`)
    .replaceAll("eni-0123456789abcdef0", networkInterface)
    .replaceAll("subnet-0123456789abcdef0", "subnet-0a1b2c3d4e5f60718")
    .replaceAll("vpc-0123456789abcdef0", "vpc-0a1b2c3d4e5f60718")
    .replaceAll("192.0.2.53", `${host}:${port}`);
}

test("every component's example type-checks, deploys alone, is edited, released and removed", async () => {
  const made = await world();
  expect((await made.up("mx-1")).code).toBe(0);
  const { networkInterfaces } = await made.outputs("mx-1");
  const networkInterface = networkInterfaces["eth0"]?.id ?? "";
  const { cwd, env } = made.options;
  env["AWS_REGION"] = "us-east-1";
  for (const component of Object.keys(EXAMPLES)) {
    writeFileSync(join(cwd, fileOf(component)), exampleOf(component, made, networkInterface));
  }
  const config = { extends: join(REPOSITORY, "tsconfig.json"), include: ["example-*.ts"] };
  writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(REPOSITORY, "node_modules", ".bin", "tsc");
  await run(tsc, ["--noEmit", "--project", cwd]);

  const project = readFileSync(join(cwd, "Pulumi.yaml"), "utf8");
  for (const [component, { makes, edits, changes, release = [] }] of Object.entries(EXAMPLES)) {
    const file = join(cwd, fileOf(component));
    const stack = `example-${component}`;
    writeFileSync(
      join(cwd, "Pulumi.yaml"),
      project.replace("main: index.ts", `main: ${fileOf(component)}`),
    );
    const up = await made.up(stack);
    expect(up.code, up.output).toBe(0);
    expect(operationLines(up)).toEqual(expect.arrayContaining([...makes]));

    const edit = async (replacements: Example["edits"]) => {
      const text = readFileSync(file, "utf8");
      writeFileSync(
        file,
        replacements.reduce((now, [from, to]) => now.replace(from, to), text),
      );
      const run = await made.up(stack);
      expect(run.code, run.output).toBe(0);
      return operationLines(run);
    };
    const edited = await edit(edits);
    expect(edited).toContainEqual(expect.stringMatching(`^${changes}`));
    expect(edited.filter((line) => /^(delete|replace)/.test(line))).toEqual([]);
    const released = release.length === 0 ? [] : await edit(release);

    writeFileSync(file, `import { registerHooks } from "${LIBRARY}";\nregisterHooks();\n`);
    const removed = await made.up(stack);
    expect(removed.code, removed.output).toBe(0);
    const deleted = makes.map((line) => line.replace("create", "delete"));
    expect([...released, ...operationLines(removed)]).toEqual(expect.arrayContaining(deleted));
    expect(liveState(made).addresses).toEqual({});
  }
}, 600_000);
