/** Builds the Pulumi CLI and its host for YAML from their Go modules, where the official download cannot be had. */
import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A program of a Go module. */
interface GoProgram {
  /** What the binary is called. */
  name: string;
  /** What a person calls it. */
  title: string;
  /** The folder beside this file with the wrapper module's `go.mod` and `go.sum`. */
  wrapper: string;
  package: string;
  /** `variable=value`, set at link time. */
  version: string;
}

/**
 * Builds `<bin>/pulumi`. About four minutes on two cores, once.
 *
 * Without the version the Automation API would not accept the binary.
 *
 * @throws with what the go command said.
 */
export function buildCli(
  version: string,
  bin: string,
  log: (line: string) => void,
  path = process.env["PATH"],
): Promise<void> {
  const cli: GoProgram = {
    name: "pulumi",
    title: "Pulumi CLI",
    wrapper: "build",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    version: `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`,
  };
  return buildGo(cli, bin, log, path);
}

/** The version of the host for YAML in `build-yaml/go.mod`. */
const YAML_VERSION = "v1.25.0";

/**
 * Builds `<bin>/pulumi-language-yaml`, which the official download has beside the CLI. About two minutes on two
 * cores, once.
 *
 * @throws with what the go command said.
 */
export function buildYamlHost(bin: string, log: (line: string) => void): Promise<void> {
  const host: GoProgram = {
    name: "pulumi-language-yaml",
    title: "host for Pulumi YAML",
    wrapper: "build-yaml",
    package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    version: `github.com/pulumi/pulumi-yaml/pkg/version.Version=${YAML_VERSION}`,
  };
  return buildGo(host, bin, log, process.env["PATH"]);
}

/** A wrapper module does what `go install …@version` refuses to do for a module with `replace` lines. */
async function buildGo(
  program: GoProgram,
  bin: string,
  log: (line: string) => void,
  path: string | undefined,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sendips-engine-"));
  const begun = Date.now();
  const beat = setInterval(() => {
    const seconds = Math.round((Date.now() - begun) / 1000);
    log(`  still building the ${program.title}: ${Math.floor(seconds / 60)} min ${seconds % 60} s`);
  }, 20_000);
  try {
    for (const file of ["go.mod", "go.sum"]) {
      await copyFile(join(import.meta.dirname, program.wrapper, file), join(folder, file));
    }
    const made = join(folder, program.name);
    const ldflags = `-s -w -X ${program.version}`;
    const tags = ["-tags", "osusergo,grpcnotrace"];
    await go(
      ["build", "-mod=mod", ...tags, "-ldflags", ldflags, "-o", made, program.package],
      folder,
      path,
    );
    await mkdir(bin, { recursive: true });
    // Into place by rename, so that nobody ever runs half a binary.
    const beside = join(bin, `.${program.name}-${process.pid}`);
    await copyFile(made, beside);
    await rename(beside, join(bin, program.name));
  } finally {
    clearInterval(beat);
    await rm(folder, { recursive: true, force: true });
  }
}

function go(args: readonly string[], cwd: string, path: string | undefined): Promise<void> {
  const child = spawn("go", args, {
    cwd,
    env: {
      ...process.env,
      PATH: path,
      CGO_ENABLED: "0",
      GOFLAGS: "-buildvcs=false",
      GOWORK: "off",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (data: Buffer) => {
    said = (said + data.toString()).slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`cannot run go: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go build ended with status ${code}: ${said.trim()}`));
    });
  });
}
