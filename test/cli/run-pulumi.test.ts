/** Running the Pulumi CLI: what it says, and how it ended. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runPulumi } from "../../cli/engine/pulumi.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An executable that is not the CLI: what is tested here is what stands around it. */
function executable(lines: string, folder = temporaryFolder()): string {
  const file = join(folder, "pulumi");
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${lines}\n`);
  chmodSync(file, 0o755);
  return file;
}

test("what it says comes apart and together, and how it ended", async () => {
  const command = executable('read line; echo "out $line $1"; echo err >&2; exit 3');
  const lines: string[] = [];
  const where = { command, cwd: tmpdir(), env: { PATH: process.env["PATH"] } };
  const ended = await runPulumi(where, ["whoami"], {
    input: "in\n",
    onLine: (line) => lines.push(line),
  });
  expect(ended).toMatchObject({ code: 3, stdout: "out in whoami\n", stderr: "err\n" });
  expect(lines.toSorted()).toEqual(["err", "out in whoami"]);
  expect(ended.output.split("\n").toSorted()).toEqual(["", "err", "out in whoami"]);
});

test("a CLI that does not end is given up, and one that is not there ends with 127", async () => {
  const env = { PATH: process.env["PATH"] };
  const slow = { command: executable("exec sleep 60"), cwd: tmpdir(), env };
  expect((await runPulumi(slow, [], { timeLimit: 200 })).code).toBe(124);
  const absent = { command: join(tmpdir(), "no-such-cli"), cwd: tmpdir(), env };
  expect(await runPulumi(absent, [])).toMatchObject({
    code: 127,
    stderr: expect.stringContaining("cannot run"),
  });
});
