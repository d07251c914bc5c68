/** `sendips connect`: a tenant's records as a Domain Connect template, and links for its customer. */
import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { withAcceptances } from "../../core/acceptance.ts";
import type { OperatorConfig } from "../../core/config/schema.ts";
import {
  type Application,
  customerZones,
  domainConnectLink,
  domainConnectTemplate,
  signingKey,
  signingKeyRecords,
  type Template,
  type TemplateResult,
  urlPrefix,
} from "../../core/domain-connect/domain-connect.ts";
import { formatProblems } from "../../core/problem.ts";
import type { Plan } from "../../core/tenant/plan.ts";
import { quotedExcerpt } from "../../mail/finding.ts";
import { quoteTxt } from "../../mail/txt.ts";
import { deployedAddresses } from "../engine/deployed-addresses.ts";
import {
  messageOf,
  Refusal,
  type Surroundings,
  stackAskedFor,
  UsageError,
} from "../engine/surroundings.ts";
import { discover } from "../online/connect-discovery.ts";
import { openProject } from "../project/project.ts";
import { readStacks } from "../project/stacks.ts";

export const CONNECT_USAGE = `sendips connect <stack> --template|--link|--key-records [options]
  Domain Connect: the customer publishes its records with a click at its DNS provider, if that takes
  it and has your template. Needs sendips:domainConnect in Pulumi.yaml.
  --template     print the template to contribute, once for all tenants of the same shape
  --link         print the signed links for the customer, one for each name, by
                 --discover or --provider-url <urlSyncUX>, and --key and --key-host
  --key-records  print the TXT records that publish the key, by --key and --key-host
  --zone <zone>  the customer's zone; needed where a tenant has several
  --discover     ask DNS and the zone's DNS provider for the urlSyncUX
  --provider-url <urlSyncUX>  the DNS provider's URL prefix for links
  --key <file>   the RSA private key, PEM
  --key-host <name>  where its public key stands, below syncPubKeyDomain
  Links and records go to standard output; what is left out of them, and why, to standard error.
`;

/** Labels as they stand in DNS: the usual first is `_dcpubkeyv1`. */
const KEY_HOST =
  /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?)*$/i;

/** Runs `connect <args>`. */
export async function connectCommand(
  args: readonly string[],
  { cwd, env, today, out, err }: Surroundings,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      template: { type: "boolean", default: false },
      link: { type: "boolean", default: false },
      "key-records": { type: "boolean", default: false },
      zone: { type: "string" },
      discover: { type: "boolean", default: false },
      "provider-url": { type: "string" },
      key: { type: "string" },
      "key-host": { type: "string" },
    },
  });
  const name = stackAskedFor(positionals);
  if ([values.template, values.link, values["key-records"]].filter(Boolean).length !== 1) {
    throw new UsageError("say one of --template, --link and --key-records");
  }
  const providerUrl = providerUrlOf(values);
  const signing = values.template ? undefined : signingOf(values);

  const project = openProject(cwd);
  const [read] = await readStacks(project, [name], { online: () => false, today });
  const operator = read?.stack?.operator;
  if (read === undefined || operator === undefined) {
    err(`${formatProblems(read?.result.problems ?? [])}\n`);
    return 1;
  }
  const { domainConnect } = operator;
  if (domainConnect === undefined) {
    throw new Refusal(
      "sendips:domainConnect is missing in Pulumi.yaml: providerId, providerName, serviceName and syncPubKeyDomain say who you are to DNS providers (docs/domain-connect.md)",
    );
  }
  if (values["key-records"] && signing !== undefined) {
    const keyName = `${signing.keyHost}.${domainConnect.syncPubKeyDomain}`;
    for (const record of signingKeyRecords(signing.key, keyName)) {
      out(`${record.name}. ${operator.ttl} IN TXT ${quoteTxt(record.text)}\n`);
    }
    return 0;
  }
  const { stack, result } = read;
  if (stack?.kind === "mailHost") {
    throw new Refusal(`${name} is a mail host: it publishes no records`);
  }
  if (!("plan" in result)) {
    err(`${formatProblems(result.problems)}\n`);
    return 1;
  }
  const zone = zoneOf(result.plan, values.zone);
  let connected = domainConnectTemplate(result.plan, operator, { zone, known: {} });
  const needed = connected.applications.some(({ unknown }) => unknown.length > 0);
  if (signing !== undefined && needed) {
    connected = await withAddresses(result.plan, operator, zone, { cwd: project.folder, env });
  }
  if (connected.findings.length > 0) {
    const found = connected.findings.map((finding) => ({ ...finding, stack: name }));
    const problems = withAcceptances(found, [read], { today });
    err(`${formatProblems(problems)}\n`);
  }
  const { template, applications } = connected;
  if (template === undefined) {
    throw new Refusal(`nothing of ${zone} can be said in a template: ${HAND_OVER}`);
  }
  if (signing === undefined) {
    out(`${JSON.stringify(template, null, 2)}\n`);
    return 0;
  }
  const urlSyncUX = providerUrl ?? (await discoveryText(zone, template, operator, err));
  for (const application of applications) {
    err(`${describe(application)}\n`);
    out(`${domainConnectLink({ template, application, urlSyncUX, ...signing })}\n`);
  }
  return 0;
}

const HAND_OVER = "hand over the page of sendips plan <stack> --customer";

interface ConnectOptions {
  link: boolean;
  discover: boolean;
  "provider-url"?: string;
  key?: string;
  "key-host"?: string;
}

function providerUrlOf({
  link,
  discover,
  "provider-url": url,
}: ConnectOptions): string | undefined {
  if (link && discover === (url !== undefined)) {
    throw new UsageError("--link needs --discover or --provider-url <urlSyncUX>, one of the two");
  }
  if (url === undefined) return undefined;
  try {
    return urlPrefix(url);
  } catch (error) {
    throw new UsageError(`--provider-url: ${messageOf(error)}`);
  }
}

/** No message shows what `--key` holds: some hand over the key itself in place of its file. */
function signingOf({ key: file, "key-host": keyHost }: ConnectOptions): {
  key: KeyObject;
  keyHost: string;
} {
  if (file === undefined || keyHost === undefined) {
    throw new UsageError("needs --key <file> and --key-host <name>");
  }
  if (!KEY_HOST.test(keyHost)) {
    throw new UsageError(
      `--key-host ${quotedExcerpt(keyHost)}: is not a name in DNS, such as _dcpubkeyv1`,
    );
  }
  let pem: string;
  try {
    pem = readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new Refusal(`the file of --key cannot be read: ${code}`);
  }
  try {
    return { key: signingKey(pem), keyHost };
  } catch (error) {
    throw new Refusal(`the file of --key cannot be used: ${messageOf(error)}`);
  }
}

function zoneOf(plan: Plan, requestedZone: string | undefined): string {
  const zones = customerZones(plan);
  if (zones.length === 0) {
    throw new Refusal(
      `${plan.stack}: no zone of this tenant is the customer's: there is nothing to connect`,
    );
  }
  const [only, ...more] = zones;
  if (requestedZone === undefined && only !== undefined && more.length === 0) return only;
  if (requestedZone !== undefined && zones.includes(requestedZone)) return requestedZone;
  const wrong =
    requestedZone === undefined
      ? "say --zone"
      : `--zone ${quotedExcerpt(requestedZone)} is none of them`;
  throw new UsageError(`${plan.stack}: the customer's zones are ${zones.join(", ")}: ${wrong}`);
}

async function withAddresses(
  plan: Plan,
  operator: OperatorConfig,
  zone: string,
  surroundings: Pick<Surroundings, "cwd" | "env">,
): Promise<TemplateResult> {
  const { known, reasons } = await deployedAddresses([plan.stack], surroundings);
  const connected = domainConnectTemplate(plan, operator, {
    zone,
    known: known.get(plan.stack) ?? {},
  });
  const unknown = new Set(connected.applications.flatMap((one) => one.unknown));
  if (unknown.size === 0) return connected;
  const why = reasons.length > 0 ? reasons.join("; ") : "the stack's state does not have them";
  throw new Refusal(
    `${plan.stack}: records of ${zone} hold addresses that are not known (${[...unknown].sort().join(", ")}): ${why}. Deploy first: npx pulumi up -s ${plan.stack}`,
  );
}

async function discoveryText(
  zone: string,
  template: Template,
  operator: OperatorConfig,
  err: Surroundings["err"],
): Promise<string> {
  const found = await discover(zone, template, operator.dns?.servers);
  err(`${zone} is served by ${quotedExcerpt(found.providerName)}\n`);
  if (found.hasTemplate === false) {
    err(
      `warning: it answers that it does not have the template ${template.providerId}/${template.serviceId}: links do nothing until it has\n`,
    );
  }
  return found.urlSyncUX;
}

function describe({ fqdn, groups }: Application): string {
  return `the link for ${fqdn}${groups.length > 0 ? `: ${groups.join(", ")}` : ""}`;
}
