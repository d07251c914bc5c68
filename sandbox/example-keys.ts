/** DKIM keys for the examples, made at set-up and stored as encrypted stack secrets: none is in the repository. */
import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { mustPulumi, type PulumiOptions } from "./pulumi.ts";

const generate = promisify(generateKeyPair);

/**
 * Makes an RSA key of 2,048 bits (RFC 8301 §3.2) and puts it into the stack's config.
 * The key goes through standard input: never on a command line, never on disk in clear.
 */
export async function makeExampleKey(
  stack: string,
  selector: string,
  options: Omit<PulumiOptions, "input">,
): Promise<void> {
  const { privateKey } = await generate("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "der" },
  });
  const path = `sendips:tenant.dkim.${selector}`;
  const set = ["config", "set", "--stack", stack, "--path"];
  await mustPulumi([...set, `${path}.state`, "signing"], options);
  await mustPulumi([...set, `${path}.privateKey`, "--secret"], {
    ...options,
    input: privateKey.toString("base64"),
  });
}
