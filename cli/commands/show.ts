/** `sendips show`: what is deployed of a stack, for a person, and as JSON for programs. */
import { parseArgs } from "node:util";
import { formatProblems, hasErrors } from "../../core/problem.ts";
import { type DeployedStack, hasBeenDeployed } from "../../core/state/deployed-stack.ts";
import { readExport } from "../../core/state/stack-export.ts";
import { addressLine, recordLines } from "../../core/state/summary-lines.ts";
import { exportedState } from "../engine/deployed-addresses.ts";
import { pulumiCommand } from "../engine/pulumi.ts";
import { Refusal, type Surroundings, stackAskedFor } from "../engine/surroundings.ts";
import { openProject } from "../project/project.ts";

export const SHOW_USAGE = `sendips show <stack> [--json]
  What the last deployment of a tenant or a mail host left: its addresses, how many records are published
  where. Reads the stack's state, by pulumi stack export; needs neither the clouds nor the passphrase.
  --json      all of it as one object: addresses with their ids, streams, records, policy files
`;

/** Runs `show <args>`. */
export async function showCommand(
  args: readonly string[],
  { cwd, env, out, err }: Surroundings,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean", default: false } },
  });
  const stack = stackAskedFor(positionals);
  const project = openProject(cwd);
  const exported = await exportedState(
    { command: pulumiCommand(env, project.folder), cwd: project.folder, env },
    stack,
  );
  const read = readExport(stack, exported);
  if (read.findings.length === 0 && !hasBeenDeployed(read.deployed)) {
    throw new Refusal(`${stack} is not deployed yet: npx pulumi up -s ${stack}`);
  }
  const problems = read.findings.map((finding) => ({ ...finding, stack }));
  if (problems.length > 0) err(`${formatProblems(problems)}\n`);
  out(
    values.json
      ? `${JSON.stringify(read.deployed.outputs, null, 2)}\n`
      : stackText(stack, read.deployed),
  );
  return hasErrors(problems) ? 1 : 0;
}

function stackText(stack: string, { outputs }: DeployedStack): string {
  const { addresses, records, policyFiles, networkInterfaces } = outputs;
  const { kind, domain, account, region } = outputs;
  const what = kind === "mailHost" ? "mail host" : `tenant ${domain ?? ""}`.trim();
  const where = account === undefined ? "" : `, AWS account ${account}, ${region}`;
  const rows = [
    ...Object.entries(addresses).map(([key, address]) => [key, addressLine(address)]),
    ...Object.entries(networkInterfaces).map(([key, { id, privateIps }]) => [
      key,
      `${id} ${privateIps.join(" ")}`,
    ]),
    ...Object.entries(recordLines(stack, records)),
    ...policyFiles.map(({ url }) => ["policy file", url]),
  ];
  const width = Math.max(0, ...rows.map(([name = ""]) => name.length));
  const lines = rows.map(([name = "", line = ""]) => `  ${name.padEnd(width)}  ${line}`);
  return `${[`${stack}: ${what}${where}`, ...lines].join("\n")}\n`;
}
