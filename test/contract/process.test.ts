/** The sandbox as a process: where it listens, what outlives it, what it refuses to start with. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { AllocateAddressCommand, DescribeAddressesCommand } from "@aws-sdk/client-ec2";
import { GetParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import { describe, expect, it, onTestFinished } from "vitest";
import { startSandbox } from "../../sandbox/server.ts";
import { ec2For, ssmFor } from "./aws.ts";
import { cloudflareFor, zone } from "./cloudflare.ts";
import { dnsCodeOf, resolverFor } from "./dns.ts";
import { sandboxForTest } from "./support.ts";

const SERVER = join(import.meta.dirname, "../../sandbox/main.ts");

function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), "sendips-process-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Ready {
  url: string;
  cloudflareUrl: string;
  dns: { host: string; port: number };
}

/** A process that is up when this returns; ended when the test is. */
async function launch(...args: string[]): Promise<{ child: ChildProcess; ready: Ready }> {
  const child = spawn(process.execPath, [SERVER, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line]: unknown[] = await once(child.stdout, "data");
  return { child, ready: JSON.parse(String(line)) };
}

async function exited(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

/** How a TCP connection to there ends: `connected`, or the error's code. */
async function reach(host: string, port: number): Promise<string> {
  const socket = connect({ host, port, timeout: 2_000 });
  try {
    return await new Promise((resolve) => {
      socket.once("connect", () => resolve("connected"));
      socket.once("timeout", () => resolve("ETIMEDOUT"));
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    });
  } finally {
    socket.destroy();
  }
}

describe("loopback", () => {
  it("is the only place where HTTP and DNS are served", async () => {
    const sandbox = await sandboxForTest();
    const port = Number(new URL(sandbox.url).port);
    expect(await reach("127.0.0.1", port)).toBe("connected");
    expect(await reach("127.0.0.1", sandbox.dns.port)).toBe("connected");
    const own = Object.values(networkInterfaces()).flatMap((found = []) => found);
    const others = own.filter(({ internal, family }) => !internal && family === "IPv4");
    // The second loopback address is there on every Linux, the machine's own perhaps not.
    for (const address of ["127.0.0.2", ...others.map((it) => it.address)]) {
      expect(await reach(address, port), address).not.toBe("connected");
      expect(await reach(address, sandbox.dns.port), address).not.toBe("connected");
      const resolver = resolverFor({ dns: { host: address, port: sandbox.dns.port } });
      const code = await dnsCodeOf(resolver.resolveSoa("acme.example"));
      expect(["ECONNREFUSED", "ETIMEOUT"], address).toContain(code);
    }
  });
});

describe("the state file", () => {
  it("holds all that was answered for, even when the process is killed", async () => {
    const state = join(folderForTest(), "state.json");
    const first = await launch("--state", state, "--delay", "dnsPropagation=0");
    const base = await sandboxForTest();
    const before = { ...base, ...first.ready };
    const { AllocationId } = await ec2For(before).send(new AllocateAddressCommand({}));
    const Name = "/sendips/mx-1/key";
    const Value = "-----BEGIN PRIVATE KEY-----";
    const put = { Name, Value, Type: "SecureString" as const };
    await ssmFor(before).send(new PutParameterCommand(put));
    const a = { type: "A" as const, name: "tx1", content: "192.0.2.1", ttl: 300 };
    const record = await cloudflareFor(before).dns.records.create({ ...zone, ...a });
    first.child.kill("SIGKILL");
    await exited(first.child);

    const text = readFileSync(state, "utf8");
    expect(text).not.toContain("PRIVATE KEY");
    expect(text).not.toContain(Buffer.from(Value).toString("base64"));

    const second = await launch("--state", state);
    const after = { ...base, ...second.ready };
    const { Addresses } = await ec2For(after).send(new DescribeAddressesCommand({}));
    expect(Addresses).toMatchObject([{ AllocationId }]);
    const get = new GetParameterCommand({ Name, WithDecryption: true });
    expect((await ssmFor(after).send(get)).Parameter?.Value).toBe(Value);
    expect(await cloudflareFor(after).dns.records.get(record.id, zone)).toEqual(record);
    expect(await resolverFor(after).resolve4("tx1.acme.example")).toEqual(["192.0.2.1"]);
    second.child.kill("SIGTERM");
    expect(await exited(second.child)).toBe(0);
  });

  it("is not taken from another version, nor from half a file", async () => {
    const stateFile = join(folderForTest(), "state.json");
    writeFileSync(stateFile, '{"version":2}');
    await expect(startSandbox({ stateFile })).rejects.toThrow("state version 2, 1 is known");
    writeFileSync(stateFile, '{"version":1,');
    await expect(startSandbox({ stateFile })).rejects.toThrow();
  });
});

describe("the command line", () => {
  it("refuses what it does not know, with the reason", async () => {
    for (const [args, reason] of [
      [["--delay", "dns=1"], "--delay dns: no such delay"],
      [["--delay", "ptrLinger"], "ptrLinger: expected name=value"],
      [["--eip-quota", "many"], "many is not a number"],
      [["--nonsense"], "--nonsense"],
    ] as const) {
      const child = spawn(process.execPath, [SERVER, ...args]);
      let said = "";
      child.stderr.on("data", (data: Buffer) => {
        said += data.toString();
      });
      await once(child, "close");
      expect(child.exitCode, said).toBe(1);
      expect(said).toContain(reason);
    }
  });

  it("holds credentials to what a file says", async () => {
    const access = join(folderForTest(), "access.json");
    writeFileSync(access, '{"aws": {"AKIASANDBOX": []}}');
    const { ready } = await launch("--access", access);
    const client = ec2For({ ...(await sandboxForTest()), ...ready });
    const describe = client.send(new DescribeAddressesCommand({}));
    await expect(describe).rejects.toMatchObject({ name: "UnauthorizedOperation" });
  });

  it("says where it listens in a file, once it does", async () => {
    const ready = join(folderForTest(), "ready.json");
    const child = spawn(process.execPath, [SERVER, "--ready", ready, "--zone", "x.example=0f"]);
    onTestFinished(() => void child.kill("SIGKILL"));
    await expect.poll(() => existsSync(ready), { timeout: 20_000 }).toBe(true);
    const { pid, url, dns }: Ready & { pid: number } = JSON.parse(readFileSync(ready, "utf8"));
    expect(pid).toBe(child.pid);
    expect((await fetch(`${url}/_sandbox/health`)).status).toBe(200);
    expect(await resolverFor({ dns }).resolveNs("x.example")).toHaveLength(2);
    child.kill("SIGTERM");
    expect(await exited(child)).toBe(0);
  });
});
