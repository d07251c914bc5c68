/** The package, from `npm pack` to a deployment in a project of an operator's own. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { EC2 } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseDocument, stringify } from "yaml";
import { type Engine, ensureEngine, ensureYamlHost } from "../../sandbox/engine/ensure.ts";
import { engineEnv } from "../../sandbox/engine/env.ts";
import { prepareHome } from "../../sandbox/engine/home.ts";
import { pointAtSandbox, REPOSITORY, SANDBOX_CREDENTIALS } from "../../sandbox/project.ts";
import { startSandbox } from "../../sandbox/server.ts";
import {
  install,
  manifest,
  ownEnv,
  pack,
  remove,
  run,
  runOrFail,
  temporaryFolder,
} from "./support.ts";

const MODULES = join(REPOSITORY, "node_modules");
const ZONE = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/** The four values that init asks for. */
function fourValues(networkInterface: string): string[] {
  return [
    ...["--domain", "acme.example", "--zone", ZONE],
    ...["--network-interface", networkInterface, "--private-ip", "10.0.1.50"],
  ];
}

let folder = "";
let tarball = "";
/** Why nothing is installed. */
let missing: string | undefined;

beforeAll(async () => {
  folder = temporaryFolder();
  tarball = await pack(folder);
  missing = await install(folder, tarball);
  if (missing !== undefined && process.env["CI"]) throw new Error(missing);
}, 400_000);
afterAll(() => remove(folder), 400_000);

/** A test of what is installed. On a machine without a registry it is skipped, and says why. */
function installedTest(name: string, work: () => Promise<void>, timeout?: number): void {
  test(
    name,
    async ({ skip }) => {
      if (missing !== undefined) skip(missing);
      await work();
    },
    timeout,
  );
}

/** The `sendips` of the installed package, as npx runs it. */
function sendips(cwd: string, args: readonly string[], env = ownEnv()) {
  return run("npx", ["--no-install", "sendips", ...args], { cwd, env });
}

/** A Node outside node_modules: the machine's own, whatever its version. */
function systemNode(): string | undefined {
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((bin) => bin !== "" && !bin.includes("node_modules"))
    .map((bin) => join(bin, "node"))
    .find((file) => existsSync(file));
}

describe("what is packed", () => {
  test("is what was built, and nothing of the repository's own", async () => {
    const listed = await runOrFail("tar", ["-tzf", tarball], { cwd: folder });
    const files = listed.stdout
      .trim()
      .split("\n")
      .map((file) => file.replace(/^package\//, ""));
    const outside = files.filter((file) => !/^(dist|schema|template)\//.test(file)).sort();
    expect(outside).toEqual([
      ...["CHANGELOG.md", "LICENSE", "README.md"],
      ...["cli/sendips.mjs", "package.json", "runtime.cjs"],
    ]);
    expect(files.filter((file) => /sandbox|\btest\b|bench|cli\/schema/.test(file))).toEqual([]);
    expect(files).toContain("dist/program/index.js");
    expect(files).toContain("dist/plugin/PulumiPlugin.yaml");
    expect(files.some((file) => file.startsWith("template/.gitignore"))).toBe(true);
  });

  test("is a sound package to publint and to Are the types wrong?", async () => {
    const bin = join(MODULES, ".bin");
    const judged = await run(join(bin, "publint"), ["run", tarball, "--strict"], { cwd: folder });
    expect(judged.code, judged.output).toBe(0);
    // Nobody reads types of what Node preloads.
    const options = ["--profile", "esm-only", "--exclude-entrypoints", "runtime"];
    const types = await run(join(bin, "attw"), [tarball, ...options], { cwd: folder });
    expect(types.code, types.output).toBe(0);
  });

  test("has maps that lead to the sources", () => {
    const dist = join(REPOSITORY, "dist");
    const maps = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) =>
      /\.(js|d\.ts)\.map$/.test(file),
    );
    expect(maps.length).toBeGreaterThan(100);
    const lost = maps.flatMap((file) => {
      const { sources }: { sources: string[] } = JSON.parse(readFileSync(join(dist, file), "utf8"));
      return sources.map((source) => join(dist, dirname(file), source));
    });
    expect(lost.filter((source) => !existsSync(source))).toEqual([]);
  });

  test("has a template of its own version and of the peers that it asks for", () => {
    const { version, peerDependencies, devDependencies } = manifest();
    const template = manifest(join(REPOSITORY, "template", "package.json"));
    expect(template.dependencies).toEqual({ ...peerDependencies, sendips: `^${version}` });
    expect(template.devDependencies).toEqual({ pulumi: devDependencies["pulumi"] });
    for (const [name, range] of Object.entries(peerDependencies)) {
      expect(range).toBe(`^${devDependencies[name]}`);
    }
  });
});

describe("what is installed", () => {
  const USE = `
    import { DnsRecords, MailHost, SendingIp, Tenant } from "sendips";
    import { plan, readConfig } from "sendips/core";
    import { parseSpf } from "sendips/mail";
    import program from "sendips/program";
    const all: ((...args: never[]) => unknown)[] = [plan, readConfig, parseSpf, program];
    console.log([DnsRecords, MailHost, SendingIp, Tenant].length + all.length);
  `;

  installedTest("is imported by ES modules and required by others", async () => {
    writeFileSync(join(folder, "use.mts"), USE);
    const imported = await runOrFail(process.execPath, ["use.mts"], { cwd: folder });
    expect(imported.stdout).toBe("8\n");
    const script =
      'console.log(typeof require("sendips").SendingIp, typeof require("sendips/core").plan)';
    const required = await runOrFail(process.execPath, ["--eval", script], { cwd: folder });
    expect(required.stdout).toBe("function function\n");
  });

  installedTest("has types, for TypeScript 6 and 7", async () => {
    writeFileSync(join(folder, "use.mts"), `${USE}\nconst wrong: number = program;\n`);
    // The declarations themselves are checked by the quicker of the two.
    for (const [compiler = "", skip] of [
      ["typescript", "true"],
      ["@typescript/native", "false"],
    ]) {
      const tsc = join(MODULES, compiler, "bin", "tsc");
      const options = ["--noEmit", "--strict", "--target", "es2024", "--module", "nodenext"];
      const types = ["--skipLibCheck", `${skip}`, "--types", "node", "--typeRoots"];
      const command = [tsc, ...options, ...types, join(MODULES, "@types"), "use.mts"];
      const checked = await run(process.execPath, command, { cwd: folder });
      const errors = checked.output.split("\n").filter((line) => line.includes("error TS"));
      expect(errors, compiler).toEqual([
        expect.stringContaining("is not assignable to type 'number'"),
      ]);
    }
  });

  installedTest("has a command that the machine's own Node runs", async () => {
    const node = systemNode() ?? process.execPath;
    const command = join(folder, "node_modules", "sendips", "cli", "sendips.mjs");
    const project = join(folder, "system-node");
    const where = { cwd: folder };
    const made = await runOrFail(
      node,
      [command, "init", project, ...fourValues("eni-0a1b2c3d4e5f60718")],
      where,
    );
    expect(made.output).toContain("stacks/Pulumi.acme.yaml");
    const linted = await runOrFail(node, [command, "lint"], { cwd: project });
    expect(linted.stdout).toContain("1 stack: 0 errors");
  });

  installedTest("is a template of `pulumi new`", async () => {
    const { env, pulumi } = await engineFor(join(folder, "new-home"));
    const template = join(folder, "node_modules", "sendips", "template");
    const common = ["new", template, "--yes", "--non-interactive", "--name", "acme-mail"];
    const plain = join(folder, "new-plain");
    await runOrFail(pulumi, [...common, "--generate-only", "--dir", plain], { cwd: folder, env });
    expect(readdirSync(plain).sort()).toEqual(
      [".gitignore", "Pulumi.yaml", "index.ts", "package.json", "stacks"].sort(),
    );
    expect(readFileSync(join(plain, "Pulumi.yaml"), "utf8")).toMatch(/^name: acme-mail$/m);
    const linted = await sendips(plain, ["lint"], env);
    expect([linted.code, linted.stdout]).toEqual([0, expect.stringContaining("0 errors")]);

    // Structured values have no question there, and come by --config-path.
    const answers = {
      "aws:region": "eu-west-1",
      'sendips:zones["brand.example"].cloudflare': ZONE,
      "sendips:tenant.domain": "brand.example",
      "sendips:tenant.hostNames": "mail.brand.example",
      "sendips:tenant.mailHost.networkInterface": "eni-0a1b2c3d4e5f60718",
      "sendips:tenant.addresses.tx1.privateIp": "10.0.1.50",
      "sendips:tenant.streams.transactional.from": "tx.brand.example",
      "sendips:tenant.streams.transactional.addresses[0]": "tx1",
    };
    const config = Object.entries(answers).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
    const answered = join(folder, "new-answered");
    const args = [...common, "--stack", "acme", "--dir", answered, "--config-path", ...config];
    await runOrFail(pulumi, args, { cwd: folder, env });
    const planned = await sendips(answered, ["plan", "acme"], env);
    expect([planned.code, planned.output]).toEqual([
      0,
      expect.stringContaining("tx1.mail.brand.example. 3600 IN A {tx1}"),
    ]);
  });

  installedTest("is a plugin for programs in other languages", async () => {
    const { env, pulumi, engine } = await engineFor(join(folder, "yaml-home"));
    await ensureYamlHost(engine);
    const project = join(folder, "yaml-mail");
    mkdirSync(project);
    const plugin = join(folder, "node_modules", "sendips", "dist", "plugin");
    const program = {
      ...{ name: "yaml-mail", runtime: "yaml", packages: { sendips: plugin } },
      resources: { guards: { type: "sendips:Guards" } },
    };
    writeFileSync(join(project, "Pulumi.yaml"), stringify(program));
    const where = { cwd: project, env };
    await runOrFail(pulumi, ["stack", "init", "acme"], where);
    const up = ["up", "-s", "acme", "--yes", "--skip-preview", "--non-interactive"];
    const { output } = await runOrFail(pulumi, up, where);
    expect(output).toContain("sendips:index:Guards guards");
  });

  installedTest(
    "deploys a project of another name: init, lint, up, edit, destroy",
    async () => {
      const sandbox = await startSandbox({
        zones: [{ name: "acme.example", id: ZONE }],
        delays: { dnsPropagation: 200, ptrPending: 200, ptrLinger: 1_500 },
      });
      try {
        await deployAndDestroy(sandbox);
      } finally {
        await sandbox.close();
      }
    },
    300_000,
  );
});

async function engineFor(
  home: string,
): Promise<{ env: NodeJS.ProcessEnv; pulumi: string; engine: Engine }> {
  const engine: Engine = await ensureEngine();
  mkdirSync(home, { recursive: true });
  await prepareHome(home);
  const env = engineEnv({ engine, home, backend: join(home, "backend") });
  const own = Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.toLowerCase().startsWith("npm_")),
  );
  return { env: { ...own, ...SANDBOX_CREDENTIALS }, pulumi: engine.pulumi, engine };
}

async function deployAndDestroy(sandbox: Awaited<ReturnType<typeof startSandbox>>): Promise<void> {
  const { env, pulumi } = await engineFor(join(folder, "home"));
  const ec2 = new EC2({
    region: "us-east-1",
    endpoint: sandbox.url,
    credentials: { accessKeyId: SANDBOX_CREDENTIALS.AWS_ACCESS_KEY_ID, secretAccessKey: "sandbox" },
  });
  // The host that sends is the operator's own.
  const { NetworkInterface } = await ec2.createNetworkInterface({
    SubnetId: "subnet-0a1b2c3d4e5f60718",
    PrivateIpAddresses: ["10.0.1.50", "10.0.1.51"].map((PrivateIpAddress, index) => ({
      PrivateIpAddress,
      Primary: index === 0,
    })),
  });
  const project = join(folder, "acme-mail");
  const values = fourValues(NetworkInterface?.NetworkInterfaceId ?? "");
  const made = await sendips(folder, ["init", "acme-mail", ...values], env);
  expect(made.code, made.output).toBe(0);
  await pointAtSandbox(project, sandbox);
  const at = { cwd: project, env };
  const up = () =>
    run(pulumi, ["up", "-s", "acme", "--yes", "--skip-preview", "--non-interactive"], at);

  // The packages lie above the project, as in a workspace.
  await runOrFail(pulumi, ["stack", "init", "acme"], at);
  const key = await sendips(project, ["dkim", "new", "acme", "--sign"], env);
  expect(key.code, key.output).toBe(0);
  const linted = await sendips(project, ["lint"], env);
  expect([linted.code, linted.stdout]).toEqual([0, expect.stringContaining("1 stack: 0 errors")]);
  const first = await up();
  expect(first.code, first.output).toBe(0);
  const addresses = () =>
    Object.values(sandbox.world.state.aws.regions["us-east-1"]?.addresses ?? {});
  expect(addresses()).toEqual([
    expect.objectContaining({
      association: expect.objectContaining({ privateIp: "10.0.1.50" }),
    }),
  ]);
  const allocated = addresses().map(({ allocationId }) => allocationId);

  // From here on they lie in the project, as npm puts them.
  renameSync(join(folder, "node_modules"), join(project, "node_modules"));
  try {
    const schema = /\$schema=(\S+)/.exec(stackText(project))?.[1] ?? "";
    expect(existsSync(join(project, "stacks", schema))).toBe(true);
    edit(project, ["addresses", "tx2"], { privateIp: "10.0.1.51" });
    edit(project, ["dmarc", "policy"], "quarantine");
    const second = await up();
    expect(second.code, second.output).toBe(0);
    expect(addresses().map(({ allocationId }) => allocationId)).toEqual(
      expect.arrayContaining(allocated),
    );
    expect(addresses()).toHaveLength(2);
    const preview = ["preview", "-s", "acme", "--expect-no-changes", "--non-interactive"];
    await runOrFail(pulumi, preview, at);

    for (const address of ["tx1", "tx2"]) {
      edit(project, ["addresses", address, "release"], true);
      edit(project, ["addresses", address, "releaseNow"], true);
    }
    edit(project, ["streams"], {});
    const released = await up();
    expect(released.code, released.output).toBe(0);
    const destroy = ["destroy", "-s", "acme", "--yes", "--skip-preview", "--run-program"];
    await runOrFail(pulumi, [...destroy, "--non-interactive"], at);
    expect(addresses()).toEqual([]);
    // DMARC covers other senders of the domain too, and stays when a tenant goes.
    const left = Object.values(sandbox.world.state.cloudflare.records).map(({ name }) => name);
    expect(left).toEqual(["_dmarc.acme.example"]);
  } finally {
    renameSync(join(project, "node_modules"), join(folder, "node_modules"));
  }
}

function stackText(project: string): string {
  return readFileSync(join(project, "stacks", "Pulumi.acme.yaml"), "utf8");
}

/** Sets a value of the tenant, as a person would with an editor. */
function edit(project: string, path: readonly string[], value: unknown): void {
  const document = parseDocument(stackText(project));
  document.setIn(["config", "sendips:tenant", ...path], document.createNode(value));
  writeFileSync(join(project, "stacks", "Pulumi.acme.yaml"), document.toString());
}
