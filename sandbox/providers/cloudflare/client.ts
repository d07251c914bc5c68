/** The provider's configuration and the official client made from it, loaded at the first call. */
import { STATUS_CODES } from "node:http";
import { flushCompileCache } from "node:module";
import type Cloudflare from "cloudflare";
import { type Props, text } from "../values.ts";

export type Client = () => Promise<Cloudflare>;

export function configure(config: Props, env: NodeJS.ProcessEnv = process.env): Client {
  const apiToken = text(config["apiToken"]) ?? env["CLOUDFLARE_API_TOKEN"];
  const apiKey = text(config["apiKey"]) ?? env["CLOUDFLARE_API_KEY"];
  const apiEmail = text(config["email"]) ?? env["CLOUDFLARE_EMAIL"];
  if (!apiToken && !(apiKey && apiEmail)) {
    throw new Error(
      "credentials are not set correctly: must provide one of `api_key`, `api_token` or `api_user_service_key`. Set CLOUDFLARE_API_TOKEN, or `pulumi config set --secret cloudflare:apiToken`.",
    );
  }
  const baseURL = text(config["baseUrl"]) ?? env["CLOUDFLARE_BASE_URL"];
  let made: Promise<Cloudflare> | undefined;
  return () => {
    made ??= import("cloudflare").then((sdk) => {
      setImmediate(flushCompileCache);
      return new sdk.default({
        apiToken: apiToken ?? null,
        apiKey: apiToken ? null : (apiKey ?? null),
        apiEmail: apiToken ? null : (apiEmail ?? null),
        ...(baseURL && { baseURL: baseURL.replace(/\/$/, "") }),
        maxRetries: 5,
      });
    });
    return made;
  };
}

interface ApiError extends Error {
  status?: number;
  /** The body of the reply. */
  error?: unknown;
  cause?: { code?: string; cause?: { code?: string } };
}

export function isGone(error: unknown): boolean {
  return error instanceof Error && (error as ApiError).status === 404;
}

/** The error as the Go client words it, which the official provider passes on. */
export function providerError(error: unknown, method: string, url: string): Error {
  const failed = "failed to make http request";
  if (!(error instanceof Error)) return new Error(`${failed}: ${String(error)}`);
  const { status, error: body, cause } = error as ApiError;
  const verb = method.toUpperCase();
  const code = cause?.code ?? cause?.cause?.code;
  if (code === "ECONNREFUSED") {
    const { host } = new URL(url);
    const going = `${verb.charAt(0)}${method.slice(1)} "${url}": dial tcp ${host}`;
    return new Error(`${failed}: ${going}: connect: connection refused`);
  }
  if (status === undefined) return new Error(`${failed}: ${error.message}`);
  return new Error(
    `${failed}: ${verb} "${url}": ${status} ${STATUS_CODES[status]} ${JSON.stringify(body)}`,
  );
}
