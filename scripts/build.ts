/**
 * `npm run build`: makes `dist/`, what the package runs. Node does not strip types below node_modules, so
 * that a package holds JavaScript; in the repository the sources run as they are and nobody needs this.
 *
 * The sources lie in `dist/src`, where the maps of code and declarations find them: an editor goes from
 * a use to the line that somebody wrote.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const REPOSITORY = join(import.meta.dirname, "..");
const DIST = join(REPOSITORY, "dist");
const FOLDERS = ["mail", "core", "components", "program", "aws", "dns", "cli", "plugin"];

/** What the engine and Node read of the plugin; its code is built as all code is. */
const PLUGIN_FILES = ["PulumiPlugin.yaml", "package.json", "schema.json"];

/** Of the repository only: what writes schema/, docs/ and the plugin's schema, and what is no TypeScript. */
const REPOSITORY_ONLY = [
  ...["cli/schema.ts", "cli/config-reference.ts", "cli/sendips.mjs"],
  ...["plugin/index.ts", "plugin/plugin.mjs", "plugin/tsconfig.json"],
  ...PLUGIN_FILES.map((file) => `plugin/${file}`),
].map((file) => join(REPOSITORY, file));

rmSync(DIST, { recursive: true, force: true });
for (const folder of FOLDERS) {
  cpSync(join(REPOSITORY, folder), join(DIST, "src", folder), {
    recursive: true,
    filter: (source) => !REPOSITORY_ONLY.includes(source),
  });
}
const tsc = join(REPOSITORY, "node_modules", "@typescript", "native", "bin", "tsc");
execFileSync(process.execPath, [tsc, "--project", join(REPOSITORY, "tsconfig.build.json")], {
  stdio: "inherit",
});

const plugin = join(DIST, "plugin");
mkdirSync(plugin, { recursive: true });
for (const file of PLUGIN_FILES) cpSync(join(REPOSITORY, "plugin", file), join(plugin, file));
// It can wait for nothing: the SDK loads it by `require`, which takes no top-level await.
const entry = readFileSync(join(REPOSITORY, "plugin", "plugin.mjs"), "utf8");
writeFileSync(join(plugin, "plugin.mjs"), entry.replace("./host.ts", "./host.js"));
