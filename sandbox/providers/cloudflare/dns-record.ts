/** `cloudflare.DnsRecord`: what was sent is compared raw with what the API answers. */
import type { RecordResponse } from "cloudflare/resources/dns/records";
import type { ResourceType } from "../resource.ts";
import { compact, isObject, type Props, text, type Value } from "../values.ts";
import { type Client, isGone, providerError } from "./client.ts";

const TYPES = [
  ...["A", "AAAA", "CAA", "CERT", "CNAME", "DNSKEY", "DS", "HTTPS", "LOC", "MX", "NAPTR", "NS"],
  ...["OPENPGPKEY", "PTR", "SMIMEA", "SRV", "SSHFP", "SVCB", "TLSA", "TXT", "URI"],
];

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (name: string) => name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());

function renamed(value: Value | undefined, rename: (name: string) => string): Value | undefined {
  if (!isObject(value)) return value;
  const result: Props = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== null) result[rename(key)] = inner;
  }
  return result;
}

const SENT = ["comment", "content", "name", "priority", "proxied", "tags", "ttl", "type"];

function body(inputs: Props): Props {
  return compact({
    ...Object.fromEntries(SENT.map((name) => [name, inputs[name]])),
    data: renamed(inputs["data"], snake),
    settings: renamed(inputs["settings"], snake),
    private_routing: inputs["privateRouting"],
  });
}

/** Settings that nobody set, as the official provider fills them in. */
function settingsOf({ type }: Props): Props {
  if (type !== "CNAME") return {};
  return { flatten_cname: false, ipv4_only: false, ipv6_only: false };
}

/** The reply as the state holds it; absent fields stay absent. */
function describe(record: RecordResponse, zoneId: string): Props {
  const live: Props = JSON.parse(JSON.stringify(record));
  const meta = live["meta"];
  return compact({
    ...Object.fromEntries(SENT.map((name) => [name, live[name]])),
    commentModifiedOn: live["comment_modified_on"],
    createdOn: live["created_on"],
    data: renamed(live["data"], camel),
    meta: meta === undefined ? "{}" : JSON.stringify(meta),
    modifiedOn: live["modified_on"],
    privateRouting: live["private_routing"],
    proxiable: live["proxiable"] ?? false,
    settings: renamed(live["settings"], camel) ?? {},
    tags: live["tags"] ?? [],
    tagsModifiedOn: live["tags_modified_on"],
    zoneId,
  });
}

interface Envelope {
  result: RecordResponse;
}

/** One call; a record that is gone is undefined to a read, and an error to all others. */
async function api(
  client: Client,
  method: "post" | "get" | "put" | "delete",
  path: string,
  sent?: Props,
): Promise<RecordResponse | undefined> {
  const cf = await client();
  try {
    const reply = await cf[method]<Envelope>(path, sent === undefined ? {} : { body: sent });
    return reply.result;
  } catch (error) {
    if (isGone(error) && method === "get") return undefined;
    throw providerError(error, method, cf.baseURL + path);
  }
}

export const dnsRecord: ResourceType<Client> = {
  fields: {
    comment: { type: "string" },
    content: { type: "string", computed: true },
    data: { type: "object" },
    name: { type: "string", required: true },
    priority: { type: "number" },
    privateRouting: { type: "boolean" },
    proxied: { type: "boolean", default: false },
    settings: { type: "object", computed: true },
    tags: { type: "set", computed: true },
    ttl: { type: "number", required: true },
    type: { type: "string", required: true, forceNew: true, values: TYPES },
    zoneId: { type: "string", required: true, forceNew: true },
  },
  outputs: ["commentModifiedOn", "createdOn", "meta", "modifiedOn", "proxiable", "tagsModifiedOn"],
  changing: ["commentModifiedOn", "meta", "modifiedOn", "proxiable", "tagsModifiedOn"],
  check(inputs) {
    const failures = [];
    const { ttl, priority } = inputs;
    if (typeof ttl === "number" && ttl !== 1 && (ttl < 30 || ttl > 86_400)) {
      const reason = `Attribute ttl value must be between 30 and 86400 or 1, got: ${ttl}`;
      failures.push({ property: "ttl", reason });
    }
    if (typeof priority === "number" && (priority < 0 || priority > 65_535)) {
      const reason = `Attribute priority value must be between 0 and 65535, got: ${priority}`;
      failures.push({ property: "priority", reason });
    }
    return failures;
  },
  async create({ client }, inputs) {
    const zoneId = text(inputs["zoneId"]) ?? "";
    // Not before, and not on an update: as the official provider has it.
    if (inputs["proxied"] === true && inputs["ttl"] !== 1) {
      throw new Error("ttl must be set to 1 when `proxied` is true");
    }
    const record = await api(client, "post", `/zones/${zoneId}/dns_records`, body(inputs));
    if (record === undefined) throw new Error("failed to deserialize http request: empty reply");
    // The name stays as it was sent until it is read again, which shows it as Cloudflare has it.
    const outputs = { ...describe(record, zoneId), name: inputs["name"] ?? record.name };
    return { id: record.id, outputs };
  },
  async read({ client }, given, state) {
    // An import names the zone too.
    const [first = "", second] = given.split("/");
    const zoneId = second === undefined ? text(state["zoneId"]) : first;
    const id = second ?? first;
    if (zoneId === undefined) {
      throw new Error(
        `invalid ID: expected the format "<zone_id>/<dns_record_id>", got "${given}"`,
      );
    }
    const path = `/zones/${zoneId}/dns_records/${id}`;
    const record = await api(client, "get", path);
    return record === undefined ? undefined : { id, outputs: describe(record, zoneId) };
  },
  async update({ client }, id, { olds, news }) {
    const zoneId = text(news["zoneId"]) ?? "";
    // What Cloudflare computed is sent as the state has it, the old content beside new data, and stays so.
    const content = news["data"] === undefined ? {} : compact({ content: olds["content"] });
    const computed = { settings: settingsOf(news), tags: olds["tags"] ?? [], ...content };
    const sent = { ...computed, ...body(news), ...content };
    const record = await api(client, "put", `/zones/${zoneId}/dns_records/${id}`, sent);
    if (record === undefined) throw new Error("failed to deserialize http request: empty reply");
    const name = news["name"] ?? record.name;
    return { ...describe(record, zoneId), name, ...content };
  },
  async delete({ client }, id, state) {
    const path = `/zones/${text(state["zoneId"]) ?? ""}/dns_records/${id}`;
    await api(client, "delete", path);
  },
};
