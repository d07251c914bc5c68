/**
 * Errors of others that are known by nothing but their text: each text stands here with where it comes from,
 * and what a person reads in place of a stack trace.
 */
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
 * How the clouds say that they are asked too much: EC2's and the SDKs' codes, and Cloudflare's, which
 * allows 1,200 requests in five minutes for a token.
 */
const THROTTLED =
  /RequestLimitExceeded|Throttl|TooManyRequests|SlowDown|\b429\b|\b971\b|rate limit/i;

/** Who throttles, and what to do, by provider. */
const WAIT: Readonly<Record<string, { who: string; fix: string }>> = {
  aws: {
    who: "AWS throttles the calls of this account in this Region",
    fix: "nothing is wrong with the credentials or the config: wait a minute, and deploy fewer stacks at a time",
  },
  cloudflare: {
    who: "Cloudflare throttles this token",
    fix: "nothing is wrong with the token or the config: wait five minutes, and deploy fewer stacks at a time",
  },
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
  const said = reason.trim();
  const wait = THROTTLED.test(said) ? WAIT[provider] : undefined;
  const failed = `${name} failed: ${said}`;
  return wait === undefined
    ? { code: "cloud-look-up-failed", level: "error", path: provider, message: failed, fix }
    : {
        code: "cloud-throttled",
        level: "error",
        path: provider,
        message: `${wait.who}: ${failed}`,
        fix: wait.fix,
      };
}

/**
 * Whether a look-up failed because EC2 has no such address (any more): EC2's error codes, of which
 * `InvalidAllocationID.NotFound` is `DescribeAddresses`' by id, and the words of the AWS provider's data source
 * (terraform-provider-aws, `tfresource.SingularDataSourceFindError`). `test/official` holds it against the provider.
 */
export function isGone(error: unknown): boolean {
  return /InvalidAllocationID\.NotFound|InvalidAddress\.NotFound|no matching EC2 EIP/.test(
    String(error),
  );
}

/** Whether EC2 refuses to release an address because it has, or had minutes ago, a PTR: `ReleaseAddress`' error code. */
export function hasPtrSet(error: string): boolean {
  return error.includes("InvalidAddress.PtrSet");
}

/**
 * Whether Cloudflare refuses what stands already: an identical record (81058), a second one where there may be
 * one (81057), a CNAME beside another record (81053).
 */
export function recordStands(error: string): boolean {
  return /8105[378]|identical record already exists|record with that host already exists/i.test(
    error,
  );
}

/**
 * Whether there is no stack of the name that was asked for: `unknown stack "…"` of the engine behind a stack
 * reference (pulumi, `pkg/backend`), `no stack named '…' found` of the command line (pulumi, `pkg/cmd/pulumi`).
 */
export function isUnknownStack(error: unknown): boolean {
  return /unknown stack|no stack named/.test(String(error));
}
