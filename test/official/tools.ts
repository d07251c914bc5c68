/**
 * The official programs: a `terraform` or `tofu`, and the two providers, from where they lie or built from
 * their Go modules. Nobody's own stands in for them here.
 */
import { execFile, spawn } from "node:child_process";
import { constants, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { access, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { withLock } from "../../sandbox/engine/lock.ts";

const run = promisify(execFile);

export type ProviderName = "aws" | "cloudflare";

/** A program that is there. */
export interface Tool {
  path: string;
  version: string;
  /** `found`, where somebody put it, or `built` from its Go module. */
  source: "found" | "built";
}

/** What the suite runs with; a part that is missing says why. */
export interface Tools {
  cli: Tool | string;
  providers: Record<ProviderName, Tool | string>;
}

/** Go modules, at the newest commits that the public module proxy had in November 2026. */
const MODULES = {
  tofu: { path: "github.com/opentofu/opentofu", version: "v1.12.6", package: "/cmd/tofu" },
  aws: {
    path: "github.com/hashicorp/terraform-provider-aws",
    version: "v1.60.1-0.20260602190131-5f2286d6d836",
    package: "",
  },
  cloudflare: {
    path: "github.com/cloudflare/terraform-provider-cloudflare",
    version: "v0.0.0-20260824180050-4f360d592a7d",
    package: "",
  },
} as const;

const NAMESPACES = { aws: "hashicorp", cloudflare: "cloudflare" } as const;

/** Where what was built is kept. */
export function cacheFolder(): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return join(cache, "sendips", "official");
}

/** Finds the programs; with `build`, builds those that are missing: minutes for tofu, half an hour and more a provider. */
export async function findTools(options: {
  build: boolean;
  log: (line: string) => void;
}): Promise<Tools> {
  const { build, log } = options;
  const get = async (name: keyof typeof MODULES, found: Tool | undefined) => {
    if (found !== undefined) return found;
    const kept = await builtTool(name);
    if (kept !== undefined) return kept;
    if (!build) {
      return `${nameOf(name)} lies nowhere that it is looked for; npm run test:official -- --build makes it from its Go module`;
    }
    return buildTool(name, log).catch((error: Error) => error.message);
  };
  // One after the other: each build fills every core.
  const cli = await get("tofu", await cliOnPath());
  const aws = await get("aws", await providerIn("aws"));
  const cloudflare = await get("cloudflare", await providerIn("cloudflare"));
  return { cli, providers: { aws, cloudflare } };
}

function nameOf(name: keyof typeof MODULES): string {
  return name === "tofu" ? "terraform or tofu" : `terraform-provider-${name}`;
}

async function cliOnPath(): Promise<Tool | undefined> {
  for (const name of ["terraform", "tofu"]) {
    for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
      const path = join(folder, name);
      if (!(await runs(path))) continue;
      const { stdout } = await run(path, ["version", "-json"]).catch(() => ({ stdout: "{}" }));
      const { terraform_version: version }: { terraform_version?: string } = JSON.parse(stdout);
      if (version !== undefined) return { path, version: `${name} ${version}`, source: "found" };
    }
  }
  return undefined;
}

/** The newest of a provider in any folder that Terraform itself would look into, or that holds a mirror. */
async function providerIn(name: ProviderName): Promise<Tool | undefined> {
  const found: { path: string; version: string }[] = [];
  for (const folder of pluginFolders()) {
    const versions = join(folder, "registry.terraform.io", NAMESPACES[name], name);
    for (const version of fileNames(versions)) {
      const unpacked = join(
        versions,
        version,
        `linux_${process.arch === "x64" ? "amd64" : "arm64"}`,
      );
      for (const file of fileNames(unpacked)) {
        const path = join(unpacked, file);
        if (file.startsWith(`terraform-provider-${name}`) && (await runs(path))) {
          found.push({ path, version });
        }
      }
    }
  }
  const [newest] = found.sort((a, b) => compare(b.version, a.version));
  return newest === undefined ? undefined : { ...newest, source: "found" };
}

/** Plugin folders: named in the CLI's configuration, its implied ones, and unpacked mirrors below /opt. */
function pluginFolders(): string[] {
  const { TF_PLUGIN_CACHE_DIR, TF_CLI_CONFIG_FILE, XDG_DATA_HOME } = process.env;
  const config = TF_CLI_CONFIG_FILE ?? join(homedir(), ".terraformrc");
  const text = existsSync(config) ? readFileSync(config, "utf8") : "";
  const named = [...text.matchAll(/(?:path|plugin_cache_dir)\s*=\s*"([^"]+)"/g)].map(
    ([, path = ""]) => path,
  );
  const data = XDG_DATA_HOME ?? join(homedir(), ".local", "share");
  const implied = [
    join(homedir(), ".terraform.d", "plugins"),
    join(homedir(), ".terraform.d", "plugin-cache"),
    join(data, "terraform", "plugins"),
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
  ];
  const mirrors = fileNames("/opt").map((folder) => join("/opt", folder));
  return [...(TF_PLUGIN_CACHE_DIR ? [TF_PLUGIN_CACHE_DIR] : []), ...named, ...implied, ...mirrors];
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function runs(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function compare(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

function placeOf(name: keyof typeof MODULES): string {
  const { version } = MODULES[name];
  return join(
    cacheFolder(),
    `${name}-${version}`,
    name === "tofu" ? name : `terraform-provider-${name}`,
  );
}

async function builtTool(name: keyof typeof MODULES): Promise<Tool | undefined> {
  const path = placeOf(name);
  if (!(await runs(path))) return undefined;
  return { path, version: `module ${MODULES[name].version}`, source: "built" };
}

/** @throws with what go said. */
async function buildTool(name: keyof typeof MODULES, log: (line: string) => void): Promise<Tool> {
  const { path, version } = MODULES[name];
  const place = placeOf(name);
  return withLock(
    `${dirname(place)}.lock`,
    async () => {
      const made = await builtTool(name);
      if (made !== undefined) return made;
      const folder = await mkdtemp(join(tmpdir(), "sendips-official-"));
      const begun = Date.now();
      const beat = setInterval(() => {
        log(`  still building ${path}: ${Math.round((Date.now() - begun) / 60_000)} min`);
      }, 60_000);
      log(`building ${path} ${version} from its Go module`);
      try {
        // A module of our own that requires it: `go install …@version` refuses one with `replace` lines.
        await writeFile(join(folder, "go.mod"), "module official\n\ngo 1.26\n");
        await go(["get", `${path}@${version}`], folder);
        const out = join(folder, "made");
        await go(
          ["build", "-mod=mod", "-ldflags", "-s -w", "-o", out, path + MODULES[name].package],
          folder,
        );
        await mkdir(dirname(place), { recursive: true });
        await rename(out, place).catch(async () => {
          // The temporary folder may lie on another file system.
          await run("cp", [out, `${place}.part`]);
          await rename(`${place}.part`, place);
        });
      } finally {
        clearInterval(beat);
        await rm(folder, { recursive: true, force: true });
      }
      return { path: place, version: `module ${version}`, source: "built" as const };
    },
    () => log(`waiting for another process that builds ${path}`),
  );
}

function go(args: readonly string[], cwd: string): Promise<void> {
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false", GOWORK: "off" };
  const child = spawn("go", args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (data: Buffer) => {
    said = (said + data.toString()).slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`cannot run go: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go ${args[0]} ended with status ${code}: ${said.trim()}`));
    });
  });
}
