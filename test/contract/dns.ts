/** DNS clients that we did not write, pointed at the sandbox: `dig` and Node's resolver (c-ares). */
import { execFile } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { promisify } from "node:util";
import type { TestSandbox } from "./support.ts";

const run = promisify(execFile);

export function resolverFor({ dns }: Pick<TestSandbox, "dns">): Resolver {
  const resolver = new Resolver({ timeout: 5_000, tries: 1 });
  resolver.setServers([`${dns.host}:${dns.port}`]);
  return resolver;
}

/** The code of a look-up that must fail, such as `ENOTFOUND` (NXDOMAIN) or `ENODATA`. */
export async function dnsCodeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
  return "(no error)";
}

/** What `dig` prints of one reply. */
export interface DigAnswer {
  /** RCODE: `NOERROR`, `NXDOMAIN`, … */
  status: string;
  /** Header flags: `qr aa rd`. */
  flags: string[];
  /** Resource records as printed, with single spaces. */
  question: string[];
  answer: string[];
  authority: string[];
  /** The line of the OPT pseudo-record, if there is one. */
  edns?: string;
  /** Over which transport the last reply came. */
  transport: "UDP" | "TCP";
  /** All that was printed. */
  text: string;
}

/** @param words as on dig's command line: `["acme.example", "MX", "+tcp"]` */
export async function dig({ dns }: TestSandbox, ...words: string[]): Promise<DigAnswer> {
  // `-r`: a person's own ~/.digrc may not reach a test.
  const server = ["-r", `@${dns.host}`, "-p", String(dns.port), "+tries=1", "+timeout=10"];
  const { stdout: text } = await run("dig", [...server, ...words], { timeout: 30_000 });
  const found = (pattern: RegExp) => pattern.exec(text)?.[1];
  const section = (name: string) =>
    (found(new RegExp(`^;; ${name} SECTION:\\n((?:.+\\n)*)`, "m")) ?? "")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.replace(/\s+/g, " "));
  const edns = found(/^; (EDNS: .*)$/m);
  return {
    status: found(/status: (\w+)/) ?? "",
    flags: (found(/^;; flags: ([a-z ]*);/m) ?? "").split(" "),
    question: section("QUESTION"),
    answer: section("ANSWER"),
    authority: section("AUTHORITY"),
    ...(edns === undefined ? {} : { edns }),
    transport: text.includes("(TCP)") ? "TCP" : "UDP",
    text,
  };
}
