/** Our client of blocklists, held against rbldnsd, the server that the large lists run. */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { blocklistReader } from "../../dns/blocklists.ts";

/** Debian keeps it where a person's PATH does not look. */
const PLACES = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
const RBLDNSD = PLACES.map((place) => join(place, "rbldnsd")).find(existsSync);

let server: ChildProcess | undefined;
let folder: string | undefined;

afterEach(() => {
  server?.kill("SIGKILL");
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** Serves lists, each by its zone and its `ip4set`; says where. */
async function serve(binary: string, lists: Record<string, string>): Promise<string> {
  folder = mkdtempSync(join(tmpdir(), "rbldnsd-"));
  // Started by root it becomes a user of its own, who must be able to read.
  chmodSync(folder, 0o755);
  const port = await freePort();
  for (const [zone, text] of Object.entries(lists)) writeFileSync(join(folder, zone), text);
  const zones = Object.keys(lists).map((zone) => `${zone}:ip4set:${zone}`);
  const at = `127.0.0.1/${port}`;
  const started = spawn(binary, ["-n", "-b", at, ...zones], { cwd: folder });
  server = started;
  await new Promise<void>((resolve, reject) => {
    let said = "";
    for (const stream of [started.stdout, started.stderr]) {
      stream.on("data", (chunk) => {
        said += String(chunk);
        if (said.includes("started")) resolve();
      });
    }
    started.once("exit", () => reject(new Error(said)));
  });
  return `127.0.0.1:${port}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

test("listed, not listed, and listed under a code that does not count", async ({ skip }) => {
  if (RBLDNSD === undefined) return skip("rbldnsd is not installed (Debian: apt install rbldnsd)");
  const at = await serve(RBLDNSD, {
    "bl.example": ":127.0.0.4:see https://list.example/$\n127.0.0.2\n198.51.100.7\n",
    "ranges.example": "127.0.0.2 :2:test\n198.51.100.0/24 :11:a range\n",
  });
  const list = blocklistReader({ zone: "bl.example" }, [at]);
  expect(await list.brokenBy()).toBeUndefined();
  expect(await list.verdict("198.51.100.7")).toEqual({ outcome: "listed", codes: ["127.0.0.4"] });
  expect(await list.verdict("198.51.100.8")).toEqual({ outcome: "clear" });
  const ranges = { zone: "ranges.example" };
  expect(await blocklistReader(ranges, [at]).verdict("198.51.100.8")).toEqual({
    ...{ outcome: "listed", codes: ["127.0.0.11"] },
  });
  const strict = blocklistReader({ ...ranges, codes: ["127.0.0.2"] }, [at]);
  expect(await strict.brokenBy()).toBeUndefined();
  expect(await strict.verdict("198.51.100.8")).toEqual({ outcome: "clear" });
});

test("a list without its test point, one that lists everything, one that is not there", async ({
  skip,
}) => {
  if (RBLDNSD === undefined) return skip("rbldnsd is not installed (Debian: apt install rbldnsd)");
  const at = await serve(RBLDNSD, {
    "empty.example": "198.51.100.7\n",
    "everything.example": "127.0.0.0/8\n",
    "refused.example":
      "127.0.0.0/8 :127.255.255.254:error\n198.51.100.0/24 :127.255.255.254:error\n",
  });
  const brokenBy = (zone: string) => blocklistReader({ zone }, [at]).brokenBy();
  expect(await brokenBy("empty.example")).toContain("it does not list 127.0.0.2");
  expect(await brokenBy("everything.example")).toContain("it lists 127.0.0.1");
  expect(await brokenBy("refused.example")).toContain("public resolver");
  expect(await brokenBy("nobody.example")).toContain("EREFUSED");
  const refused = blocklistReader({ zone: "refused.example" }, [at]);
  expect(await refused.verdict("198.51.100.7")).toMatchObject({ outcome: "unknown" });
});
