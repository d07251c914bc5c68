/** Writes a stack's state, by Pulumi's own command. */
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Pulumi, runPulumi } from "./pulumi.ts";
import { Refusal } from "./surroundings.ts";

/**
 * Runs `pulumi stack import`. Secrets in the text are encrypted, as `pulumi stack export` prints them.
 *
 * @throws Refusal with Pulumi's own words where it fails.
 */
export async function importState(pulumi: Pulumi, stack: string, exported: string): Promise<void> {
  const file = join(tmpdir(), `sendips-${process.pid}-state.json`);
  try {
    writeFileSync(file, exported, { mode: 0o600 });
    const { code, output } = await runPulumi(pulumi, [
      ...["stack", "import", "--stack", stack, "--file", file],
    ]);
    if (code !== 0) throw new Refusal(`${stack}: its state cannot be written\n${output}`);
  } finally {
    rmSync(file, { force: true });
  }
}
