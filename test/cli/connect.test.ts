/** `sendips connect` as a process: templates, signed links, the key's records, discovery by DNS and HTTPS. */
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { cloudflareZones, SANDBOX_CREDENTIALS } from "../../sandbox/project.ts";
import { startSandbox } from "../../sandbox/server.ts";
import { needCommand } from "../contract/commands.ts";
import { expectNoKey, pretendDeployed, stateWith, workplace } from "./support.ts";

const PROVIDER = ["--provider-url", "https://dns.example/connect"];

/** A workplace whose tenant's zone is the customer's, and a key to sign with. */
async function connectable(options: Parameters<typeof workplace>[0] = {}) {
  const made = await workplace(options);
  made.edit("acme", ["sendips:zones"], {
    "acme.example": "external",
    "operator.example": { cloudflare: "1d2e3f405162738495a6b7c8d9eaf00c" },
  });
  made.edit("acme", ["sendips:domainConnect"], {
    providerId: "operator.example",
    providerName: "Operator",
    serviceName: "Sending",
    syncPubKeyDomain: "keys.operator.example",
  });
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const file = join(made.folder, "connect.pem");
  writeFileSync(file, pem, { mode: 0o600 });
  const signing = ["--key", file, "--key-host", "_dcpubkeyv1"];
  return { made, pem, signing, file };
}

describe("--template", () => {
  test("prints JSON alone to standard output, and what is left out to standard error", async () => {
    const { made } = await connectable();
    const said = await made.sendips("connect", "acme", "--template");
    expect(said.code, said.stderr).toBe(0);
    const template = JSON.parse(said.stdout);
    expect(template).toMatchObject({ providerId: "operator.example", serviceId: "sending" });
    expect(template.records).toContainEqual({
      ...{ groupId: "spf-bounce", type: "SPFM", host: "bounce", spfRules: "ip4:%ip1%" },
    });
    expect(said.stderr).toContain("_dmarc.acme.example TXT is left out: ");
  });

  test("is refused without an operator's config, without a zone of the customer's, for a mail host", async () => {
    const { made } = await connectable();
    const hosts = await made.sendips("connect", "mx-1", "--template");
    expect([hosts.code, hosts.stdout]).toEqual([1, ""]);
    made.edit("acme", ["sendips:zones"], undefined);
    const none = await made.sendips("connect", "acme", "--template");
    expect([none.code, none.stdout]).toEqual([1, ""]);
    expect(none.stderr).toContain("acme: no zone of this tenant is the customer's");
    made.edit("acme", ["sendips:domainConnect"], undefined);
    const unknown = await made.sendips("connect", "acme", "--template");
    expect([unknown.code, unknown.stdout]).toEqual([1, ""]);
    expect(unknown.stderr).toContain("sendips:domainConnect is missing in Pulumi.yaml");
  });

  test("of several zones one must be named", async () => {
    const { made } = await connectable();
    made.edit("acme", ["sendips:zones", "tx.acme.example"], "external");
    const several = await made.sendips("connect", "acme", "--template");
    expect(several.code).toBe(2);
    expect(several.stderr).toContain("zones are acme.example, tx.acme.example: say --zone");
    const one = await made.sendips("connect", "acme", "--template", "--zone", "tx.acme.example");
    expect(one.code, one.stderr).toBe(0);
    expect(JSON.parse(one.stdout).records).toContainEqual(
      expect.objectContaining({ type: "SPFM", host: "@" }),
    );
    const other = await made.sendips("connect", "acme", "--template", "--zone", "x.example");
    expect([other.code, other.stdout]).toEqual([2, ""]);
  });
});

describe("--link", () => {
  test("waits for addresses, and then has one link for each name, by the stack's state", async () => {
    const { made, signing, pem } = await connectable({ stacks: ["acme"] });
    const early = await made.sendips("connect", "acme", "--link", ...PROVIDER, ...signing);
    expect([early.code, early.stdout]).toEqual([1, ""]);
    expect(early.stderr).toMatch(
      /records of acme\.example hold addresses that are not known \(mk1, tx1\): not deployed yet: acme\. Deploy first/,
    );

    await pretendDeployed(made, "acme", { tx1: "192.0.2.7", mk1: "192.0.2.8" });
    const said = await made.sendips("connect", "acme", "--link", ...PROVIDER, ...signing);
    expect(said.code, said.stderr).toBe(0);
    const links = said.stdout
      .trimEnd()
      .split("\n")
      .map((line) => new URL(line));
    const hosts = links.map(({ searchParams }) => searchParams.get("host"));
    expect(new Set(hosts)).toEqual(new Set([null, "news", "tx"]));
    expect(hosts).toHaveLength(3);
    const tx = links.find(({ searchParams }) => searchParams.get("host") === "tx");
    expect(tx?.searchParams.get("ip1")).toBe("192.0.2.7");
    expect(tx?.origin).toBe("https://dns.example");
    expect(said.stderr).toContain("the link for tx.acme.example: ");
    expectNoKey(pem.replaceAll("\n", "").slice("-----BEGIN PRIVATE KEY-----".length), [
      said.stdout,
      said.stderr,
    ]);
  });

  test("needs one way to the DNS provider, and a key with its host", async () => {
    const { made, signing } = await connectable();
    const link = (...args: string[]) => made.sendips("connect", "acme", "--link", ...args);
    for (const [args, reason] of [
      [signing, "--discover or --provider-url"],
      [[...PROVIDER, "--discover", ...signing], "one of the two"],
      [PROVIDER, "needs --key <file> and --key-host <name>"],
      [["--provider-url", "http://dns.example", ...signing], "https URL"],
      [[...PROVIDER, ...signing.slice(0, 3), "a b"], "is not a name in DNS"],
    ] as const) {
      const said = await link(...args);
      expect([said.code, said.stdout]).toEqual([2, ""]);
      expect(said.stderr).toContain(reason);
    }
    const two = await made.sendips("connect", "acme", "--link", "--template");
    expect(two.code).toBe(2);
  });

  test("a key that cannot be used is not shown, nor one that was laid in its file's place", async () => {
    const { made, pem, file } = await connectable();
    const host = ["--key-host", "k"];
    const body = pem.replaceAll("\n", "").slice("-----BEGIN PRIVATE KEY-----".length);
    writeFileSync(file, pem.replace("MII", "!!!"));
    for (const [key, reason] of [
      [["--key", file], "cannot be used: it is not a private key in PEM"],
      [["--key", pem], ""],
      [[`--key=${pem}`], "the file of --key cannot be read: E"],
      [["--key", body], "the file of --key cannot be read: E"],
    ] as const) {
      const said = await made.sendips("connect", "acme", "--link", ...PROVIDER, ...key, ...host);
      expect(said.code).not.toBe(0);
      expect(said.stderr).toContain(reason);
      expectNoKey(body, [said.stdout, said.stderr]);
    }
  });
});

test("--key-records prints the records of the public key, and needs no customer's zone", async () => {
  const { made, signing, pem } = await connectable();
  made.edit("acme", ["sendips:zones"], undefined);
  const said = await made.sendips("connect", "acme", "--key-records", ...signing);
  expect([said.code, said.stderr]).toEqual([0, ""]);
  const lines = said.stdout.trimEnd().split("\n");
  expect(lines.length).toBeGreaterThan(1);
  for (const [index, line] of lines.entries()) {
    expect(line).toMatch(
      new RegExp(
        `^_dcpubkeyv1\\.keys\\.operator\\.example\\. 3600 IN TXT "p=${index + 1},a=RS256,d=[^"]+"$`,
      ),
    );
  }
  expectNoKey(pem.replaceAll("\n", "").slice("-----BEGIN PRIVATE KEY-----".length), [said.stdout]);
});

/** A DNS provider: its TXT record in the sandbox's DNS, its settings by HTTPS with a certificate of its own. */
async function provider(
  replies: (path: string) => { status: number; body: unknown },
  { record }: { record?: (port: number) => string[] } = {},
) {
  const zones = await cloudflareZones();
  const sandbox = await startSandbox({ zones, delays: { dnsPropagation: 0 } });
  onTestFinished(() => sandbox.close());
  const set = await connectable({ endpoints: sandbox });
  const { made } = set;
  const [key, cert] = [join(made.folder, "tls.key"), join(made.folder, "tls.pem")];
  const { status, stderr } = spawnSync(
    "openssl",
    ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert].concat([
      "-days",
      "2",
      "-subj",
      "/CN=localhost",
      "-addext",
      "subjectAltName=DNS:localhost",
    ]),
    { encoding: "utf8" },
  );
  expect(status, stderr).toBe(0);
  const asked: string[] = [];
  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(cert) },
    (request, response) => {
      asked.push(request.url ?? "");
      const { status, body } = replies(request.url ?? "");
      response.writeHead(status, { location: "/elsewhere" }).end(JSON.stringify(body));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const zone = zones.find(({ name }) => name === "acme.example")?.id;
  for (const content of record?.(port) ?? [`localhost:${port}/api`]) {
    const reply = await fetch(`${sandbox.cloudflareUrl}/zones/${zone}/dns_records`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${SANDBOX_CREDENTIALS.CLOUDFLARE_API_TOKEN}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ type: "TXT", name: "_domainconnect.acme.example", content, ttl: 60 }),
    });
    expect(reply.status, await reply.text()).toBe(200);
  }
  made.env["NODE_EXTRA_CA_CERTS"] = cert;
  made.replacePulumi(
    `echo '${JSON.stringify(stateWith("acme", { tx1: "192.0.2.7", mk1: "192.0.2.8" }))}'`,
  );
  const link = () => made.sendips("connect", "acme", "--link", "--discover", ...set.signing);
  return { link, asked, port };
}

describe("--discover", () => {
  test("asks DNS, the provider's settings, and whether it has the template", async (context) => {
    await needCommand(context, ["openssl", "version"]);
    let hasTemplate = false;
    const { link, asked, port } = await provider((path) => {
      if (!path.endsWith("/settings")) return { status: hasTemplate ? 200 : 404, body: {} };
      const urlAPI = `https://localhost:${port}/v`;
      const urlSyncUX = "https://consent.dns.example/ux/";
      return { status: 200, body: { providerName: "DNS Inc", urlSyncUX, urlAPI } };
    });
    const without = await link();
    expect(without.code, without.stderr).toBe(0);
    expect(without.stderr).toContain('acme.example is served by "DNS Inc"');
    expect(without.stderr).toContain("does not have the template operator.example/sending");
    expect(without.stdout).toMatch(
      /^https:\/\/consent\.dns\.example\/ux\/v2\/domainTemplates\/providers\/operator\.example\/services\/sending\/apply\?domain=acme\.example&/,
    );
    expect(asked).toEqual([
      "/api/v2/acme.example/settings",
      "/v/v2/domainTemplates/providers/operator.example/services/sending",
    ]);
    hasTemplate = true;
    expect((await link()).stderr).not.toContain("does not have the template");
  });

  test.each<[string, Parameters<typeof provider>, string]>([
    [
      "a zone that is not at the provider any more",
      [() => ({ status: 404, body: {} })],
      "did not give its settings: it does not have the zone (404)",
    ],
    [
      "a provider without the synchronous flow",
      [() => ({ status: 200, body: { providerName: "x", urlAPI: "https://localhost" } })],
      "takes no links (it names no urlSyncUX)",
    ],
    [
      "links that go elsewhere than to https",
      [() => ({ status: 200, body: { urlSyncUX: "javascript:alert(1)" } })],
      "which is no https URL",
    ],
    ["a redirect", [() => ({ status: 302, body: {} })], "did not give its settings: "],
    [
      "a zone without a record",
      [() => ({ status: 200, body: {} }), { record: () => [] }],
      "_domainconnect.acme.example has 0 TXT records",
    ],
    [
      "a record that is no host",
      [() => ({ status: 200, body: {} }), { record: () => ["user:secret@localhost/x?y"] }],
      "which is no https URL",
    ],
  ])("%s is refused with the reason", async (_, given, reason) => {
    const { link } = await provider(...given);
    const said = await link();
    expect([said.code, said.stdout]).toEqual([1, ""]);
    expect(said.stderr).toContain(reason);
  });
});
