/** The state of the example stacks, deployed with our components: the inputs that they really send. */
import { type World, world } from "../engine/harness.ts";
import type { Props } from "./names.ts";
import type { DeployedResource } from "./resources.ts";

const TENANT = "sendips:tenant";

/** A mail host with an instance and two interfaces, and a tenant with a record of every kind. */
export async function deployedState(): Promise<DeployedResource[]> {
  const made = await world();
  made.edit("mx-1", ["sendips:mailHost", "networkInterfaces", "eth1"], {
    privateIps: ["10.0.1.30"],
  });
  made.edit("mx-1", ["sendips:mailHost", "instance"], { ami: "ami-0123456789abcdef0" });
  made.edit("acme", [TENANT, "mtaSts"], {
    "acme.example": { mx: ["*.l.google.com"], certificateAuthorities: ["letsencrypt.org"] },
    "bounce.tx.acme.example": { servedBy: "mta-sts.operator.example" },
  });
  const resources: DeployedResource[] = [];
  for (const stack of ["mx-1", "acme"]) {
    const { code, output } = await made.up(stack);
    if (code !== 0) throw new Error(output);
    resources.push(...(await exported(made, stack)));
  }
  return resources;
}

async function exported(made: World, stack: string): Promise<DeployedResource[]> {
  const shown = await made.mustPulumi("stack", "export", "--stack", stack);
  const { deployment } = JSON.parse(shown.stdout) as {
    deployment: { resources: { urn: string; type: string; custom?: boolean; inputs?: Props }[] };
  };
  return deployment.resources.flatMap(({ urn, type, custom, inputs }) =>
    custom === true && !type.startsWith("pulumi:")
      ? [{ type, name: urn.split("::").at(-1) ?? "", inputs: inputs ?? {} }]
      : [],
  );
}
