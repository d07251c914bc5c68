/** Questions to other people's checkers, by `peers.py`: one process for all questions of a test. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestSandbox } from "../contract/support.ts";
import type { SigningKey } from "./tenant.ts";

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, "peers.py");

/** What a checker finds at a domain. `parked`: the domain sends no mail. */
export interface AtDomain {
  domain: string;
  parked: boolean;
}

/** Questions by the method of `peers.py` that answers them. */
export interface Questions {
  /** pyspf; an empty sender checks HELO. */
  check_host: { ip: string; sender: string; helo: string }[];
  /** checkdmarc */
  iprev: { ip: string }[];
  spf: AtDomain[];
  dmarc: AtDomain[];
  mta_sts: { domain: string; policy: string }[];
  tls_rpt: { domain: string }[];
  bimi: { domain: string }[];
  mx: { domain: string }[];
  /** dkimpy */
  dkim: ({ domain: string; selector: string } & SigningKey)[];
}

/** What checkdmarc says of any record. `error` is there when it is not valid. */
interface Verdict {
  valid: boolean;
  error?: string;
  warnings: string[];
}

/** One answer to each kind of question; members that no test reads are left out. */
interface Answer {
  check_host: { result: string; explanation: string; lookups: number; voidLookups: number };
  /** Addresses by name. */
  iprev: Record<string, string[]>;
  spf: Verdict & { record: string; dns_lookups: number; void_dns_lookups: number };
  dmarc: Verdict & {
    record: string;
    /** The domain where the record was found. */
    location: string;
    tags: Record<string, { value: string | DmarcUri[]; explicit: boolean }>;
  };
  mta_sts: Verdict & {
    id: string;
    policy: { version: string; mode: string; max_age: number; mx: string[] };
  };
  tls_rpt: Verdict & { tags: { rua: { value: string[] } } };
  bimi: Verdict & { location: string; tags: Record<string, { value: string }> };
  mx: { hosts: { hostname: string; preference: number }[]; warnings: string[]; null_mx: boolean };
  dkim: { verified: boolean; tampered: boolean; errors: string[] };
}

/** A report address as checkdmarc reads it. */
interface DmarcUri {
  scheme: string;
  address: string;
  size_limit: string | null;
}

/** Answers in the order of the questions, and whom the checkers wanted to reach besides DNS. */
export interface Answers<K extends keyof Questions> {
  answers: { [kind in K]: Answer[kind][] };
  blocked: string[];
}

/** Asks over the sandbox's DNS. The questions go by stdin: keys are among them. */
export async function ask<K extends keyof Questions>(
  python: string,
  { dns }: Pick<TestSandbox, "dns">,
  questions: Pick<Questions, K>,
): Promise<Answers<K>> {
  // -I: a person's own Python set-up may not reach a test.
  const running = run(python, ["-I", SCRIPT, `${dns.host}:${dns.port}`], {
    timeout: 120_000,
    maxBuffer: 64 << 20,
  });
  running.child.stdin?.end(JSON.stringify(questions));
  return JSON.parse((await running).stdout);
}
