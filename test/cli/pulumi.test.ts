/** Which Pulumi CLI the command line runs. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { installedPulumi, pulumiCommand } from "../../cli/engine/pulumi.ts";
import { REPOSITORY } from "../../sandbox/project.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sendips-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A CLI in a home's folder of versions, where `npx pulumi` puts it. */
function downloaded(home: string, version: string): string {
  const bin = join(home, "versions", version, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "pulumi"), "");
  return join(bin, "pulumi");
}

const { version: PINNED }: { version: string } = JSON.parse(
  readFileSync(join(REPOSITORY, "node_modules", "pulumi", "package.json"), "utf8"),
);

test("of the versions in Pulumi's home it is the one that the npm package pins", () => {
  const home = temporaryFolder();
  const pinned = downloaded(home, PINNED);
  downloaded(home, "3.1.0");
  expect(installedPulumi({ PULUMI_HOME: home, PATH: "" })).toBe(pinned);
});

test("a project's own npm package goes before ours", () => {
  const [home, project] = [temporaryFolder(), temporaryFolder()];
  downloaded(home, PINNED);
  const own = downloaded(home, "3.300.0");
  const folder = join(project, "node_modules", "pulumi");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "pulumi", version: "3.300.0" }),
  );
  expect(installedPulumi({ PULUMI_HOME: home, PATH: "" }, project)).toBe(own);
});

test("where none is there yet it is the npm package's, which gets it", () => {
  expect(pulumiCommand({ PULUMI_HOME: temporaryFolder(), PATH: "" })).toBe(
    join(realpathSync(join(REPOSITORY, "node_modules")), ".bin", "pulumi"),
  );
});
