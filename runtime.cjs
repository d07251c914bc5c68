/*
 * Preloaded into every program run (Pulumi.yaml, `nodeargs`): says what is wrong on a Node that
 * cannot run TypeScript, where Node itself would only say "unknown file extension", and turns the
 * compile cache on. Written so that any Node can read it.
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
if (!process.env.NODE_COMPILE_CACHE) require("node:module").enableCompileCache();
