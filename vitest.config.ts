import { defineConfig } from "vitest/config";

const FAULTS = ["test/engine/interruptions.test.ts", "test/engine/screening-interruptions.test.ts"];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // A command of its own, `npm run test:official`: it takes minutes, and programs that few have.
    // So is `npm run test:faults`, kills and full disks: together with the rest it is more than CI's 40 minutes.
    exclude: ["test/official/**", ...(process.env["SENDIPS_FAULTS"] === undefined ? FAULTS : [])],
    // Engine tests start the real CLI several times each; two at once fill two cores.
    // An engine test takes a minute or two on two cores, and several times that on a machine that does more.
    testTimeout: 600_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    globalSetup: "test/engine/snapshot-folder.ts",
    reporters: ["default", "./test/skip-reporter.ts"],
  },
});
