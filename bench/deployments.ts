/**
 * The two that are compared, each deployed on a sandbox of its own with a Pulumi home and a backend
 * of its own: the example tenant as this project deploys it, and as a program in Pulumi's default
 * TypeScript template does.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { deployedOf } from "../sandbox/deployed-stack.ts";
import type { Engine } from "../sandbox/engine/ensure.ts";
import { engineEnv } from "../sandbox/engine/env.ts";
import { prepareHome } from "../sandbox/engine/home.ts";
import { makeExampleKey } from "../sandbox/example-keys.ts";
import {
  cloudflareZones,
  copyProject,
  REPOSITORY,
  SANDBOX_CREDENTIALS,
} from "../sandbox/project.ts";
import { mustPulumi, type PulumiOptions } from "../sandbox/pulumi.ts";
import { type Sandbox, startSandbox } from "../sandbox/server.ts";
import { cloudResources, type StackExport } from "./resources.ts";

/** A deployed stack `acme`. */
export interface Deployment {
  name: string;
  options: PulumiOptions;
  /** The stack's state. */
  exported(): Promise<StackExport>;
  /**
   * Empties what earlier runs left for later ones: Node's compile cache, which ours turns on, and
   * ts-node's, with which the template skips the type check. Both lie in the temporary folder.
   */
  forget(): void;
  close(): Promise<void>;
}

const UP = ["up", "--stack", "acme", "--yes", "--skip-preview"];
const STACK = "acme";

/** The example mail host and tenant, by this project. */
export async function deployOurs(folder: string, engine: Engine): Promise<Deployment> {
  const { sandbox, options } = await mailHost(folder, engine);
  try {
    await mustPulumi(["stack", "init", STACK], options);
    await makeExampleKey(STACK, "s202611", options);
    await mustPulumi(UP, options);
    return deployment("sendips", sandbox, options);
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

/** The same resources by the template's program, with what it cannot know taken from ours. */
export async function deployTemplate(
  folder: string,
  engine: Engine,
  ours: Deployment,
): Promise<Deployment> {
  const cwd = join(REPOSITORY, ".sandbox", "bench", "template");
  await installTemplate(cwd);
  const { sandbox, options } = await mailHost(folder, engine);
  try {
    const { privateIps = {} } = (await deployedOf("mx-1", options)).outputs;
    const { url, cloudflareUrl } = sandbox;
    const zones = Object.fromEntries(
      (await cloudflareZones()).map(({ name, id }) => [name, id] as const),
    );
    const config = {
      "aws:region": "us-east-1",
      "aws:endpoints": [{ ec2: url, sts: url, ssm: url }],
      "aws:skipMetadataApiCheck": true,
      "cloudflare:baseUrl": cloudflareUrl,
      "acme:zoneId": zones["acme.example"],
      "acme:operatorZoneId": zones["operator.example"],
      "acme:networkInterfaceId": privateIps["10.0.1.10"],
      "acme:dkim": await dkimContent(ours),
    };
    await writeFile(join(cwd, `Pulumi.${STACK}.yaml`), stringify({ config }));
    const here = { ...options, cwd };
    await mustPulumi(["stack", "init", STACK], here);
    await mustPulumi(UP, here);
    return deployment("template", sandbox, here);
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

function deployment(name: string, sandbox: Sandbox, options: PulumiOptions): Deployment {
  return {
    name,
    options,
    exported: async () => {
      const shown = await mustPulumi(["stack", "export", "--stack", STACK], options);
      return JSON.parse(shown.stdout);
    },
    forget: () => emptied(String(options.env["TMPDIR"])),
    close: () => sandbox.close(),
  };
}

/** A sandbox with the example mail host on it. */
async function mailHost(
  folder: string,
  engine: Engine,
): Promise<{ sandbox: Sandbox; options: PulumiOptions }> {
  emptied(folder);
  const sandbox = await startSandbox({
    zones: await cloudflareZones(),
    stateFile: join(folder, "state.json"),
    // The template's program does not wait until its A records are served before it sets the PTR.
    delays: { dnsPropagation: 0, ptrPending: 0 },
  });
  try {
    const cwd = join(folder, "project");
    await copyProject(cwd, sandbox);
    const home = join(folder, "home");
    await prepareHome(home);
    const env: NodeJS.ProcessEnv = {
      ...engineEnv({ home, backend: join(folder, "backend"), engine }),
      ...SANDBOX_CREDENTIALS,
      TMPDIR: emptied(join(folder, "tmp")),
    };
    // Only what a user has: the template knows no compile cache, and ours turns its own on.
    delete env["NODE_COMPILE_CACHE"];
    const options = { cwd, env, pulumi: engine.pulumi };
    await mustPulumi(["stack", "init", "mx-1"], options);
    await mustPulumi(["up", "--stack", "mx-1", "--yes", "--skip-preview"], options);
    return { sandbox, options };
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

/** The folder, there and empty. */
function emptied(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A copy of the template with its own packages: its own TypeScript, which ts-node needs. */
async function installTemplate(folder: string): Promise<void> {
  const source = join(import.meta.dirname, "template");
  const lock = readFileSync(join(source, "package-lock.json"));
  const wanted = createHash("sha256").update(lock).update(process.version).digest("hex");
  const stamp = join(folder, "node_modules", ".sendips-lock");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    await rm(folder, { recursive: true, force: true });
  }
  await cp(source, folder, { recursive: true });
  await rm(join(folder, `Pulumi.${STACK}.yaml`), { force: true });
  if (existsSync(stamp)) return;
  await promisify(execFile)("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
  });
  writeFileSync(stamp, wanted);
}

/** The DKIM record that ours publishes; one key signs for both streams. */
async function dkimContent(ours: Deployment): Promise<unknown> {
  const records = cloudResources(await ours.exported());
  return records.find(({ inputs }) => String(inputs?.["name"]).includes("._domainkey."))?.inputs?.[
    "content"
  ];
}
