/**
 * What a deployment leaves, kept for the tests that begin with it: sandbox, state and stack files. It is made once a
 * test run by the real engine, and each test has a copy of its own.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { withLock } from "../../sandbox/engine/lock.ts";
import { type Listening, type SavedPlaces, saveWorld } from "./saved-world.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the run's snapshots; see `snapshot-folder.ts`. */
    snapshots: string;
  }
}

/**
 * The snapshot of a name, made where it is not there yet; two tests at once make it once.
 *
 * @returns its folder.
 */
export async function snapshotOf(
  name: string,
  make: () => Promise<{ places: SavedPlaces; listening: Listening }>,
): Promise<string> {
  const folder = join(inject("snapshots"), name);
  const work = async () => {
    if (existsSync(folder)) return;
    await saveWorld(folder, await make());
  };
  await withLock(`${folder}.lock`, work, () => {});
  return folder;
}
