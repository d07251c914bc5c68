/** `npm run schema`: writes plugin/schema.json, the components as other languages see them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ComponentResource } from "@pulumi/pulumi";
import { ComponentProvider } from "@pulumi/pulumi/provider/experimental/provider.js";

const REPOSITORY = join(import.meta.dirname, "..");
const PLUGIN = join(REPOSITORY, "plugin");

/** As the analyzer of Pulumi's SDK reads it from plugin/index.ts: half a minute at worst, and a gigabyte. */
export async function pluginSchema(): Promise<string> {
  const { version, description }: { version: string; description: string } = JSON.parse(
    readFileSync(join(REPOSITORY, "package.json"), "utf8"),
  );
  // The analyzer takes no more of the components than their names.
  class SendingIp extends ComponentResource {}
  class Tenant extends ComponentResource {}
  class MailHost extends ComponentResource {}
  class Guards extends ComponentResource {}
  const components = [SendingIp, Tenant, MailHost, Guards];
  const provider = new ComponentProvider({
    ...{ name: "sendips", dirname: PLUGIN, components, version },
  });
  const schema: object = JSON.parse(await provider.getSchema());
  return `${JSON.stringify({ ...schema, description }, null, 2)}\n`;
}

if (import.meta.main) writeFileSync(join(PLUGIN, "schema.json"), await pluginSchema());
