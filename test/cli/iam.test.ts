/** `sendips iam`: policy and scopes, as text and as the clouds take them. */
import { expect, test } from "vitest";
import { workplace } from "./support.ts";

test("prints each permission with why, and the documents alone with --json", async () => {
  const { sendips } = await workplace();
  const text = await sendips("iam", "acme");
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).toMatch(/^acme, deploy: AWS, an IAM policy of \d+ characters/);
  expect(text.stdout).toMatch(/ec2:ReleaseAddress +an address that was released goes/);
  expect(text.stdout).toContain("if StringEquals aws:ResourceTag/sendips:release: true");
  expect(text.stdout).toMatch(/DNS: Edit .*\n {2}on acme\.example \([0-9a-f]{32}\)/);

  const policy = JSON.parse((await sendips("iam", "acme", "--json", "aws")).stdout);
  expect(policy).toMatchObject({ Version: "2012-10-17" });
  expect(JSON.stringify(policy)).toContain("arn:aws:ec2:us-east-1:*:elastic-ip/*");
  const token = JSON.parse((await sendips("iam", "acme", "--json", "cloudflare")).stdout);
  expect(token).toMatchObject({ name: "sendips acme deploy" });
});

test("narrows to an account, to a job that looks, to named addresses, and widens to a project", async () => {
  const { sendips } = await workplace();
  const json = async (...args: string[]) => (await sendips("iam", ...args, "--json", "aws")).stdout;
  expect(await json("mx-1", "--account", "123456789012")).toContain(
    "arn:aws:ec2:us-east-1:123456789012:subnet/subnet-0a1b2c3d4e5f60718",
  );
  const drift = await json("acme", "--role", "drift");
  expect(drift).toContain("ec2:DescribeAddresses");
  expect(drift).not.toContain("ReleaseAddress");
  const adopt = await json("acme", "--adopt", "eipalloc-0123", "--adopt", "198.51.100.7");
  expect(adopt).toContain("elastic-ip/eipalloc-0123");
  expect(adopt).toContain('"198.51.100.7"');
  const all = await json("--all", "--kind", "tenant");
  expect(all).not.toContain("CreateSecurityGroup");
  expect(all).toContain('"aws:ResourceTag/sendips:stack": "*"');
  expect(all).toContain('"aws:RequestTag/sendips:project": "sendips"');
});

test("says what it cannot do: exit status 1 for a config, 2 for a command line", async () => {
  const made = await workplace();
  const none = await made.sendips("iam", "mx-1", "--json", "cloudflare");
  expect([none.code, none.stderr]).toEqual([1, "sendips: mx-1: needs nothing of Cloudflare\n"]);
  for (const args of [
    ["acme", "--role", "admin"],
    ["acme", "--json", "gcp"],
    ["acme", "--account", "12"],
    ["acme", "--adopt", "tx1"],
    [],
  ]) {
    const wrong = await made.sendips("iam", ...args);
    expect([wrong.code, wrong.stdout]).toEqual([2, ""]);
    expect(wrong.stderr).toContain("sendips iam <stack…|--all> [options]");
  }
  made.edit("mx-1", ["sendips:mailHost", "instance"], { ami: "ami-0123456789abcdef0" });
  const tooLong = await made.sendips("iam", "--all", "--json", "aws");
  expect([tooLong.code, tooLong.stdout]).toEqual([1, ""]);
  expect(tooLong.stderr).toMatch(/and IAM takes 6144\n.*sendips iam --all --kind tenant/);
  made.edit("acme", ["sendips:tenant", "addresses", "tx1", "privateIp"], "10.0.1.11");
  const broken = await made.sendips("iam", "acme");
  expect(broken.code).toBe(1);
  expect(broken.stderr).toMatch(/the config has errors; mend them first\n.*10\.0\.1\.11/s);
});
