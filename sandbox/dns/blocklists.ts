/** Blocklists that the sandbox serves, as RFC 5782 has them: their test points, and what is listed. */
import { z } from "zod";
import type { RecordContent } from "../cloudflare/state.ts";

const schema = z.strictObject({
  /** What is listed: an answer in 127.0.0.0/8 by IPv4 address. */
  listed: z.record(z.string(), z.string()).default({}),
  /**
   * How it answers: as a list does; each question with the error of Spamhaus for public resolvers; as one that has
   * ended and lists everything; or not at all (SERVFAIL).
   */
  answers: z.enum(["alive", "refused", "everything", "fails"]).default("alive"),
});

/** One list. */
export type SandboxBlocklist = z.infer<typeof schema>;

/** Lists by their zones; those that are named take the place of what was there. */
export const blocklistChange = z.record(z.string(), schema);

/** The records of a list's zone. */
export function blocklistRecords(
  zone: string,
  { listed, answers }: SandboxBlocklist,
): RecordContent[] {
  const at = (name: string, content: string): RecordContent => ({
    name,
    type: "A",
    content,
    ttl: 60,
  });
  if (answers === "refused") return [at(`*.${zone}`, "127.255.255.254")];
  if (answers === "everything") return [at(`*.${zone}`, "127.0.0.2")];
  return Object.entries({ "127.0.0.2": "127.0.0.2", ...listed }).map(([ip, code]) =>
    at(`${ip.split(".").reverse().join(".")}.${zone}`, code),
  );
}
