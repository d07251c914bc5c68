/** The sampler sees a command's children and what they take. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { sampleTree } from "../../bench/process-tree.ts";

const MB = 1_000_000;

test.runIf(process.platform === "linux")("a grandchild's memory counts", async () => {
  const hungry = `const held = Buffer.alloc(${200 * MB}, 1); setTimeout(() => held, 1000)`;
  const parent = `require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(hungry)}])`;
  const child = spawn(process.execPath, ["-e", parent], { stdio: "ignore" });
  if (child.pid === undefined) throw new Error("the child did not start");
  const stop = sampleTree(child.pid, { interval: 20, pss: true });
  await once(child, "close");
  const peaks = stop();
  expect(peaks.cpu).toBeGreaterThan(0);
  expect(peaks.largest).toBeGreaterThan(200 * MB);
  // The parent and the child together, weighed with and without what they share.
  expect(peaks.rss).toBeGreaterThan(peaks.largest);
  expect(peaks.pss).toBeGreaterThan(200 * MB);
  expect(peaks.pss).toBeLessThan(peaks.rss);
  expect(peaks.program).toBe(0);
});
