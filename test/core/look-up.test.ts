/** A look-up that failed is said in the provider's words, with what to check. */
import { expect, test } from "vitest";
import { failedLookUp } from "../../core/foreign-errors.ts";

test("both wordings of the SDK are read, and reasons of several lines stay whole", () => {
  const reason = "No valid credential sources found.\nSet AWS_PROFILE.";
  expect(
    failedLookUp(`invocation of aws:index/getRegion:getRegion returned an error: ${reason}`),
  ).toMatchObject({ level: "error", path: "aws", message: `getRegion failed: ${reason}` });
  expect(
    failedLookUp("Invoke of 'cloudflare:index/getZone:getZone' failed: invalid (zoneId)"),
  ).toMatchObject({
    path: "cloudflare",
    message: "getZone failed: invalid (zoneId)",
    fix: expect.stringContaining("CLOUDFLARE_API_TOKEN"),
  });
});

test("any other error is left alone", () => {
  for (const message of [
    "Resource monitor is terminating",
    "invocation of pulumi:pulumi:readStackOutputs returned an error: unknown stack",
    "invocation of constructor:x:x returned an error: no",
    "",
  ]) {
    expect(failedLookUp(message)).toBeUndefined();
  }
});

test("throttling is called throttling", () => {
  const aws = failedLookUp(
    "invocation of aws:ec2/getEips:getEips returned an error: operation error EC2: DescribeAddresses, https response error StatusCode: 503, api error RequestLimitExceeded: Request limit exceeded.",
  );
  expect(aws?.message).toMatch(/^AWS throttles .*getEips failed: .*RequestLimitExceeded/);
  expect(aws?.fix).not.toContain("check the credentials");
  const cloudflare = failedLookUp(
    "invocation of cloudflare:index/getZone:getZone returned an error: 429 Too Many Requests",
  );
  expect(cloudflare?.message).toMatch(/^Cloudflare throttles this token/);
});
