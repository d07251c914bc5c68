/**
 * The one contract of what a deployment of ours leaves in its stack's state, for the next deployment, for
 * the command line and for other programs. Its form is the zod schemas below: whoever writes is typed by
 * them, and everybody reads through {@link readOutputs}.
 *
 * It stands in two places. The stack's outputs hold what a deployment must remember whatever happens, and
 * lines for a person: the engine prints all of them after every run. A component without inputs
 * (`TYPES.deployment`) holds the rest, which is long and printed nowhere. Why not all of it there: the
 * engine can be made to let go of a component, and does not register a new one in a run with `--target`.
 *
 * A guard may add a refusal for what is written here, and never drops one: a run that fails writes it too,
 * so it is no proof of what is deployed.
 */
import { z } from "zod";
import { unquoteTxt } from "../../mail/txt.ts";
import { isMap } from "../maps.ts";
import type { Finding } from "../problem.ts";
import { PUBLISHERS } from "../publishers/publishers.ts";

/**
 * The version that this program writes, as `version` in both places. Version 1 was all stack outputs;
 * without a version they are version 0, of sendips 0.1, and read the same.
 */
export const OUTPUTS_VERSION = 2;

const text = z.string();

/** A deployed address. Fields with a default were added after sendips 0.1, or only EC2 knows them. */
const address = z.object({
  allocationId: text,
  publicIp: text,
  /** A, PTR and HELO. */
  hostName: text.default(""),
  privateIp: text,
  networkInterfaceId: text.default(""),
  associationId: text.optional(),
  /** Whether its PTR is set. */
  reverseName: z.boolean().default(false),
  /** Whether its release is asked for; what is deployed of it says the address's own tag. */
  release: z.boolean().default(false),
  /** Whether it is asked for that the Elastic IP stays allocated when the address leaves. */
  retain: z.boolean().default(false),
  /** The UTC day from which it may go; absent where it stays. */
  mayGoFrom: text.optional(),
  /** Keys of the streams that send from it. */
  streams: z.array(text).default([]),
});

/** A stream of mail. */
const stream = z.object({ key: text, from: text, returnPath: text, pool: z.array(text) });

/** A record as published or to be published. */
const record = z.object({
  /** The plan's key. */
  key: text,
  /** FQDN; of a PTR, the public IPv4 whose reverse name it is. */
  name: text,
  type: text,
  /** In zone file form; TXT as one unquoted string. */
  value: text,
  /** Seconds. */
  ttl: z.number(),
  publisher: z.enum(PUBLISHERS.map(({ by }) => by)),
  /** The zone that holds it; absent for reverse names. */
  zone: text.optional(),
  /** Absent where it is set; else what must happen before it is. */
  waitsFor: text.optional(),
});

/** A file that a web server must serve: MTA-STS. */
const policyFile = z.object({ domain: text, url: text, text, servedBy: text.optional() });

/** A name that is not empty when its record goes: the record's key, what we publish, what stays. */
const leftName = z.object({ key: text, name: text, type: text, value: text, leaves: text });

/** A mail host's network interface. */
const networkInterface = z.object({
  id: text.default(""),
  privateIps: z.array(text).default([]),
  /** The one of its private IPs that EC2 cannot take away. */
  primary: text.optional(),
  /** Whether its release is asked for; what is deployed of it says the interface's own tag. */
  release: z.boolean().default(false),
});

/** A mail host's network interface by private IP: what tenants' stacks look up. */
const privateIps = z.record(text, text);

/** What is remembered whatever happens: stack outputs, short enough to be read. */
const memory = z.object({
  kind: z.enum(["tenant", "mailHost"]).optional(),
  /** The stack's short name. */
  stack: text.optional(),
  /** The AWS account and Region; absent where nothing is in AWS. */
  account: text.optional(),
  region: text.optional(),
  /** A tenant's organisational domain. */
  domain: text.optional(),
  privateIps: privateIps.optional(),
  /** The primary private IP of each of its network interfaces, by the interface's key. */
  primaryIps: z.record(text, text).optional(),
});

/** What stays at names when their records go, in stack outputs: by the record's key, one line each. */
const leaves = z.object({ leaves: z.record(text, text).default({}) });

/** The same until version 1. Name, type and value are what the state says of the record. */
const leavesBefore = z.object({ leaves: z.array(leftName).default([]) });

/** What only programs read: the outputs of the component; until version 1, stack outputs as well. */
const details = z.object({
  /** By key. */
  addresses: z.record(text, address).default({}),
  streams: z.array(stream).default([]),
  records: z.array(record).default([]),
  /** The full name of the mail host's stack that the tenant referred to. */
  mailHost: text.optional(),
  /** Cloudflare zone ids that were found right, by zone. */
  zones: z.record(text, text).default({}),
  policyFiles: z.array(policyFile).default([]),
  subnet: text.optional(),
  /** By key. */
  networkInterfaces: z.record(text, networkInterface).default({}),
  securityGroupId: text.optional(),
  instanceId: text.optional(),
});

export type AddressOutput = z.infer<typeof address>;
export type RecordOutput = z.infer<typeof record>;
export type LeftName = z.infer<typeof leftName>;

/** What a tenant's or a mail host's stack has left in its state; what does not apply is absent or empty. */
export type StackOutputs = z.infer<typeof memory> &
  z.infer<typeof details> & { leaves: LeftName[] } & {
    /** Absent before the first deployment that ended; 0 of sendips 0.1. */
    version?: number;
  };

type Memory = z.infer<typeof memory> & z.infer<typeof leaves>;
type Details = z.infer<typeof details>;
type Version = { version: typeof OUTPUTS_VERSION };
type Always<T, K extends keyof T> = { [P in K]-?: NonNullable<T[P]> };

/** What a tenant's stack writes into its stack outputs, beside lines for a person. */
export type TenantMemory = Version &
  Always<Memory, "stack" | "domain" | "leaves"> &
  Pick<Memory, "account" | "region"> & { kind: "tenant" };

/** What a mail host's stack writes into its stack outputs. */
export type MailHostMemory = Version &
  Always<Memory, "stack" | "account" | "region" | "privateIps" | "primaryIps"> & {
    kind: "mailHost";
  };

/** What a tenant's stack writes into its component. */
export type TenantDetails = Version &
  Always<Details, "addresses" | "streams" | "records" | "zones" | "policyFiles"> &
  Pick<Details, "mailHost">;

/** What a mail host's stack writes into its component. */
export type MailHostDetails = Version &
  Always<Details, "subnet" | "networkInterfaces" | "securityGroupId"> &
  Pick<Details, "instanceId">;

/** Whether an output of another stack is a mail host's `privateIps`. */
export function isPrivateIps(output: unknown): output is z.infer<typeof privateIps> {
  return privateIps.safeParse(output).success;
}

/**
 * What a tenant needs of a mail host, from the outputs that a stack reference gives; undefined where the
 * stack is none. Until version 1 the primary private IPs were among what it said of its interfaces.
 */
export function readMailHost(outputs: {
  privateIps: unknown;
  primaryIps: unknown;
  networkInterfaces: unknown;
}):
  | {
      privateIps: Record<string, string>;
      networkInterfaces: Record<string, { primary?: string | undefined }>;
    }
  | undefined {
  const ips = privateIps.safeParse(outputs.privateIps);
  if (!ips.success) return undefined;
  const { read } = readParts(details, STACK, { networkInterfaces: outputs.networkInterfaces });
  const now = memory.shape.primaryIps.safeParse(outputs.primaryIps).data ?? {};
  const primaries = Object.entries(now).map(([key, primary]) => [key, { primary }] as const);
  return {
    privateIps: ips.data,
    networkInterfaces: { ...read.networkInterfaces, ...Object.fromEntries(primaries) },
  };
}

/** Where the two places are, as a finding's path begins. */
const STACK = "stack outputs";
const COMPONENT = "deployment outputs";

/** A record of the state, as far as {@link readOutputs} needs it. */
export interface HeldRecord {
  /** Its key in the plan; undefined where its logical name tells none. */
  key?: string;
  name: string;
  type: string;
  content?: string;
}

/**
 * Reads what the last deployment of a stack left, all empty before the first. What cannot be read is an
 * error, one for each part, and hides nothing of the rest. Never throws.
 *
 * @param outputs of the stack, as the engine has them; nothing is taken for granted.
 * @param component the outputs of the component; undefined where the state holds none.
 * @param records those of the state.
 */
export function readOutputs(
  outputs: unknown,
  component?: unknown,
  records: readonly HeldRecord[] = [],
): { outputs: StackOutputs; findings: Finding[] } {
  const empty: StackOutputs = { ...details.parse({}), leaves: [] };
  const stack = withVersion(STACK, withoutUnknown(outputs));
  const rest = withVersion(COMPONENT, withoutUnknown(component));
  const unreadable = [...stack.findings, ...rest.findings];
  if (unreadable.length > 0) return { outputs: empty, findings: unreadable };
  const isLong = (stack.version ?? 0) < OUTPUTS_VERSION;
  const first = readParts(memory, STACK, stack.values);
  const left = isLong
    ? readParts(leavesBefore, STACK, stack.values)
    : readParts(leaves, STACK, stack.values);
  // A component that never got as far as its outputs says nothing.
  const second =
    isLong && rest.version === undefined
      ? readParts(details, STACK, withoutUnallocated(stack.values))
      : readParts(details, COMPONENT, withoutUnallocated(rest.values));
  const version = stack.version ?? rest.version;
  const entries = left.read.leaves;
  return {
    outputs: {
      ...first.read,
      ...second.read,
      leaves: Array.isArray(entries) ? entries : namesOf(entries, records),
      ...(version === undefined ? {} : { version }),
    },
    findings: [...first.findings, ...second.findings, ...left.findings],
  };
}

/** What is known of the records whose names get something back. One that has left the state has no name. */
function namesOf(
  entries: Readonly<Record<string, string>>,
  records: readonly HeldRecord[],
): LeftName[] {
  return Object.entries(entries).map(([key, leaves]) => {
    const held = records.find((candidate) => candidate.key === key);
    const { name = "", type = "", content = "" } = held ?? {};
    const value = type === "TXT" ? unquoteTxt(content) : `${content.replace(/\.$/, "")}.`;
    return { key, name, type, value, leaves };
  });
}

/** The outputs of one place and their version; absent where there are none. */
function withVersion(
  place: string,
  outputs: unknown,
): { values: unknown; version?: number; findings: Finding[] } {
  if (outputs === undefined) return { values: {}, findings: [] };
  if (!isMap(outputs)) return { values: {}, findings: [unreadablePart(place)] };
  if (Object.keys(outputs).length === 0) return { values: {}, findings: [] };
  const version = outputs["version"] ?? 0;
  const path = `${place}.version`;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 0) {
    return { values: {}, findings: [unreadablePart(path)] };
  }
  if (version <= OUTPUTS_VERSION) return { values: outputs, version, findings: [] };
  const later: Finding = {
    code: "state-later-version",
    level: "error",
    path,
    message: `is ${version}, and this sendips knows none later than ${OUTPUTS_VERSION}: a later sendips deployed the stack`,
    fix: "deploy with that sendips or a later one: update the checkout or the package",
  };
  return { values: {}, findings: [later] };
}

/** What the engine writes for a value that it does not know, and leaves out where it hands outputs over. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The value without the parts that the engine did not know. */
function withoutUnknown(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((entry) => entry !== UNKNOWN).map(withoutUnknown);
  if (!isMap(value)) return value;
  const known = Object.entries(value).filter(([, part]) => part !== UNKNOWN);
  return Object.fromEntries(known.map(([name, part]) => [name, withoutUnknown(part)]));
}

/**
 * Without addresses that are not allocated, and records that name one: a run with `--target` that left them
 * out writes what the config says of them.
 */
function withoutUnallocated(values: unknown): unknown {
  if (!isMap(values)) return values;
  const { addresses, records } = values;
  const lacks = (value: unknown, ...names: string[]) =>
    isMap(value) && names.every((name) => value[name] === undefined);
  return {
    ...values,
    ...(isMap(addresses)
      ? {
          addresses: Object.fromEntries(
            Object.entries(addresses).filter(([, one]) => !lacks(one, "allocationId", "publicIp")),
          ),
        }
      : {}),
    ...(Array.isArray(records)
      ? { records: records.filter((one) => !lacks(one, "name") && !lacks(one, "value")) }
      : {}),
  };
}

/** Reads by a schema of which every field has a default; an entry of a map or list that is broken is left out. */
function readParts<Read>(
  schema: z.ZodType<Read>,
  place: string,
  values: unknown,
): { read: Read; findings: Finding[] } {
  const whole = schema.safeParse(values);
  if (whole.success) return { read: whole.data, findings: [] };
  const findings = new Map<string, Finding>();
  let rest = values;
  // From the end, so that the places in a list stay what they are.
  for (const { path } of whole.error.issues.toReversed()) {
    const part = path.slice(0, 2).map(String);
    const where = [place, ...part].join(".");
    if (!findings.has(where)) rest = withoutEntry(rest, part);
    findings.set(where, unreadablePart(where, path.slice(2).map(String).join(".")));
  }
  return { read: schema.parse(rest), findings: [...findings.values()].reverse() };
}

function withoutEntry(values: unknown, [name = "", entry]: readonly string[]): unknown {
  if (!isMap(values)) return {};
  const { [name]: part, ...others } = values;
  if (entry === undefined) return others;
  if (Array.isArray(part)) return { ...others, [name]: part.toSpliced(Number(entry), 1) };
  if (!isMap(part)) return others;
  const { [entry]: _, ...kept } = part;
  return { ...others, [name]: kept };
}

function unreadablePart(path: string, what = ""): Finding {
  return {
    code: "state-outputs-unreadable",
    level: "error",
    path,
    message: `cannot be read: ${what === "" ? "it" : `its ${what}`} is not what sendips writes there, so that nobody can tell what is deployed`,
    fix: "no version of sendips writes it so: put it right with pulumi stack export and pulumi stack import, from a backup of the state if there is one",
  };
}
