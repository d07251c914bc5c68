/*
 * Preloaded into every program run (Pulumi.yaml, `nodeargs`): says what is wrong on a Node that
 * cannot run TypeScript, where Node itself would only say "unknown file extension", keeps a compile
 * cache, and spares the program what the SDK does for others. Written so that any Node can read it.
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

(() => {
  // The SDK as the program has it, with packages of its own. Where there is none, the engine says so.
  var sdk;
  try {
    sdk = require("node:module").createRequire(require.resolve("@pulumi/pulumi"));
  } catch (_) {
    return;
  }
  function instead(name, exports) {
    var file = sdk.resolve(name);
    require.cache[file] = { id: file, filename: file, loaded: true, exports: exports };
    return file;
  }

  // The SDK notes a stack for every promise and maps each frame of it through source maps. Node strips
  // types without moving a line, so that there is nothing to map; for one tenant it took half of the
  // program's time and of its memory.
  instead("source-map-support/register", {});

  // npm's dependency resolver, half of the files that the SDK loads, which only the serialisation of
  // functions uses: it is loaded when it is asked for.
  var lazy = { __esModule: true };
  var resolver = instead("@npmcli/arborist", lazy);
  Object.defineProperty(lazy, "Arborist", {
    enumerable: true,
    get: () => {
      if (require.cache[resolver].exports === lazy) delete require.cache[resolver];
      return sdk(resolver).Arborist;
    },
  });
})();
