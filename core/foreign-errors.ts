/**
 * Errors of others that are known by nothing but their text: each text stands here with where it comes from,
 * and what a person reads in place of a stack trace.
 */
import type { Finding } from "./problem.ts";
import { PUBLISHERS } from "./publishers/publishers.ts";

/** As the SDK words them: `invocation of aws:ec2/getSubnet:getSubnet returned an error: …`. */
const FAILED =
  /^(?:invocation of|Invoke of) '?(\w+):([^\s:']+)\S* (?:returned an error|failed): (.*)$/s;

/**
 * How the clouds say that they are asked too much: EC2's and the SDKs' codes, and Cloudflare's, which
 * allows 1,200 requests in five minutes for a token.
 */
const THROTTLED =
  /RequestLimitExceeded|Throttl|TooManyRequests|SlowDown|\b429\b|\b971\b|rate limit/i;

/** What EC2 adds for `sts decode-authorization-message`: hundreds of characters that nobody reads. */
const ENCODED = /\s*Encoded authorization failure message: [\w-]+/g;

/**
 * The permission that a cloud refused, where an error says so: `ec2:ReleaseAddress`, `DNS: Edit`; undefined for any
 * other error.
 *
 * EC2 answers `UnauthorizedOperation`, other services `AccessDenied` or `AccessDeniedException`; newer texts name the
 * action, older ones leave it to the SDK's `operation error EC2: ReleaseAddress`. Cloudflare answers 403 with code 10000
 * where the token is not good for a zone's records.
 */
export function missingPermission(error: string): string | undefined {
  if (/\b(UnauthorizedOperation|AccessDenied(Exception)?)\b/.test(error)) {
    const [, service = "ec2", operation] = /operation error (\w+): (\w+)/.exec(error) ?? [];
    const named = /not authorized to perform: ([\w-]+:\w+)/.exec(error)?.[1];
    return named ?? (operation && `${service.toLowerCase()}:${operation}`);
  }
  const [, method] = /\b([A-Z]+) "[^"]*": 403 .*"code":\s*10000\b/s.exec(error) ?? [];
  if (method === undefined) return undefined;
  return method === "GET" ? "DNS: Read" : "DNS: Edit";
}

/** Cloudflare's 403 for a zone that is somebody else's, or that the token is not good for: it does not say which. */
const FOREIGN_ZONE = /\b403 .*"code":\s*9109\b/s;

/** What to do where a permission is missing. */
export function permissionFix(stack: string): string {
  return `npx sendips iam ${stack} prints what is enough, as IAM and Cloudflare take it`;
}

/**
 * The finding for an error of a provider's look-up, in the provider's own words; undefined for any
 * other error. Its path is the provider's config namespace, `aws` or `cloudflare`.
 *
 * @param stack whose look-up it was.
 *
 * @example
 * failedLookUp("invocation of aws:index/getRegion:getRegion returned an error: no credentials", "acme")
 */
export function failedLookUp(message: string, stack: string): Finding | undefined {
  const [, provider = "", token = "", reason = ""] = FAILED.exec(message) ?? [];
  const lookUps = PUBLISHERS.find((kind) => kind.lookUps?.namespace === provider)?.lookUps;
  if (lookUps === undefined) return undefined;
  const name = token.split("/").at(-1);
  const reasonText = reason.replace(ENCODED, "").trim();
  const wait = THROTTLED.test(reasonText) ? lookUps.throttled : undefined;
  const failed = `${name} failed: ${reasonText}`;
  const missing = missingPermission(reasonText);
  if (missing !== undefined) {
    return {
      code: "cloud-permission-missing",
      level: "error",
      path: provider,
      message: `the credentials lack ${missing}: ${failed}`,
      fix: permissionFix(stack),
    };
  }
  return wait === undefined
    ? {
        code: "cloud-look-up-failed",
        level: "error",
        path: provider,
        message: failed,
        fix: FOREIGN_ZONE.test(reasonText)
          ? `${lookUps.check}; ${permissionFix(stack)}`
          : lookUps.check,
      }
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
 * What to do where EC2 has not set a PTR: by `ModifyAddressAttribute`'s error codes, and the words of the AWS provider's
 * waiter (terraform-provider-aws, `retry.StateChangeConf`).
 */
export function ptrWayOut(error: string): string {
  if (error.includes("InvalidAddress.Locked")) {
    return "AWS Support holds it: have them set it, or unlock the address (console.aws.amazon.com/support/contacts?#/rdns-limits); then deploy again: nothing is lost";
  }
  if (/timeout while waiting|timed? ?out/i.test(error)) {
    return "EC2 goes on with it: deploy again in some minutes, and nothing is lost; sendips:waits.ptr waits longer";
  }
  return "once what EC2 says is put right, an A record of that very name that resolves everywhere, say, deploy again: nothing is lost";
}

/** Whether EC2 refuses to make something because a private IP or a name that it needs is taken: EC2's error codes. */
export function isTakenInEc2(error: string): boolean {
  return /InvalidIPAddress\.InUse|InvalidGroup\.Duplicate|InvalidNetworkInterface\.InUse/.test(
    error,
  );
}

/** Whether EC2 refuses to take private IPs from an interface that it does not have: `UnassignPrivateIpAddresses`. */
export function lacksPrivateIp(error: string): boolean {
  return /are not assigned to interface/.test(error);
}

/** Whether a publisher refuses a record because it, or what it cannot stand beside, stands already. */
export function recordExists(error: string): boolean {
  return PUBLISHERS.some((kind) => kind.stands?.(error) === true);
}

/** Whether a publisher says of a record that is to go that it is not there: 81044 of Cloudflare's API. */
export function recordIsGone(error: string): boolean {
  return PUBLISHERS.some((kind) => kind.isGone?.(error) === true);
}

/**
 * Whether there is no stack of the name that was asked for: `unknown stack "…"` of the engine behind a stack
 * reference (pulumi, `pkg/backend`), `no stack named '…' found` of the command line (pulumi, `pkg/cmd/pulumi`).
 */
export function isUnknownStack(error: unknown): boolean {
  return /unknown stack|no stack named/.test(String(error));
}
