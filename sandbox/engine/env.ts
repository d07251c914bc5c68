/** The environment of a hermetic run of the engine. */
import { existsSync, mkdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Engine } from "./ensure.ts";

const REPOSITORY = join(import.meta.dirname, "..", "..");

/** Where a run keeps its things. */
export interface RunPlaces {
  engine: Engine;
  /** Its PULUMI_HOME. */
  home: string;
  /** The folder of its file backend; made when absent. */
  backend: string;
}

/**
 * The process's environment with everything set that keeps a run to itself: own home, own backend,
 * a passphrase that protects nothing worth protecting, no downloads, the pinned Node first on PATH.
 */
export function engineEnv({ engine, home, backend }: RunPlaces): NodeJS.ProcessEnv {
  mkdirSync(backend, { recursive: true });
  const path = [
    dirname(process.execPath),
    join(REPOSITORY, "node_modules", ".bin"),
    engine.bin,
    process.env["PATH"] ?? "",
  ];
  // The engine prefers a plugin on PATH to that of its home, the language host's with the others'.
  const host = join(dirname(realpathSync(engine.pulumi)), "pulumi-language-nodejs");
  return {
    ...process.env,
    ...(existsSync(host) ? { PULUMI_IGNORE_AMBIENT_PLUGINS: "true" } : {}),
    PATH: path.join(delimiter),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: pathToFileURL(backend).href,
    PULUMI_CONFIG_PASSPHRASE: "sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    SENDIPS_LANGUAGE_HOST: join(import.meta.dirname, "language-host.mjs"),
    NODE_COMPILE_CACHE: join(REPOSITORY, ".sandbox", "compile-cache"),
  };
}
