/**
 * The provider's configuration and the SDK clients made from it. The SDK is loaded at the first
 * call only: a preview without changes never pays for it.
 */
import { existsSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { SSM } from "@aws-sdk/client-ssm";
import { isObject, map, number, objects, type Props, text, type Value } from "../values.ts";
import { CloudError, translate } from "./errors.ts";

export interface Aws {
  readonly region: string;
  readonly defaultTags: Readonly<Record<string, string>>;
  ec2(): Promise<EC2>;
  ssm(): Promise<SSM>;
  /** The same for another Region. */
  inRegion(region: string): Aws;
  /** The caller, asked of STS once. */
  identity(): Promise<{ account: string; arn: string; userId: string }>;
}

const HELP =
  "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile with AWS_PROFILE or aws:profile.";

/** Whether the SDK has anywhere to look: asking it costs its start-up. */
function credentialsSomewhere(env: NodeJS.ProcessEnv): boolean {
  if (env["AWS_ACCESS_KEY_ID"] || env["AWS_WEB_IDENTITY_TOKEN_FILE"]) return true;
  if (env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]) return true;
  if (env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]) return true;
  const home = join(homedir(), ".aws");
  const credentials = env["AWS_SHARED_CREDENTIALS_FILE"] ?? join(home, "credentials");
  const config = env["AWS_CONFIG_FILE"] ?? join(home, "config");
  return existsSync(credentials) || existsSync(config);
}

/** `aws:endpoints` is a list of objects, each from service to URL. */
function endpointOf(service: string, endpoints: Value | undefined, env: NodeJS.ProcessEnv) {
  for (const entry of objects(endpoints)) {
    const url = text(entry[service]);
    if (url !== undefined) return url;
  }
  return env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? env["AWS_ENDPOINT_URL"];
}

export function configure(config: Props, env: NodeJS.ProcessEnv = process.env): Aws {
  const region = text(config["region"]) ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  if (!region) {
    throw new Error(
      "missing region information: make sure that aws:region is set, e.g. `pulumi config set aws:region us-east-1`, or set AWS_REGION",
    );
  }
  const accessKeyId = text(config["accessKey"]);
  const secretAccessKey = text(config["secretKey"]);
  const sessionToken = text(config["token"]);
  const profile = text(config["profile"]);
  const keys = accessKeyId !== undefined && secretAccessKey !== undefined;
  if (!keys && profile === undefined && !credentialsSomewhere(env)) {
    throw new Error(
      `unable to validate AWS credentials: No valid credential sources found. ${HELP}`,
    );
  }
  const common = (service: string) => {
    const endpoint = endpointOf(service, config["endpoints"], env);
    return {
      region,
      // The official provider retries 25 times, over half an hour; a sandbox answers or does not.
      maxAttempts: (number(config["maxRetries"]) ?? 5) + 1,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(profile === undefined ? {} : { profile }),
      ...(keys
        ? { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } }
        : {}),
    };
  };

  const once = <T>(make: () => Promise<T>) => {
    let made: Promise<T> | undefined;
    return () => {
      made ??= make();
      return made;
    };
  };
  const identity = once(async () => {
    const { STS } = await import("@aws-sdk/client-sts");
    const options = common("sts");
    const client = new STS(options);
    translate(client.middlewareStack, "STS", options.endpoint);
    try {
      const reply = await client.getCallerIdentity({});
      return {
        account: reply.Account ?? "",
        arn: reply.Arn ?? "",
        userId: reply.UserId ?? "",
      };
    } catch (error) {
      throw CloudError.during(
        "validating provider credentials: retrieving caller identity from STS",
        error,
      );
    }
  });
  /** Before the first call, as the official provider does while it is configured. */
  const validate = async () => {
    if (config["skipCredentialsValidation"] !== true) await identity();
  };
  const defaults = config["defaultTags"];
  const elsewhere = new Map<string, Aws>();
  return {
    region,
    inRegion: (other) => {
      const made = elsewhere.get(other) ?? configure({ ...config, region: other }, env);
      elsewhere.set(other, made);
      return made;
    },
    defaultTags: isObject(defaults) ? map(defaults["tags"]) : {},
    identity: async () =>
      config["skipRequestingAccountId"] === true
        ? { account: "", arn: "", userId: "" }
        : await identity(),
    ec2: once(async () => {
      const [{ EC2 }] = await Promise.all([import("@aws-sdk/client-ec2"), validate()]);
      const options = common("ec2");
      setImmediate(flushCompileCache);
      const client = new EC2(options);
      translate(client.middlewareStack, "EC2", options.endpoint);
      return client;
    }),
    ssm: once(async () => {
      const [{ SSM }] = await Promise.all([import("@aws-sdk/client-ssm"), validate()]);
      const options = common("ssm");
      const client = new SSM(options);
      translate(client.middlewareStack, "SSM", options.endpoint);
      return client;
    }),
  };
}

export async function regionalArn(aws: Aws, service: string, resource: string): Promise<string> {
  const { account } = await aws.identity();
  return `arn:aws:${service}:${aws.region}:${account}:${resource}`;
}
