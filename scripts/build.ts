/**
 * `npm run build`: makes `dist/`, what the package runs. Node does not strip types below node_modules, so
 * that a package holds JavaScript; in the repository the sources run as they are and nobody needs this.
 *
 * The sources lie in `dist/src`, where the maps of code and declarations find them: an editor goes from
 * a use to the line that somebody wrote.
 */
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";

const REPOSITORY = join(import.meta.dirname, "..");
const DIST = join(REPOSITORY, "dist");
const FOLDERS = ["mail", "core", "components", "program", "dns", "cli"];

/** Run in the repository only: it writes schema/ and docs/. */
const REPOSITORY_ONLY = ["cli/schema.ts", "cli/config-reference.ts", "cli/sendips.mjs"].map(
  (file) => join(REPOSITORY, file),
);

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
