/*
 * Preloaded into every program run (Pulumi.yaml, `nodeargs`): says what is wrong on a Node that
 * cannot run TypeScript, where Node itself would only say "unknown file extension", and keeps a compile
 * cache. Written so that any Node can read it.
 */
var parts = process.versions.node.split(".").map(Number);
if (parts[0] < 22 || (parts[0] === 22 && parts[1] < 18)) {
  process.stderr.write(
    "sendips needs Node 22.18 or later; this is " +
      process.version +
      " at " +
      process.execPath +
      ".\n" +
      "Run it through npx (npx pulumi up …), which brings Node 24, or install a later Node.\n",
  );
  process.exit(1);
}
// A CI job starts without a cache and leaves none for the next: writing it would cost a fifth of an
// update without changes. One that keeps a folder from job to job sets NODE_COMPILE_CACHE.
if (!process.env.NODE_COMPILE_CACHE && !process.env.CI) {
  require("node:module").enableCompileCache();
}
