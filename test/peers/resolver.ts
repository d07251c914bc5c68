/** Our SPF evaluator's questions, asked over the wire. */
import type { DnsAnswer, QueryType, SpfResolver } from "../../mail/spf/types.ts";
import { resolverFor } from "../contract/dns.ts";
import type { TestSandbox } from "../contract/support.ts";

/** NXDOMAIN and no data, as Node's resolver calls them. */
const VOID = ["ENOTFOUND", "ENODATA"];

/** A resolver for `checkHost` that asks the sandbox's DNS server. */
export function spfResolver(sandbox: Pick<TestSandbox, "dns">): SpfResolver {
  const resolver = resolverFor(sandbox);
  const questions: Record<QueryType, (name: string) => Promise<string[]>> = {
    A: (name) => resolver.resolve4(name),
    AAAA: (name) => resolver.resolve6(name),
    MX: async (name) => (await resolver.resolveMx(name)).map(({ exchange }) => exchange),
    PTR: (name) => resolver.resolvePtr(name),
    TXT: async (name) => (await resolver.resolveTxt(name)).map((strings) => strings.join("")),
  };
  return {
    async query(name, type): Promise<DnsAnswer> {
      try {
        return { status: "found", values: await questions[type](name) };
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
        return VOID.includes(code) ? { status: "void" } : { status: "error", reason: code };
      }
    },
  };
}
