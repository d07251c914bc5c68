/**
 * The sandbox as a process:
 *
 *     node sandbox/main.ts --state F --http-port N --dns-port N --zone acme.example=<id>
 *       --subnet <id>=10.0.1.0/24 --delay ptrPending=500 --eip-quota 20 --clock-rate 10 --ready F
 *       --access F
 *
 * `--access` names a file with what credentials may do, as `POST /_sandbox/access` takes it.
 * `--ready` names a file that gets `{pid, url, cloudflareUrl, dns}` as JSON once it listens.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { accessChange } from "./access/policy.ts";
import { defaultDelays } from "./seed.ts";
import { type SandboxOptions, startSandbox } from "./server.ts";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: "string" },
      "http-port": { type: "string" },
      "dns-port": { type: "string" },
      zone: { type: "string", multiple: true },
      subnet: { type: "string", multiple: true },
      delay: { type: "string", multiple: true },
      "eip-quota": { type: "string" },
      "clock-rate": { type: "string" },
      access: { type: "string" },
      ready: { type: "string" },
    },
  });
  const options: SandboxOptions = {};
  if (values.state !== undefined) options.stateFile = values.state;
  if (values["http-port"] !== undefined) options.httpPort = number(values["http-port"]);
  if (values["dns-port"] !== undefined) options.dnsPort = number(values["dns-port"]);
  if (values["eip-quota"] !== undefined) options.eipQuota = number(values["eip-quota"]);
  if (values["clock-rate"] !== undefined) options.clockRate = number(values["clock-rate"]);
  if (values.zone !== undefined) {
    options.zones = values.zone.map(pair).map(([name, id]) => ({ id, name }));
  }
  if (values.subnet !== undefined) {
    options.subnets = values.subnet.map(pair).map(([id, cidr]) => ({ id, cidr }));
  }
  if (values.delay !== undefined) {
    options.delays = Object.fromEntries(
      values.delay.map(pair).map(([name, ms]) => {
        if (!(name in defaultDelays)) throw new Error(`--delay ${name}: no such delay`);
        return [name, number(ms)];
      }),
    );
  }
  if (values.access !== undefined) {
    options.access = accessChange.parse(JSON.parse(readFileSync(values.access, "utf8")));
  }
  const sandbox = await startSandbox(options);
  const { url, cloudflareUrl, dns } = sandbox;
  const ready = JSON.stringify({ pid: process.pid, url, cloudflareUrl, dns });
  if (values.ready === undefined) process.stdout.write(`${ready}\n`);
  else {
    writeFileSync(`${values.ready}.tmp`, ready);
    renameSync(`${values.ready}.tmp`, values.ready);
  }
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      sandbox.close().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`sandbox: ${String(error)}\n`);
          process.exit(1);
        },
      );
    });
  }
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new Error(`${text} is not a number`);
  return value;
}

function pair(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new Error(`${text}: expected name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

await main().catch((error: unknown) => {
  process.stderr.write(`sandbox: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
