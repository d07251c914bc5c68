import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: join(import.meta.dirname, "..", ".."),
  test: {
    include: ["test/official/**/*.test.ts"],
    // One round after the other, each with everything; a round of the CLI takes seconds.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    reporters: ["default", "./test/skip-reporter.ts"],
  },
});
