/** The folder of a test run's snapshots: there as long as the run. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = join(import.meta.dirname, "..", "..", ".sandbox", "test", `run-${process.pid}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  project.provide("snapshots", folder);
  return () => rm(folder, { recursive: true, force: true });
}
