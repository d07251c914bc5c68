/** Our side: the real Pulumi engine with the stand-ins. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureEngine } from "../../sandbox/engine/ensure.ts";
import { engineEnv } from "../../sandbox/engine/env.ts";
import { prepareHome } from "../../sandbox/engine/home.ts";
import { REPOSITORY, SANDBOX_CREDENTIALS } from "../../sandbox/project.ts";
import { mustPulumi, runPulumi } from "../../sandbox/pulumi.ts";
import type { Props } from "./names.ts";
import type { SuitedResource } from "./resources.ts";
import {
  type Change,
  type ExistingResource,
  type Outcome,
  preparedSandbox,
  type Side,
} from "./side.ts";

/** Registers what a file names, and asks what it asks. */
const PROGRAM = `
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const pulumi = require("@pulumi/pulumi");
const version = (token) => require("@pulumi/" + token.split(":")[0] + "/package.json").version;
export default async () => {
  const { resources, lookUps } = JSON.parse(readFileSync("suite.json", "utf8"));
  for (const { name, type, inputs } of resources) {
    new pulumi.CustomResource(type, name, inputs, { version: version(type) });
  }
  const found = {};
  for (const { name, token, args } of lookUps) {
    found[name] = await pulumi.runtime.invoke(token, args, { version: version(token) });
  }
  return { found };
};
`;

interface ExportedResource {
  urn: string;
  type: string;
  id?: string;
  custom?: boolean;
  outputs?: Props;
}

export async function engineSide(): Promise<Side> {
  const { sandbox, ids, ec2 } = await preparedSandbox();
  const folder = join(REPOSITORY, ".sandbox", "official", `engine-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  const project = join(folder, "project");
  mkdirSync(project, { recursive: true });
  const engine = await ensureEngine();
  const home = join(folder, "home");
  // Whatever official plugins the person has: it is the stand-ins that are compared.
  await prepareHome(home, join(folder, "no-plugins"));
  const env = {
    ...engineEnv({ engine, home, backend: join(folder, "backend") }),
    ...SANDBOX_CREDENTIALS,
    PULUMI_DEBUG_COMMANDS: "true",
  };
  const { url, cloudflareUrl } = sandbox;
  const config = {
    "aws:region": { value: "us-east-1" },
    "aws:endpoints": { value: [{ ec2: url, sts: url, ssm: url }] },
    "aws:skipMetadataApiCheck": { value: true },
    "cloudflare:baseUrl": { value: cloudflareUrl },
  };
  writeFileSync(join(project, "index.mjs"), PROGRAM);
  writeFileSync(
    join(project, "Pulumi.yaml"),
    JSON.stringify({
      name: "suite",
      runtime: { name: "nodejs", options: { typescript: false } },
      main: "index.mjs",
      config,
    }),
  );
  const options = { cwd: project, env, pulumi: engine.pulumi };
  const suite = (resources: readonly SuitedResource[], lookUps: unknown[] = []) =>
    writeFileSync(
      join(project, "suite.json"),
      JSON.stringify({
        resources: resources.map(({ name, type, inputs }) => ({ name, type, inputs })),
        lookUps,
      }),
    );
  const stack = ["--stack", "suite"];
  const run = async (...args: string[]): Promise<Outcome> => {
    const { code, output } = await runPulumi([...args, ...stack], options);
    return { ok: code === 0, said: output };
  };
  const exported = async (): Promise<ExportedResource[]> => {
    const shown = await mustPulumi(["stack", "export", ...stack], options);
    const { deployment } = JSON.parse(shown.stdout) as {
      deployment: { resources?: ExportedResource[] };
    };
    return (deployment.resources ?? []).filter(
      ({ custom, type }) => custom === true && !type.startsWith("pulumi:"),
    );
  };
  const forget = async () => {
    await runPulumi(["stack", "rm", "suite", "--yes", "--force", "--preserve-config"], options);
    await mustPulumi(["stack", "init", "suite"], options);
  };
  await forget();

  return {
    sandbox,
    ids,
    ec2,
    up(resources) {
      suite(resources);
      return run("up", "--yes", "--skip-preview", "--continue-on-error");
    },
    async plan(resources, refresh) {
      suite(resources);
      const args = ["preview", "--json", ...(refresh ? ["--refresh"] : []), ...stack];
      const { stdout, code, output } = await runPulumi(args, options);
      if (code !== 0) throw new Error(output);
      const changes = changesIn(JSON.parse(stdout));
      // What stays as it is, is not mentioned.
      for (const { name } of resources) {
        if (!changes.has(name)) changes.set(name, { action: "none", replaces: [] });
      }
      return changes;
    },
    refresh(resources) {
      suite(resources);
      return run("refresh", "--yes", "--skip-preview");
    },
    async state() {
      return new Map(
        (await exported()).map(({ urn, id = "", outputs = {} }): [string, ExistingResource] => [
          nameOf(urn),
          { id, values: outputs },
        ]),
      );
    },
    async import(resources, found) {
      suite([]);
      const file = join(folder, "import.json");
      const list = resources.map(({ name, type }) => ({ name, type, id: found.get(name) }));
      writeFileSync(file, JSON.stringify({ resources: list }));
      return run("import", "--file", file, "--yes", "--generate-code=false", "--protect=false");
    },
    async destroy() {
      return run("destroy", "--yes", "--skip-preview");
    },
    forget,
    async lookUp(all) {
      suite([], [...all]);
      const { ok, said } = await run("up", "--yes", "--skip-preview");
      if (!ok) throw new Error(said);
      const shown = await mustPulumi(["stack", "output", "--json", ...stack], options);
      const { found } = JSON.parse(shown.stdout) as { found: Record<string, Props> };
      return new Map(Object.entries(found));
    },
    async close() {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const nameOf = (urn: string) => urn.split("::").at(-1) ?? "";

interface PreviewJson {
  steps: { op: string; urn: string; replaceReasons?: string[] | null }[];
}

function changesIn({ steps }: PreviewJson): Map<string, Change> {
  const changes = new Map<string, Change>();
  for (const { op, urn, replaceReasons } of steps) {
    const [, , type = ""] = urn.split("::");
    if (type.startsWith("pulumi:")) continue;
    const action = ACTIONS[op];
    if (action === undefined) continue;
    const replaces = [...(replaceReasons ?? [])].map((path) => path.split(/[.[]/)[0] ?? path);
    changes.set(nameOf(urn), { action, replaces: [...new Set(replaces)].sort() });
  }
  return changes;
}

/** A replacement has several steps; one of them says so. */
const ACTIONS: Readonly<Record<string, Change["action"]>> = {
  same: "none",
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
};
