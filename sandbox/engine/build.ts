/** Builds the Pulumi CLI from its Go module, where the official download cannot be had. */
import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/**
 * Builds `<bin>/pulumi`. About four minutes on two cores, once.
 *
 * A wrapper module does what `go install …@version` refuses to do for a module with `replace` lines.
 * Without the version the Automation API would not accept the binary.
 *
 * @throws with what the go command said.
 */
export async function buildCli(
  version: string,
  bin: string,
  log: (line: string) => void,
  path = process.env["PATH"],
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sendips-engine-"));
  const begun = Date.now();
  const beat = setInterval(() => {
    const seconds = Math.round((Date.now() - begun) / 1000);
    log(`  still building the Pulumi CLI: ${Math.floor(seconds / 60)} min ${seconds % 60} s`);
  }, 20_000);
  try {
    for (const file of ["go.mod", "go.sum"]) {
      await copyFile(join(import.meta.dirname, "build", file), join(folder, file));
    }
    const made = join(folder, "pulumi");
    const ldflags = `-s -w -X ${VERSION_VARIABLE}=v${version}`;
    const tags = ["-tags", "osusergo,grpcnotrace"];
    await go(
      ["build", "-mod=mod", ...tags, "-ldflags", ldflags, "-o", made, PACKAGE],
      folder,
      path,
    );
    await mkdir(bin, { recursive: true });
    // Into place by rename, so that nobody ever runs half a binary.
    const beside = join(bin, `.pulumi-${process.pid}`);
    await copyFile(made, beside);
    await rename(beside, join(bin, "pulumi"));
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
