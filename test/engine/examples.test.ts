/** The components' documented examples: each type-checks, and deploys by itself in a program of someone else's. */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { REPOSITORY } from "../../sandbox/project.ts";
import { operationLines, type World, world } from "./harness.ts";

const run = promisify(execFile);

/** Each with what it must make among other things. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  "dns-records": ["create DnsRecord shop-spf"],
  "mail-host": ["create NetworkInterface mx-2-eth0", "create SecurityGroup mx-2"],
  "sending-ip": ["create EipDomainName shop-tx1", "create EipAssociation shop-tx1"],
  tenant: ["create EipAssociation clinic-tx1", "create DnsRecord clinic-spf-tx.acme.example"],
};

const fileOf = (component: string) => `example-${component}.ts`;

/** The code of a component's `@example`, with ids and a name server that exist. */
function exampleOf(component: string, made: World, networkInterface: string): string {
  const source = readFileSync(join(REPOSITORY, "components", `${component}.ts`), "utf8");
  const block = /@example\n \* ```ts\n([\s\S]*?) \* ```/.exec(source)?.[1];
  if (block === undefined) throw new Error(`components/${component}.ts has no example`);
  const { host, port } = made.sandbox.dns;
  return block
    .replace(/^ \* ?/gm, "")
    .replaceAll('from "sendips"', `from "${REPOSITORY}/components/index.ts"`)
    .replaceAll("eni-0123456789abcdef0", networkInterface)
    .replaceAll("subnet-0123456789abcdef0", "subnet-0a1b2c3d4e5f60718")
    .replaceAll("vpc-0123456789abcdef0", "vpc-0a1b2c3d4e5f60718")
    .replaceAll("192.0.2.53", `${host}:${port}`);
}

test("every component's example type-checks and deploys alone", async () => {
  const made = await world();
  expect((await made.up("mx-1")).code).toBe(0);
  const { networkInterfaces } = await made.outputs("mx-1");
  const networkInterface = networkInterfaces["eth0"]?.id ?? "";
  const { cwd, env } = made.options;
  env["AWS_REGION"] = "us-east-1";
  for (const component of Object.keys(EXAMPLES)) {
    writeFileSync(join(cwd, fileOf(component)), exampleOf(component, made, networkInterface));
  }
  const config = { extends: join(REPOSITORY, "tsconfig.json"), include: ["example-*.ts"] };
  writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(REPOSITORY, "node_modules", ".bin", "tsc");
  await run(tsc, ["--noEmit", "--project", cwd]);

  const project = readFileSync(join(cwd, "Pulumi.yaml"), "utf8");
  for (const [component, wanted] of Object.entries(EXAMPLES)) {
    writeFileSync(
      join(cwd, "Pulumi.yaml"),
      project.replace("main: index.ts", `main: ${fileOf(component)}`),
    );
    const up = await made.up(`example-${component}`);
    expect(up.code, up.output).toBe(0);
    expect(operationLines(up)).toEqual(expect.arrayContaining([...wanted]));
  }
});
