/** octoDNS's Cloudflare provider, a client that we did not write, publishes a zone, changes it and takes it back. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { needPeers } from "../peers/venv.ts";
import { sandboxForTest } from "./support.ts";

const run = promisify(execFile);

const ZONE = `
tx1.mail:
  type: A
  value: 192.0.2.1
news:
  - type: MX
    values: [{ preference: 10, exchange: mk1.mail.acme.example. }]
  - type: TXT
    values: ["v=spf1 ip4:192.0.2.1 -all", "${"k".repeat(300)}"]
mta-sts:
  type: CNAME
  value: mta-sts.operator.example.
"":
  - type: CAA
    values: [{ flags: 0, tag: issue, value: ca.example }]
  - type: TXT
    value: v=spf1 -all
`;

it("octoDNS publishes, finds nothing to do, changes and deletes", {
  timeout: 300_000,
}, async (context) => {
  const python = await needPeers(context);
  const sandbox = await sandboxForTest();
  const folder = mkdtempSync(join(tmpdir(), "sendips-octodns-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "zones"));
  const config = {
    providers: {
      files: {
        class: "octodns.provider.yaml.YamlProvider",
        directory: join(folder, "zones"),
        default_ttl: 300,
        enforce_order: false,
      },
      cloudflare: {
        ...{ class: "octodns_cloudflare.CloudflareProvider", token: "any", pagerules: false },
        ...{ api_url: sandbox.cloudflareUrl, retry_count: 0 },
      },
    },
    zones: { "acme.example.": { sources: ["files"], targets: ["cloudflare"] } },
  };
  const file = join(folder, "config.yaml");
  writeFileSync(file, JSON.stringify(config));
  const zone = (text: string) => writeFileSync(join(folder, "zones", "acme.example.yaml"), text);
  /** What octoDNS says that it did: `{ Creates: 7 }`. */
  const sync = async (...flags: string[]): Promise<string> => {
    const command = join(dirname(python), "octodns-sync");
    const args = ["--config-file", file, "--doit", "--force", ...flags];
    const { stdout, stderr } = await run(command, args, { timeout: 120_000 });
    return stdout + stderr;
  };
  const records = () => Object.values(sandbox.world.state.cloudflare.records);

  zone(ZONE);
  expect(await sync()).toMatch(/Creates=6, Updates=0, Deletes=0/);
  expect(
    records()
      .map(({ type }) => type)
      .sort(),
  ).toEqual(["A", "CAA", "CNAME", "MX", "TXT", "TXT", "TXT"]);
  expect(await sync()).toMatch(/No changes were planned/);
  zone(ZONE.replace("192.0.2.1\n", "192.0.2.2\n").replace("preference: 10", "preference: 20"));
  expect(await sync()).toMatch(/Creates=0, Updates=2, Deletes=0/);
  expect(records().find(({ type }) => type === "A")?.content).toBe("192.0.2.2");
  zone('"":\n  type: TXT\n  value: v=spf1 -all\n');
  expect(await sync()).toMatch(/Creates=0, Updates=0, Deletes=5/);
  expect(records().map(({ content }) => content)).toEqual(['"v=spf1 -all"']);
});
