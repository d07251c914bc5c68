/** A look-up that failed is said in the provider's words, with what to check. */
import { expect, test } from "vitest";
import {
  failedLookUp,
  hasPtrSet,
  isGone,
  isUnknownStack,
  missingPermission,
} from "../../core/foreign-errors.ts";

test("both wordings of the SDK are read, and reasons of several lines stay whole", () => {
  const reason = "No valid credential sources found.\nSet AWS_PROFILE.";
  expect(
    failedLookUp(
      `invocation of aws:index/getRegion:getRegion returned an error: ${reason}`,
      "acme",
    ),
  ).toMatchObject({ level: "error", path: "aws", message: `getRegion failed: ${reason}` });
  expect(
    failedLookUp("Invoke of 'cloudflare:index/getZone:getZone' failed: invalid (zoneId)", "acme"),
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
    expect(failedLookUp(message, "acme")).toBeUndefined();
  }
});

test("throttling is called throttling", () => {
  const aws = failedLookUp(
    "invocation of aws:ec2/getEips:getEips returned an error: operation error EC2: DescribeAddresses, https response error StatusCode: 503, api error RequestLimitExceeded: Request limit exceeded.",
    "acme",
  );
  expect(aws?.message).toMatch(/^AWS throttles .*getEips failed: .*RequestLimitExceeded/);
  expect(aws?.fix).not.toContain("check the credentials");
  const cloudflare = failedLookUp(
    "invocation of cloudflare:index/getZone:getZone returned an error: 429 Too Many Requests",
    "acme",
  );
  expect(cloudflare?.message).toMatch(/^Cloudflare throttles this token/);
});

test("a missing permission is named, in AWS's newer and older words and in Cloudflare's", () => {
  const aws =
    "operation error EC2: DescribeAddresses, https response error StatusCode: 403, RequestID: r";
  const older = `${aws}, api error UnauthorizedOperation: You are not authorized to perform this operation.`;
  const newer = `${older} User: arn:aws:iam::1:user/u is not authorized to perform: ec2:CreateTags on resource: arn:x`;
  const cloudflare = (verb: string, code: number) =>
    `failed to make http request: ${verb} "https://api.cloudflare.com/client/v4/zones/1/dns_records": 403 Forbidden {"errors":[{"code":${code},"message":"no"}]}`;
  expect(
    [
      ...[older, newer, cloudflare("GET", 10000), cloudflare("POST", 10000)],
      ...[cloudflare("POST", 9109), "operation error EC2: RunInstances: InvalidParameter", ""],
      "operation error SSM: GetParameter, api error AccessDeniedException: no",
    ].map(missingPermission),
  ).toEqual([
    ...["ec2:DescribeAddresses", "ec2:CreateTags", "DNS: Read", "DNS: Edit"],
    ...[undefined, undefined, undefined, "ssm:GetParameter"],
  ]);
  expect(
    failedLookUp(`invocation of aws:ec2/getEips:getEips returned an error: ${older}`, "acme"),
  ).toMatchObject({
    code: "cloud-permission-missing",
    message: expect.stringMatching(/^the credentials lack ec2:DescribeAddresses: getEips failed: /),
    fix: expect.stringContaining("npx sendips iam acme"),
  });
  // It may as well be the wrong id: both are said.
  expect(
    failedLookUp(
      `invocation of cloudflare:index/getZone:getZone returned an error: ${cloudflare("GET", 9109)}`,
      "acme",
    ),
  ).toMatchObject({
    code: "cloud-look-up-failed",
    fix: expect.stringMatching(/the zone ids in sendips:zones; npx sendips iam acme/),
  });
});

test("errors are known by the texts of others, and no other by them", () => {
  const gone = [
    "InvalidAllocationID.NotFound: The allocation ID 'eipalloc-1' does not exist",
    "InvalidAddress.NotFound: Address '192.0.2.1' not found.",
    "reading EC2 EIP: no matching EC2 EIP found",
  ];
  expect(gone.map((text) => isGone(new Error(text)))).toEqual([true, true, true]);
  expect(isGone(new Error("InvalidAddress.Locked"))).toBe(false);
  expect(hasPtrSet("api error InvalidAddress.PtrSet: The address has a PTR")).toBe(true);
  expect(hasPtrSet("api error InvalidAddress.InUse")).toBe(false);
  const noStack = ["error: no stack named 'acme' found", 'unknown stack "organization/x/mx-1"'];
  expect(noStack.map(isUnknownStack)).toEqual([true, true]);
  expect(isUnknownStack("error: no Pulumi.yaml project file found")).toBe(false);
});
