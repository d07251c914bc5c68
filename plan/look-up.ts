/** Look-ups in the clouds that failed: what a person reads in place of the SDK's stack trace. */
import type { Finding } from "./problem.ts";

/** As the SDK words them: `invocation of aws:ec2/getSubnet:getSubnet returned an error: …`. */
const FAILED =
  /^(?:invocation of|Invoke of) '?(\w+):([^\s:']+)\S* (?:returned an error|failed): (.*)$/s;

/** What a look-up depends on, by provider. */
const CHECK: Readonly<Record<string, string>> = {
  aws: "check the credentials (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), aws:region and the ids that the config names",
  cloudflare:
    "check the credentials (CLOUDFLARE_API_TOKEN with Zone: Read and DNS: Edit) and the zone ids in sendips:zones",
};

/**
 * The finding for an error of a provider's look-up, in the provider's own words; undefined for any
 * other error. Its path is the provider's config namespace, `aws` or `cloudflare`.
 *
 * @example
 * failedLookUp("invocation of aws:index/getRegion:getRegion returned an error: no credentials")
 */
export function failedLookUp(message: string): Finding | undefined {
  const [, provider = "", token = "", reason = ""] = FAILED.exec(message) ?? [];
  const fix = Object.hasOwn(CHECK, provider) ? CHECK[provider] : undefined;
  if (fix === undefined) return undefined;
  const name = token.split("/").at(-1);
  return { level: "error", path: provider, message: `${name} failed: ${reason.trim()}`, fix };
}
