/** A world kept as files: sandbox, state and stack files, put back into another one that listens elsewhere. */
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What is kept of a world, and what it is put back into. */
export interface SavedPlaces {
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

/** Keeps a world in `folder`, whole or not at all; its sandbox is closed. */
export async function saveWorld(
  folder: string,
  { places, listening }: { places: SavedPlaces; listening: Listening },
): Promise<void> {
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await cp(places.stateFile, join(partial, "state.json"));
  await cp(`${places.stateFile}.key`, join(partial, "state.json.key"));
  await cp(places.backend, join(partial, "backend"), { recursive: true });
  await cp(join(places.project, "stacks"), join(partial, "stacks"), { recursive: true });
  await writeFile(join(partial, "listening.json"), JSON.stringify(listening));
  await rename(partial, folder);
}

/** Puts a snapshot's sandbox state where a sandbox is to start. */
export async function restoreSandbox(snapshot: string, { stateFile }: SavedPlaces) {
  await cp(join(snapshot, "state.json"), stateFile);
  await cp(join(snapshot, "state.json.key"), `${stateFile}.key`);
}

/**
 * Puts a kept world's stacks into a back end and a project that speak to another sandbox.
 *
 * @returns the stacks' names.
 */
export async function restoreStacks(
  snapshot: string,
  places: SavedPlaces,
  now: Listening,
): Promise<string[]> {
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
  return (await readdir(join(places.backend, ".pulumi", "stacks", "sendips")))
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length));
}
