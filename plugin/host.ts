/**
 * Components of sendips for programs in other languages: the engine runs this as a plugin, asks for the schema, and
 * has each component constructed here.
 *
 * `componentProviderHost` of Pulumi's SDK would have TypeScript analyze the sources whenever the plugin starts, in
 * preview and update alike; docs/decisions.md says what that costs. Here the schema has been made beforehand, by
 * the same analyzer.
 */
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { type ConstructResult, main, type Provider } from "@pulumi/pulumi/provider/index.js";
import { registerHooks } from "../components/hooks/program-hooks.ts";
import { MailHost } from "../components/mail-host.ts";
import { SendingIp } from "../components/sending-ip.ts";
import { Tenant } from "../components/tenant.ts";
import { checkInputs, type PackageSchema } from "./inputs.ts";

/** Keeps the hooks registered: see `Guards` of the schema. */
class Guards extends pulumi.ComponentResource {
  constructor(name: string, _args: object, opts?: pulumi.ComponentResourceOptions) {
    super("sendips:index:Guards", name, {}, opts);
    registerHooks();
    this.registerOutputs();
  }
}

type Construct = NonNullable<Provider["construct"]>;

/** How a component is constructed, and what of it another language sees. */
function constructing<Component extends pulumi.ComponentResource>(
  // biome-ignore lint/suspicious/noExplicitAny: the inputs have been checked against the schema
  Constructor: new (name: string, args: any, opts: pulumi.ComponentResourceOptions) => Component,
  outputsOf: (component: Component) => pulumi.Inputs,
): Construct {
  return async (name, _type, inputs, options) => {
    const component = new Constructor(name, inputs, options);
    return { urn: component.urn, state: outputsOf(component) };
  };
}

const COMPONENTS: Readonly<Record<string, Construct>> = {
  "sendips:index:SendingIp": constructing(
    SendingIp,
    ({
      allocationId,
      publicIp,
      hostName,
      privateIp,
      networkInterfaceId,
      associationId,
      reverseName,
    }) => ({
      ...{ allocationId, publicIp, hostName, privateIp },
      ...{ networkInterfaceId, associationId, reverseName },
    }),
  ),
  "sendips:index:Tenant": constructing(Tenant, ({ addresses }) => {
    const byKey = (of: (address: SendingIp) => pulumi.Output<string>) =>
      Object.fromEntries(Object.entries(addresses).map(([key, address]) => [key, of(address)]));
    return {
      publicIps: byKey(({ publicIp }) => publicIp),
      allocationIds: byKey(({ allocationId }) => allocationId),
      hostNames: byKey(({ hostName }) => hostName),
    };
  }),
  "sendips:index:MailHost": constructing(
    MailHost,
    ({ privateIps, securityGroupId, instanceId }) => ({ privateIps, securityGroupId, instanceId }),
  ),
  "sendips:index:Guards": constructing(Guards, () => ({})),
};

class Host implements Provider {
  readonly schema: string;
  readonly version: string;
  readonly #package: PackageSchema;

  constructor(schema: string) {
    this.schema = schema;
    this.#package = JSON.parse(schema);
    this.version = this.#package.version;
  }

  async construct(...args: Parameters<Construct>): Promise<ConstructResult> {
    const [, type, inputs] = args;
    const construct = COMPONENTS[type];
    if (construct === undefined) {
      throw new Error(`sendips has no ${type}; allowed: ${Object.keys(COMPONENTS).join(", ")}`);
    }
    checkInputs(this.#package, type, inputs);
    return construct(...args);
  }
}

main(
  new Host(readFileSync(new URL("schema.json", import.meta.url), "utf8")),
  process.argv.slice(2),
);
