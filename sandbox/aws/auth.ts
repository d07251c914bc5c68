/** SigV4, as far as the sandbox looks: a well-formed header; any key and signature will do. */
import type { WireRequest } from "../world.ts";
import { ApiError } from "./error.ts";

const header =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/\d{8}\/([a-z0-9-]+)\/[a-z0-9]+\/aws4_request,\s*SignedHeaders=[^,\s]+,\s*Signature=[0-9a-f]{64}$/;

export interface Credential {
  accessKeyId: string;
  /** From the credential scope: what the caller signed for decides where the call lands. */
  region: string;
}

export type AuthFault = "missing" | "malformed";

export function credential(request: WireRequest): Credential | AuthFault {
  const value = request.headers["authorization"];
  if (value === undefined || value === "") return "missing";
  const [, accessKeyId, region] = header.exec(value) ?? [];
  if (accessKeyId === undefined || region === undefined) return "malformed";
  return { accessKeyId, region };
}

/** @param codes this service's code and status of each fault */
export function authenticate(
  request: WireRequest,
  codes: Readonly<Record<AuthFault, { code: string; message: string; status: number }>>,
): Credential {
  const found = credential(request);
  if (typeof found !== "string") return found;
  const { code, message, status } = codes[found];
  throw new ApiError(code, message, status);
}
