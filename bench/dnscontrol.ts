/** dnscontrol: its `check`, built from its Go module, and the zones of a fleet in its language. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDmarc } from "../mail/dmarc/record.ts";
import { isSpf } from "../mail/spf/finding.ts";
import { type Peer, run } from "./peer.ts";
import type { ZoneRecord, Zones } from "./zones.ts";

const PACKAGE = "github.com/StackExchange/dnscontrol/v4";

/** What `dnscontrol check` is in the bench. It reads `dnsconfig.js`, validates every record, and asks nobody. */
export const DNSCONTROL: Peer = {
  name: "dnscontrol check",
  install: buildDnscontrol,
  write: writeDnscontrol,
};

/**
 * Builds `dnscontrol` below a folder, once for each `go.sum`. `go install …@version` would ask the
 * proxy for the list of versions, which not every proxy has; a module that requires it does not.
 */
async function buildDnscontrol(folder: string): Promise<readonly string[]> {
  const source = join(import.meta.dirname, "dnscontrol");
  const binary = join(folder, "dnscontrol");
  const built = join(folder, "go.sum");
  const sum = readFileSync(join(source, "go.sum"), "utf8");
  if (existsSync(binary) && existsSync(built) && readFileSync(built, "utf8") === sum) {
    return [binary, "check"];
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "module"), { recursive: true });
  for (const file of ["go.mod", "go.sum"]) {
    copyFileSync(join(source, file), join(folder, "module", file));
  }
  await run(["go", "build", "-mod=mod", "-ldflags", "-s -w", "-o", binary, PACKAGE], {
    cwd: join(folder, "module"),
    env: { CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false", GOWORK: "off" },
  });
  writeFileSync(built, sum);
  return [binary, "check"];
}

/** Writes `dnsconfig.js`, with dnscontrol's own builders for SPF and DMARC; it has none for DKIM. */
function writeDnscontrol(folder: string, zones: Zones): readonly string[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const domains = [...zones].map(([zone, records]) =>
    [
      `D(${quoted(zone)}, REGISTRAR, DnsProvider(PROVIDER), DefaultTTL(${records[0]?.ttl ?? 3600})`,
      ...records.map(recordCall),
    ].join(",\n  "),
  );
  const text = [
    'var REGISTRAR = NewRegistrar("none", "NONE");',
    'var PROVIDER = NewDnsProvider("bind", "BIND");',
    ...domains.map((domain) => `${domain}\n);`),
  ].join("\n");
  writeFileSync(join(folder, "dnsconfig.js"), `${text}\n`);
  return [];
}

function recordCall({ label, value }: ZoneRecord): string {
  switch (value.type) {
    case "A":
      return `A(${quoted(label)}, ${quoted(value.address)})`;
    case "MX":
      return `MX(${quoted(label)}, ${value.preference}, ${quoted(`${value.exchange}.`)})`;
    case "TXT":
      return textCall(label, value.text);
  }
}

function textCall(label: string, text: string): string {
  if (isSpf(text)) {
    return `SPF_BUILDER({ label: ${quoted(label)}, parts: ${JSON.stringify(text.split(" "))} })`;
  }
  const dmarc = /^_dmarc(?:\.(.+))?$/.exec(label);
  const { p, rua } = dmarc === null ? {} : (parseDmarc(text).value ?? {});
  if (dmarc === null || p === undefined) return `TXT(${quoted(label)}, ${quoted(text)})`;
  const options = { label: dmarc[1] ?? "@", policy: p, rua: rua ?? [] };
  return `DMARC_BUILDER(${JSON.stringify(options)})`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
