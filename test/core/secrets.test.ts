/** Private keys in every wrong place of a config: no problem, no plan and no text of them shows one. */
import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { operatorSchema } from "../../core/config/schema.ts";
import { formatProblems } from "../../core/problem.ts";
import { ACME, planOf, raw } from "./support.ts";

const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
}) as string;
const base64 = pem.replace(/-----.*-----|\n/g, "");
const ed25519 = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "der" });

/** As people paste them. */
const KEYS: Readonly<Record<string, string>> = {
  PEM: pem,
  "PEM on one line": pem.replaceAll("\n", " "),
  "PEM with CRLF": pem.replaceAll("\n", "\r\n"),
  base64,
  "base64 for URLs": base64.replaceAll("+", "-").replaceAll("/", "_"),
  hexadecimal: Buffer.from(base64, "base64").toString("hex"),
  Ed25519: ed25519.toString("base64"),
};

/** A tenant that uses every part of the schema, so that each can hold a key by mistake. */
const FULL = {
  ...parse(ACME),
  dkim: {
    s1: {
      state: "signing",
      publicKey: base64,
      domains: ["tx.acme.example"],
      since: { published: "2026-01-01" },
    },
  },
  dkimZone: "dkim.operator.example",
  mtaSts: { "acme.example": { mode: "testing", mx: ["mx.acme.example"], maxAge: 1000 } },
  bimi: { "acme.example": { logo: "https://www.acme.example/logo.svg" } },
  tlsReports: { "acme.example": { reports: ["mailto:tls@operator.example"] } },
  neverMails: ["parked.acme.example"],
  ttl: 3600,
};
const OPERATOR = [...Object.keys(operatorSchema.shape), "mailHost", "tennant"];

type Place = (string | number)[];

function places(value: unknown, path: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, part]) =>
    places(part, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...inner];
}

function withValue(path: Place, value: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  const tenant = structuredClone(FULL);
  const last = rest.pop();
  let at: unknown = last === undefined ? tenant : Reflect.get(tenant, head);
  for (const part of rest) at = Reflect.get(at as object, part);
  Reflect.set(at as object, last ?? head, value);
  return tenant;
}

/** All that a person or a log could see of a config. */
function said(tenant: unknown, values: Record<string, unknown> = {}): string {
  const { problems, plan } = planOf(raw(tenant, values));
  return `${formatProblems(problems)}\n${JSON.stringify(problems)}\n${JSON.stringify(plan ?? "")}`;
}

test.each(Object.entries(KEYS))("no wrong place shows a key as %s", (_, key) => {
  const lines = key.split(/\s+/).filter((line) => line.length >= 24);
  // What all keys of a kind begin with may be shown; nothing from behind it.
  const pieces = lines.flatMap((line, index) => {
    const secret = index === 0 ? line.slice(8) : line;
    return Array.from({ length: Math.floor(secret.length / 16) }, (_, part) =>
      secret.slice(16 * part, 16 * part + 16),
    );
  });
  const shows = (text: string) => pieces.some((piece) => text.includes(piece));
  const shown: string[] = [];
  for (const path of places(FULL)) {
    const forms = { value: key, list: [key], map: { privatekey: key }, name: { [key]: {} } };
    for (const [form, value] of Object.entries(forms)) {
      if (shows(said(withValue(path, value)))) shown.push(`${form} at ${path.join(".")}`);
    }
  }
  for (const name of [...OPERATOR, key]) {
    for (const value of [key, [key], { [key]: key }, { "acme.example": { cloudflare: key } }]) {
      if (shows(said(FULL, { [name]: value }))) shown.push(name === key ? "a key as name" : name);
    }
  }
  expect(shown).toEqual([]);
});
