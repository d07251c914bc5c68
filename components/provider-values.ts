/** What a program's provider is configured with. */
import * as pulumi from "@pulumi/pulumi";
import { knownValue } from "./hooks/registrations.ts";

/** Values of an explicit provider, by key. Credentials are among them: they reach nothing but a client. */
export async function providerValues(
  provider: pulumi.ProviderResource,
  keys: readonly string[],
): Promise<(key: string) => unknown> {
  const values = new Map<string, unknown>();
  for (const key of keys) {
    const output: unknown = Reflect.get(provider, key);
    if (pulumi.Output.isInstance(output)) values.set(key, await knownValue(output));
  }
  return (key) => values.get(key);
}
