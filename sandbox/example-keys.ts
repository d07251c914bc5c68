/** DKIM keys for the examples, made at set-up and stored as encrypted stack secrets: none is in the repository. */
import { addDkimKey } from "../cli/project/dkim-config.ts";
import { RSA_BITS } from "../cli/project/new-dkim-key.ts";
import { openProject } from "../cli/project/project.ts";
import type { PulumiOptions } from "./pulumi.ts";

/** Puts a key that signs at once into a stack's config, as `sendips dkim new <stack> --sign` does. */
export async function makeExampleKey(
  stack: string,
  selector: string,
  { cwd, env, pulumi }: Omit<PulumiOptions, "input">,
): Promise<void> {
  await addDkimKey(
    openProject(cwd),
    stack,
    { command: pulumi, cwd, env },
    {
      selector,
      type: "rsa",
      bits: RSA_BITS.least,
      sign: true,
      today: new Date().toISOString().slice(0, 10),
    },
  );
}
