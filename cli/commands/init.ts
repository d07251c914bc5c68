/** `sendips init`: a project of an operator's own, with a first tenant that lints clean. */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { z } from "zod";
import { awsId, domain, ipv4 } from "../../core/config/fields.ts";
import { formatProblems, type Problem } from "../../core/problem.ts";
import { zoneId } from "../../core/publishers/cloudflare.ts";
import { Refusal, type Surroundings, UsageError } from "../engine/surroundings.ts";
import { type Files, type NewProject, projectFiles, writeFiles } from "../project/new-project.ts";
import { openProject, stackNames } from "../project/project.ts";
import { readStacks } from "../project/stacks.ts";

export const INIT_USAGE = `sendips init <folder> [options]
  Writes a Pulumi project with a first tenant into a folder that is absent or empty. At a terminal it
  asks for the first four values where they are not given.
  --domain <domain>             the organisational domain of From:, a zone at Cloudflare
  --zone <id>                   the id of that zone: 32 hexadecimal digits
  --network-interface <eni-…>   of the host that sends
  --private-ip <IPv4>           one of its private IPs
  --host-names <domain>         where host names live; default mail.<domain>
  --region <region>             of the host; default us-east-1
  --stack <name>                the tenant's stack; default the domain's first label
  --name <name>                 the project; default the folder's name
`;

/** A value that init needs. */
interface Question {
  flag: "domain" | "zone" | "network-interface" | "private-ip";
  text: string;
  schema: z.ZodType<string>;
}

const QUESTIONS: readonly Question[] = [
  {
    flag: "domain",
    text: "Organisational domain of the first tenant, such as acme.example",
    schema: domain,
  },
  { flag: "zone", text: "Id of its zone at Cloudflare, 32 hexadecimal digits", schema: zoneId },
  {
    flag: "network-interface",
    text: "Network interface of the host that sends, such as eni-0a1b2c3d4e5f60718",
    schema: awsId("eni"),
  },
  {
    flag: "private-ip",
    text: "Private IP of that interface for the first address, such as 10.0.1.10",
    schema: ipv4,
  },
];

/** Runs `init <args>`. */
export async function initCommand(
  args: readonly string[],
  { cwd, today, out, err, ask }: Surroundings,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      domain: { type: "string" },
      zone: { type: "string" },
      "network-interface": { type: "string" },
      "private-ip": { type: "string" },
      "host-names": { type: "string" },
      region: { type: "string", default: "us-east-1" },
      stack: { type: "string" },
      name: { type: "string" },
    },
  });
  const [named, ...more] = positionals;
  if (named === undefined) throw new UsageError("init needs a folder; . is this one");
  if (more.length > 0) throw new UsageError(`too many arguments: ${more.join(" ")}`);
  const folder = resolve(cwd, named);
  refuseWhatIsThere(folder);

  const faults: string[] = [];
  const given = { ...values };
  for (const { flag, text, schema } of QUESTIONS) {
    if (values[flag] === undefined && ask === undefined)
      faults.push(`--${flag} is missing: ${text}`);
    const fault = values[flag] === undefined ? undefined : faultOf(schema, values[flag]);
    if (fault !== undefined) faults.push(`--${flag} ${fault}`);
  }
  const hostFault =
    values["host-names"] === undefined ? undefined : faultOf(domain, values["host-names"]);
  if (hostFault !== undefined) faults.push(`--host-names ${hostFault}`);
  const name = values.name ?? basename(folder);
  if (!isName(name)) faults.push(nameFault(values.name === undefined ? "folder" : "--name", name));
  if (values.stack !== undefined && !isName(values.stack)) {
    faults.push(nameFault("--stack", values.stack));
  }
  if (faults.length > 0) throw new UsageError(faults.join("\n  "));
  for (const question of QUESTIONS) {
    if (ask !== undefined) given[question.flag] ??= await validAnswer(question, { ask, err });
  }
  const organisation = domain.parse(given.domain);
  const project: NewProject = {
    name,
    stack: values.stack ?? organisation.split(".")[0] ?? organisation,
    region: values.region,
    domain: organisation,
    zone: given.zone ?? "",
    hostNames: domain.parse(values["host-names"] ?? `mail.${organisation}`),
    networkInterface: given["network-interface"] ?? "",
    privateIp: given["private-ip"] ?? "",
  };
  const files = projectFiles(project);
  const errors = (await lintFiles(files, today)).filter(({ level }) => level === "error");
  if (errors.length > 0) {
    throw new Refusal(
      `a tenant of these values has errors; nothing was written\n${formatProblems(errors)}`,
    );
  }
  // What appeared while somebody typed.
  refuseWhatIsThere(folder);
  writeFiles(folder, files);
  out(nextStepsText(named, project, files));
  return 0;
}

/** A clone of an empty repository is as good as empty. */
const IGNORED = [".git"];

function refuseWhatIsThere(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) {
    throw new Refusal(
      `${folder} is a file; nothing was written\n  name a folder that is new or empty`,
    );
  }
  const found = readdirSync(folder)
    .filter((name) => !IGNORED.includes(name))
    .sort();
  if (found.length === 0) return;
  const shown = found.slice(0, 10).join(", ");
  const rest = found.length > 10 ? ` and ${found.length - 10} more` : "";
  throw new Refusal(
    `${folder} is not empty; nothing was written\n  there: ${shown}${rest}\n  name a folder that is new or empty`,
  );
}

async function validAnswer(
  { text, schema }: Question,
  { ask, err }: Required<Pick<Surroundings, "ask" | "err">>,
): Promise<string> {
  for (;;) {
    const answer = (await ask(`${text}: `))?.trim();
    if (answer === undefined) throw new Refusal("no answer; nothing was written");
    const fault = faultOf(schema, answer);
    if (fault === undefined) return answer;
    err(`  ${fault}\n`);
  }
}

/** What is wrong with a value and what is allowed, in the words of the config's own schema. */
function faultOf(schema: z.ZodType<string>, value: string): string | undefined {
  const [issue] = schema.safeParse(value).error?.issues ?? [];
  if (issue === undefined) return undefined;
  const allowed = issue.code === "custom" ? issue.params?.["allowed"] : undefined;
  return `${JSON.stringify(value)} ${issue.message}${allowed === undefined ? "" : `: ${allowed}`}`;
}

function isName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(text);
}

function nameFault(what: string, name: string): string {
  return `${what} ${JSON.stringify(name)} cannot be a name in Pulumi: letters, digits, _ . -, at most 100${what === "folder" ? "; --name gives the project another" : ""}`;
}

/** The problems of the project as its files will stand, before any of them does. */
async function lintFiles(files: Files, today: string): Promise<Problem[]> {
  const folder = mkdtempSync(join(tmpdir(), "sendips-init-"));
  try {
    writeFiles(folder, files);
    const project = openProject(folder);
    const stacks = await readStacks(project, stackNames(project), { online: () => false, today });
    return stacks.flatMap(({ result }) => result.problems);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function nextStepsText(folder: string, { name, stack }: NewProject, files: Files): string {
  const go = folder === "." ? "" : `cd ${folder} && `;
  return [
    `${name}: a Pulumi project with a first tenant, ${stack}`,
    ...[...files.keys()].map((path) => `  ${path}`),
    "",
    "Next:",
    `  ${go}npm install`,
    "  npx pulumi login                   where the state is kept: Pulumi Cloud, s3://… or file://…",
    `  npx pulumi stack init ${stack}`,
    `  npx sendips dkim new ${stack} --sign   a DKIM key, straight into the encrypted config`,
    "  npx sendips lint",
    `  npx pulumi up -s ${stack}`,
    "",
  ].join("\n");
}
