/** A DNS provider that we did not write takes our template, checks our links by DNS, and changes a customer's zone. */
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { operatorSchema } from "../../core/config/schema.ts";
import {
  domainConnectLink,
  domainConnectTemplate,
  signingKeyRecords,
} from "../../core/domain-connect/domain-connect.ts";
import { cloudflareFor } from "../contract/cloudflare.ts";
import { sandboxForTest } from "../contract/support.ts";
import { planOf, rsaKey } from "../core/support.ts";
import { needPeers } from "./venv.ts";

const run = promisify(execFile);

const TENANT = {
  domain: "clinic.example",
  hostNames: "clinic.mail.operator.example",
  mailHost: { stack: "mx-1" },
  addresses: { tx1: { privateIp: "10.0.1.10" }, tx2: { privateIp: "10.0.1.11" } },
  streams: {
    transactional: { from: "tx.clinic.example", addresses: ["tx1", "tx2"] },
    corporate: { from: "clinic.example", addresses: ["tx1"] },
  },
  spf: { existing: "v=spf1 include:_spf.google.com ~all" },
  dkimZone: "dkim.operator.example",
  dmarc: { policy: "none" },
  tlsReports: { "clinic.example": { reports: ["mailto:tls+a@operator.example"] } },
};

/** What stands at the customer's. */
const BEFORE = [
  ["@", "MX", "mx.clinic.example"],
  ["@", "TXT", "v=spf1 include:_spf.google.com ~all"],
  ["@", "TXT", "some-verification=1"],
  ["_dmarc", "TXT", "v=DMARC1; p=reject"],
  ["www", "A", "192.0.2.80"],
] as const;

it("domainconnectzone takes the template, applies signed links and refuses others", {
  timeout: 600_000,
}, async (context) => {
  const python = await needPeers(context);
  const zoneId = "1d2e3f405162738495a6b7c8d9eaf00c";
  const zones = { "clinic.example": "external", "operator.example": { cloudflare: zoneId } };
  const domainConnect = {
    ...{ providerId: "operator.example", providerName: "Operator", serviceName: "Sending" },
    syncPubKeyDomain: "keys.operator.example",
  };
  const dkim = { s1: { state: "signing", privateKey: rsaKey() } };
  const values = { zones, tenant: { ...TENANT, dkim } };
  const { plan, problems } = planOf({ stack: "clinic", values });
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  const known = { tx1: "198.51.100.1", tx2: "198.51.100.2" };
  const operator = operatorSchema.parse({ zones, domainConnect });
  const { template, applications } = domainConnectTemplate(plan, operator, {
    ...{ zone: "clinic.example", known },
  });
  if (template === undefined) throw new Error("no template");

  const sandbox = await sandboxForTest({
    zones: [{ id: zoneId, name: "operator.example" }],
    delays: { dnsPropagation: 0 },
  });
  const { privateKey: key } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const name = "_dcpubkeyv1.keys.operator.example";
  for (const { text } of signingKeyRecords(key, name)) {
    const body = { type: "TXT", name, content: `"${text}"`, ttl: 60 } as const;
    await cloudflareFor(sandbox).dns.records.create({ zone_id: zoneId, ...body });
  }
  const links = applications.map((application) =>
    domainConnectLink({
      ...{ template, application, key },
      ...{ urlSyncUX: "https://dns.example", keyHost: "_dcpubkeyv1" },
    }),
  );
  const schema = JSON.parse(
    readFileSync(join(import.meta.dirname, "../contract/domain-connect/template.schema"), "utf8"),
  );
  const [first = ""] = links;
  const asked = {
    ...{ template, schema },
    zone: BEFORE.map(([name, type, data]) => ({ name, type, data, ttl: 3600 })),
    links: [
      ...links,
      first.replace("198.51.100.1", "203.0.113.66"),
      first.replace("&sig=", "&x=1&sig="),
    ],
  };
  const script = join(import.meta.dirname, "domain_connect.py");
  const { host, port } = sandbox.dns;
  const running = run(python, ["-I", script, `${host}:${port}`], { timeout: 120_000 });
  running.child.stdin?.end(JSON.stringify(asked));
  const { zone, rejected } = JSON.parse((await running).stdout);

  expect(rejected).toEqual(Array(2).fill("InvalidSignature: Signature not valid"));
  const clinic = "clinic.example.dkim.operator.example";
  expect(zone).toEqual(
    [
      // What stood is kept, the stricter DMARC too; SPF is merged.
      ...BEFORE.filter(([, , data]) => !data.startsWith("v=spf1")),
      ["@", "TXT", "v=spf1 ip4:198.51.100.1 include:_spf.google.com ~all"],
      ["bounce", "MX", "tx1.clinic.mail.operator.example"],
      ["bounce", "TXT", "v=spf1 ip4:198.51.100.1 ~all"],
      ["s1._domainkey", "CNAME", `s1._domainkey.${clinic}`],
      ["_smtp._tls", "TXT", "v=TLSRPTv1; rua=mailto:tls+a@operator.example"],
      ["tx", "TXT", "v=spf1 ip4:198.51.100.1 ip4:198.51.100.2 ~all"],
      ["bounce.tx", "MX", "tx1.clinic.mail.operator.example"],
      ["bounce.tx", "MX", "tx2.clinic.mail.operator.example"],
      ["bounce.tx", "TXT", "v=spf1 ip4:198.51.100.1 ip4:198.51.100.2 ~all"],
      ["s1._domainkey.tx", "CNAME", `s1._domainkey.tx.${clinic}`],
    ].sort((a, b) => (a.join("\n") < b.join("\n") ? -1 : 1)),
  );
});
