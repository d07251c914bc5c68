/** octoDNS: its `octodns-validate` from PyPI, and the zones of a fleet as it reads them. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Peer, run } from "./peer.ts";
import type { ZoneRecord, Zones } from "./zones.ts";

/** What `octodns-validate` is in the bench. It reads a YAML file a zone, validates every record, and asks nobody. */
export const OCTODNS: Peer = {
  name: "octodns-validate",
  install: installOctodns,
  write: writeOctodns,
};

/** A Python environment below a folder, made once for each list of requirements. */
async function installOctodns(folder: string): Promise<readonly string[]> {
  const requirements = join(import.meta.dirname, "octodns", "requirements.txt");
  const wanted = readFileSync(requirements, "utf8");
  const stamp = join(folder, "requirements.txt");
  const command = [join(folder, "bin", "octodns-validate"), "--quiet"];
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return command;
  rmSync(folder, { recursive: true, force: true });
  await run(["python3", "-m", "venv", folder]);
  const options = ["--quiet", "--no-input", "--disable-pip-version-check"];
  const pip = [join(folder, "bin", "python"), "-m", "pip", "install", ...options];
  await run([...pip, "--requirement", requirements]);
  writeFileSync(stamp, wanted);
  return command;
}

/** Writes `config.yaml` and a file a zone. */
function writeOctodns(folder: string, zones: Zones): readonly string[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "zones"), { recursive: true });
  const config = {
    providers: {
      files: {
        class: "octodns.provider.yaml.YamlProvider",
        directory: join(folder, "zones"),
        // To compare the order of keys is no part of what is measured.
        enforce_order: false,
      },
    },
    zones: Object.fromEntries(
      [...zones.keys()].map((zone) => [`${zone}.`, { sources: ["files"], targets: ["files"] }]),
    ),
  };
  writeFileSync(join(folder, "config.yaml"), stringify(config, { aliasDuplicateObjects: false }));
  for (const [zone, records] of zones) {
    writeFileSync(join(folder, "zones", `${zone}.yaml`), stringify(zoneFile(records)));
  }
  return ["--config-file", join(folder, "config.yaml")];
}

interface Rrset {
  type: string;
  ttl: number;
  values: unknown[];
}

/** octoDNS keeps the records of a name together, and of a type in one. */
function zoneFile(records: readonly ZoneRecord[]): Record<string, Rrset[]> {
  const names: Record<string, Rrset[]> = {};
  for (const { label, ttl, value } of records) {
    const name = label === "@" ? "" : label;
    const rrsets = names[name] ?? [];
    names[name] = rrsets;
    let rrset = rrsets.find(({ type }) => type === value.type);
    if (rrset === undefined) {
      rrset = { type: value.type, ttl, values: [] };
      rrsets.push(rrset);
    }
    rrset.values.push(octodnsValue(value));
  }
  return names;
}

function octodnsValue(value: ZoneRecord["value"]): unknown {
  switch (value.type) {
    case "A":
      return value.address;
    case "MX":
      return { preference: value.preference, exchange: `${value.exchange}.` };
    case "TXT":
      return value.text.replaceAll(";", "\\;");
  }
}
