/** One process at a time, by a folder that only one can make; a dead owner's lock is taken over. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Runs `work` while holding the lock `folder`; `waiting` is called once when another holds it. */
export async function withLock<T>(
  folder: string,
  work: () => Promise<T>,
  waiting: () => void,
): Promise<T> {
  const owner = join(folder, "pid");
  await mkdir(dirname(folder), { recursive: true });
  let told = false;
  for (;;) {
    try {
      await mkdir(folder);
      break;
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error) || error.code !== "EEXIST") throw error;
    }
    const pid = Number(await readFile(owner, "utf8").catch(() => ""));
    if (pid > 0 && !alive(pid)) {
      await rm(folder, { recursive: true, force: true });
      continue;
    }
    if (!told) waiting();
    told = true;
    await sleep(500);
  }
  try {
    await writeFile(owner, String(process.pid));
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
