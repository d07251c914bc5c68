/**
 * What a deployment leaves, kept for the tests that begin with it: sandbox, state and stack files. It is made once a
 * test run by the real engine, and each test has a copy of its own.
 */
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import { withLock } from "../../sandbox/engine/lock.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the run's snapshots; see `snapshot-folder.ts`. */
    snapshots: string;
  }
}

/** What a snapshot is made of, and what it is put back into. */
export interface SnapshotPlaces {
  /** The sandbox's state file, with the key beside it. */
  stateFile: string;
  /** The folder of the file back end. */
  backend: string;
  /** The folder of the project. */
  project: string;
}

/** Where the sandbox of a snapshot listened: its stacks' providers hold that, and the copy listens elsewhere. */
export interface Listening {
  url: string;
  dns: string;
}

/**
 * The snapshot of a name, made where it is not there yet; two tests at once make it once.
 *
 * @returns its folder.
 */
export async function snapshotOf(
  name: string,
  make: () => Promise<{ places: SnapshotPlaces; listening: Listening }>,
): Promise<string> {
  const folder = join(inject("snapshots"), name);
  const work = async () => {
    if (existsSync(folder)) return;
    const { places, listening } = await make();
    const partial = `${folder}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    await cp(places.stateFile, join(partial, "state.json"));
    await cp(`${places.stateFile}.key`, join(partial, "state.json.key"));
    await cp(places.backend, join(partial, "backend"), { recursive: true });
    await cp(join(places.project, "stacks"), join(partial, "stacks"), { recursive: true });
    await writeFile(join(partial, "listening.json"), JSON.stringify(listening));
    await rename(partial, folder);
  };
  await withLock(`${folder}.lock`, work, () => {});
  return folder;
}

/** Puts a snapshot's sandbox state where a sandbox is to start. */
export async function restoreSandbox(snapshot: string, { stateFile }: SnapshotPlaces) {
  await cp(join(snapshot, "state.json"), stateFile);
  await cp(join(snapshot, "state.json.key"), `${stateFile}.key`);
}

/** Puts a snapshot's stacks into a back end and a project that speak to another sandbox. */
export async function restoreStacks(snapshot: string, places: SnapshotPlaces, now: Listening) {
  const before = JSON.parse(await readFile(join(snapshot, "listening.json"), "utf8")) as Listening;
  await cp(join(snapshot, "stacks"), join(places.project, "stacks"), { recursive: true });
  await cp(join(snapshot, "backend"), places.backend, { recursive: true });
  const files = await readdir(places.backend, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile() && /\.json(\.|$)/.test(entry.name))) {
    const path = join(file.parentPath, file.name);
    const text = await readFile(path, "utf8");
    const moved = text.replaceAll(before.url, now.url).replaceAll(before.dns, now.dns);
    if (moved !== text) await writeFile(path, moved);
  }
}
