/** The customer's page as HTML and CSV, read back; and its checks, asked of a DNS server. */
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { promisify } from "node:util";
import packet from "dns-packet";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { customerRecord } from "../../core/render/customer/record.ts";
import type { PlannedRecord } from "../../core/tenant/record.ts";
import { byteLength, unquoteTxt } from "../../mail/txt.ts";
import {
  type CustomerPage,
  customerPage,
  customersRecord,
  planWith,
  txt,
} from "./output-support.ts";

const LONG = `v=DKIM1; p=${"A".repeat(300)}`;
const RECORDS = [
  customersRecord("a", "tx1.mail.customer.example", { type: "A", address: { address: "tx1" } }),
  customersRecord("spf", "customer.example", txt("v=spf1 ip4:", { address: "tx1" }, " -all"), {
    before: ['v=spf1 <b>&"mx"</b> -all'],
  }),
  customersRecord("dkim", "s1._domainkey.customer.example", txt(LONG)),
  customersRecord("odd", "odd.customer.example", txt(`<script>alert('1')</script> & "x", \\y; é`)),
  customersRecord(
    "alias",
    "s2._domainkey.customer.example",
    { type: "CNAME", target: "k.acme.example" },
    {
      permanent: true,
    },
  ),
  customersRecord("mx", "bounce.customer.example", {
    type: "MX",
    preference: 10,
    exchange: "tx1.acme.example",
  }),
  customersRecord("null", "no.customer.example", { type: "MX", preference: 0, exchange: "" }),
  customersRecord("caa", "mta-sts.customer.example", {
    type: "CAA",
    flags: 0,
    tag: "issue",
    value: "letsencrypt.org",
  }),
];
const PLAN = planWith(RECORDS);
const KNOWN = { tx1: "192.0.2.4" };
const SHOWN = PLAN.records.map((record) => customerRecord(record, KNOWN));

function pageOf(records: PlannedRecord[]): CustomerPage {
  const page = customerPage(planWith(records), KNOWN);
  if (page === undefined) throw new Error("no page");
  return page;
}

/** What a mail program reads: tags taken out, character references resolved. */
function textsOf(html: string): string[] {
  return html
    .split(/<[^<>]*>/)
    .map((text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))));
}

/** Strict RFC 4180: every line ends in CRLF, quotes only around whole fields and doubled within. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(text.slice(at));
    if (match === null) throw new Error(`no CSV at ${JSON.stringify(text.slice(at, at + 40))}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    at += match[0].length;
    if (match[3] === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

describe("HTML", () => {
  const { html } = pageOf(RECORDS);

  test("holds each name and value once in every form, escaped", () => {
    const texts = textsOf(html);
    for (const { name, relative, value, quoted, dotted } of SHOWN) {
      const wanted = [name, relative, value, quoted?.whole, quoted?.chunks.join(" "), dotted];
      for (const text of wanted) if (text !== undefined) expect(texts).toContain(text);
    }
    const whole = texts.filter((text) => text === LONG);
    expect(whole).toHaveLength(1);
    expect(html).not.toContain("<script");
    expect(html).not.toContain("<b>&");
    expect(texts).toContain('v=spf1 <b>&"mx"</b> -all');
  });

  test("is whole by itself: nothing runs, nothing is loaded, no style sheet; tags pair", () => {
    expect(html).not.toMatch(/<(?:script|link|style|img|iframe|a|form|base|object)\b/i);
    expect(html).not.toMatch(/\s(?:on\w+|src|href)=/i);
    expect(html).not.toMatch(/url\(|@import/i);
    const open: string[] = [];
    for (const [, slash, name = ""] of html.matchAll(/<(\/?)([a-z]\w*)[^<>]*>/g)) {
      if (["meta", "br"].includes(name)) continue;
      if (slash === "") open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
    // All that is not a tag or a reference by us is free of markup.
    expect(html.replace(/<[^<>]*>/g, "")).not.toMatch(/[<>]/);
    expect(html.replace(/&#\d+;/g, "")).not.toContain("&");
  });
});

describe("CSV", () => {
  const { csv } = pageOf(RECORDS);

  test("has a header and one row a record, in the page's order", () => {
    const [header, ...rows] = readCsv(csv);
    expect(header).toHaveLength(13);
    expect(rows.every((row) => row.length === header?.length)).toBe(true);
    const cell = (row: string[], name: string) => row[header?.indexOf(name) ?? -1];
    expect(rows.map((row) => [cell(row, "full name"), cell(row, "type")]).sort()).toEqual(
      RECORDS.map(({ name, data }) => [name, data.type]).sort(),
    );
    for (const { name, value, priority, quoted, dotted, record, leftOut } of SHOWN) {
      const row = rows.find((one) => cell(one, "full name") === name) ?? [];
      expect(cell(row, "value")).toBe(value);
      expect(cell(row, "value in chunks")).toBe(quoted?.chunks.join(" ") ?? "");
      expect(cell(row, "priority")).toBe(priority === undefined ? "" : String(priority));
      expect(cell(row, "target with dot")).toBe(dotted ?? "");
      expect(cell(row, "permanent")).toBe(record.permanent ? "yes" : "no");
      expect(cell(row, "if left out")).toBe(leftOut);
      expect(cell(row, "check")).toContain(`dig +short ${record.data.type} ${name}. must print `);
    }
  });

  test("is read alike by Python's csv", ({ skip }) => {
    const python = spawnSync("python3", ["-c", "import csv"]).status === 0;
    skip(!python, "needs python3");
    const script =
      "import csv,io,json,sys; t=sys.stdin.buffer.read().decode(); print(json.dumps(list(csv.reader(io.StringIO(t,newline=''),strict=True))))";
    const read = execFileSync("python3", ["-c", script], { input: csv, encoding: "utf8" });
    expect(JSON.parse(read)).toEqual(readCsv(csv));
  });

  test("no cell begins as a formula does; names and values stay to be copied", () => {
    const starts = fc.constantFrom("=", "+", "-", "@", "\t", "\r", "", '"', "'");
    const values = fc.array(
      fc.tuple(starts, fc.string({ unit: "binary" })).map(([start, rest]) => start + rest),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(values, values, (texts, before) => {
        const records = texts.map((text, index) =>
          customersRecord(
            `r${index}`,
            index === 0 ? "customer.example" : `r${index}.customer.example`,
            txt(text),
            {
              before,
            },
          ),
        );
        const [, ...rows] = readCsv(pageOf(records).csv);
        expect(rows.flat().filter((cell) => /^[=+\-@\t\r\n]/.test(cell))).toEqual([]);
        rows.forEach((row, index) => {
          const [, , name, relative, , , , value = "", chunks = ""] = row;
          expect(relative).toBe(name === "customer.example" ? "" : `r${index}`);
          const text = (texts[index] ?? "").toWellFormed();
          // As it stands, or in quotes: no apostrophe of ours, which a panel would take for a part of it.
          if (value !== text) expect(unquoteTxt(value)).toBe(text);
          expect(unquoteTxt(chunks)).toBe(text);
        });
      }),
    );
  });
});

test("the quoted strings of a TXT give its value joined, each of at most 255 octets", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 1200 }), (value) => {
      const record = customersRecord("t", "t.customer.example", txt(value));
      const { quoted } = customerRecord(record, KNOWN);
      const strings = (quoted?.chunks ?? []).map(unquoteTxt);
      expect(strings.join("")).toBe(value.toWellFormed());
      for (const string of strings) expect(byteLength(string)).toBeLessThanOrEqual(255);
      expect(unquoteTxt(quoted?.whole ?? "")).toBe(value.toWellFormed());
    }),
  );
});

test("dig and nslookup print what the page says", async ({ skip }) => {
  const tools = ["dig", "nslookup"].every((tool) => spawnSync(tool, ["-v"]).error === undefined);
  skip(!tools, "needs dig and nslookup");
  const port = await serveRecords(RECORDS);
  const run = promisify(execFile);
  for (const { checks } of SHOWN) {
    const [dig, nslookup] = checks.map(({ command, words, data }) => {
      const [tool = "", ...args] = command.split(" ");
      const server =
        tool === "dig"
          ? [...args, "@127.0.0.1", "-p", String(port)]
          : [`-port=${port}`, ...args, "127.0.0.1"];
      return { tool, args: server, prints: `${words}${data}` };
    });
    if (dig === undefined || nslookup === undefined) throw new Error("a check is missing");
    expect((await run(dig.tool, dig.args)).stdout).toBe(`${dig.prints}\n`);
    const lines = (await run(nslookup.tool, nslookup.args)).stdout.split("\n");
    expect(lines.filter((line) => line.endsWith(nslookup.prints))).toHaveLength(1);
  }
});

/** A DNS server on loopback that answers with the records; its port. */
async function serveRecords(records: readonly PlannedRecord[]): Promise<number> {
  const socket = createSocket("udp4");
  onTestFinished(() => {
    socket.close();
  });
  socket.on("message", (message, { port, address }) => {
    const query = packet.decode(message);
    const [question] = query.questions ?? [];
    const answers = records.filter(
      ({ name, data }) => name === question?.name && data.type === question?.type,
    );
    const reply = packet.encode({
      type: "response",
      id: query.id ?? 0,
      flags: packet.AUTHORITATIVE_ANSWER,
      questions: query.questions ?? [],
      answers: answers.map(answerOf),
    });
    socket.send(reply, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return socket.address().port;
}

function answerOf({ name, data }: PlannedRecord): packet.Answer {
  const owner = { name: String(name), ttl: 60 };
  switch (data.type) {
    case "A":
      return { ...owner, type: "A", data: KNOWN.tx1 };
    case "CNAME":
      return { ...owner, type: "CNAME", data: data.target };
    case "MX":
      return {
        ...owner,
        type: "MX",
        data: { preference: data.preference, exchange: data.exchange || "." },
      };
    case "CAA":
      return {
        ...owner,
        type: "CAA",
        data: { flags: data.flags, tag: "issue", value: data.value },
      };
    case "TXT": {
      const value = data.text.map((part) => (typeof part === "string" ? part : KNOWN.tx1)).join("");
      const strings = value.match(/.{1,255}/gs) ?? [];
      return { ...owner, type: "TXT", data: strings };
    }
    default:
      throw new Error(`no answer of type ${data.type}`);
  }
}
