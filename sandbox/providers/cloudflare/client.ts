/** The provider's configuration and the official client made from it, loaded at the first call. */
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
  errors?: { code?: number; message?: string }[];
  cause?: { code?: string; cause?: { code?: string } };
}

export function isGone(error: unknown): boolean {
  return error instanceof Error && (error as ApiError).status === 404;
}

/** The error with its HTTP status and Cloudflare's own codes, as the official provider words it. */
export function worded(what: string, error: unknown, baseURL: string): Error {
  if (!(error instanceof Error)) return new Error(`${what}: ${String(error)}`);
  const { status, errors, cause } = error as ApiError;
  const code = cause?.code ?? cause?.cause?.code;
  if (code === "ECONNREFUSED") {
    return new Error(
      `${what}: cannot reach ${baseURL}: connection refused; is anything listening there?`,
    );
  }
  if (status === undefined) return new Error(`${what}: ${error.message}`);
  const details = (errors ?? []).map((each) => `${each.message} (code ${each.code})`).join("; ");
  return new Error(`${what}: ${status} ${details === "" ? error.message : details}`);
}
