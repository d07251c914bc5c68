/** Amazon's own clients, pointed at the sandbox. */
import { EC2Client } from "@aws-sdk/client-ec2";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import type { TestSandbox } from "./support.ts";

export const subnetId = "subnet-0a1b2c3d4e5f60718";
export const vpcId = "vpc-0a1b2c3d4e5f60718";
export const zoneId = "023e105f4ecef8ad9ca31a8372d0c353";

function config(sandbox: TestSandbox, region: string) {
  return {
    endpoint: sandbox.url,
    region,
    credentials: { accessKeyId: "AKIASANDBOX", secretAccessKey: "any" },
    // One attempt: a test sees the first answer, not the client's patience.
    maxAttempts: 1,
  };
}

export function ec2For(sandbox: TestSandbox, region = "us-east-1"): EC2Client {
  return new EC2Client(config(sandbox, region));
}

export function ssmFor(sandbox: TestSandbox, region = "us-east-1"): SSMClient {
  return new SSMClient(config(sandbox, region));
}

export function stsFor(sandbox: TestSandbox): STSClient {
  return new STSClient(config(sandbox, "us-east-1"));
}

/** The error code of a call that must fail. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
  return "(no error)";
}

/** A value that the reply must have. */
export function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the reply lacks a value");
  return value;
}

/** An A record through Cloudflare's API; it resolves once `dnsPropagation` has passed. */
export async function addRecord(sandbox: TestSandbox, name: string, content: string) {
  const reply = await fetch(`${sandbox.cloudflareUrl}/zones/${zoneId}/dns_records`, {
    method: "POST",
    headers: { authorization: "Bearer token", "content-type": "application/json" },
    body: JSON.stringify({ type: "A", name, content, ttl: 60, proxied: false }),
  });
  if (!reply.ok) throw new Error(`${reply.status} ${await reply.text()}`);
}
