/** The state file and the key beside it that seals secret values in it. */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { State } from "./world.ts";

/** Seals secret values before they enter the state. */
export interface Vault {
  seal(clear: string): string;
  open(sealed: string): string;
}

/** The state of an earlier run, or undefined when the file does not exist. */
export function loadState(file: string): State | undefined {
  if (!existsSync(file)) return undefined;
  const state = JSON.parse(readFileSync(file, "utf8")) as State;
  if (state.version !== 1) throw new Error(`${file}: state version ${state.version}, 1 is known`);
  return state;
}

/** Atomic: a sandbox killed while saving leaves the old file or the new one, never half of one. */
export function saveState(file: string, state: State): void {
  const next = `${file}.${process.pid}.tmp`;
  writeFileSync(next, JSON.stringify(state), { mode: 0o600 });
  renameSync(next, file);
}

/** AES-256-GCM under a key kept in memory and, with a state file, beside it (mode 600). */
export function openVault(stateFile: string | undefined): Vault {
  const key = vaultKey(stateFile);
  return {
    seal(clear) {
      const iv = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, iv);
      const sealed = Buffer.concat([cipher.update(clear, "utf8"), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64");
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, "base64");
      const cipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
      cipher.setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([cipher.update(bytes.subarray(28)), cipher.final()]).toString("utf8");
    },
  };
}

function vaultKey(stateFile: string | undefined): Buffer {
  if (stateFile === undefined) return randomBytes(32);
  const file = `${stateFile}.key`;
  if (existsSync(file)) return Buffer.from(readFileSync(file, "utf8"), "base64");
  const key = randomBytes(32);
  writeFileSync(file, key.toString("base64"), { mode: 0o600 });
  return key;
}
