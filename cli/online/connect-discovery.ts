/** Which DNS provider serves a zone, and where its customers consent: Domain Connect's discovery (section 4). */
import { urlPrefix } from "../../core/domain-connect/domain-connect.ts";
import { member } from "../../core/maps.ts";
import { isAbsent, resolverAt } from "../../dns/name-reader.ts";
import { quotedExcerpt } from "../../mail/finding.ts";
import { messageOf, Refusal } from "../engine/surroundings.ts";

/** What a DNS provider says of itself for a zone. */
export interface DiscoveredProvider {
  /** Its name, as it gives it: text from outside. */
  providerName: string;
  /** Where customers consent; an https URL without its last slash. */
  urlSyncUX: string;
  /** Whether it has the template; undefined when it did not say. */
  hasTemplate?: boolean;
}

/** A provider that does not answer must not hold up a person. */
const TIME_LIMIT = 10_000;

/**
 * Asks DNS who takes Domain Connect for a zone, and that one for its settings.
 *
 * @param servers the operator's DNS servers; undefined: the machine's own
 * @throws Refusal when the zone's provider does not take it, or its answers cannot be used
 */
export async function discover(
  zone: string,
  { providerId, serviceId }: { providerId: string; serviceId: string },
  servers: readonly string[] | undefined,
): Promise<DiscoveredProvider> {
  const api = await apiOf(zone, servers);
  const settings = await settingsOf(`${api}/v2/${zone}/settings`, zone);
  const sync = member(settings, "urlSyncUX");
  if (typeof sync !== "string" || sync === "") {
    throw new Refusal(
      `the DNS provider of ${zone} takes no links (it names no urlSyncUX): hand over sendips plan <stack> --customer`,
    );
  }
  const name = member(settings, "providerName");
  const hasTemplate = await asksForTemplate(member(settings, "urlAPI"), providerId, serviceId);
  return {
    providerName: typeof name === "string" ? name : "",
    urlSyncUX: prefixOf(sync, zone),
    ...(hasTemplate === undefined ? {} : { hasTemplate }),
  };
}

/** The provider's API, from the TXT record: a host and, with some, a path. */
async function apiOf(zone: string, servers: readonly string[] | undefined): Promise<string> {
  const resolver = resolverAt(servers);
  const name = `_domainconnect.${zone}`;
  let texts: string[];
  try {
    texts = (await resolver.resolveTxt(name)).map((strings) => strings.join(""));
  } catch (error) {
    if (!isAbsent(error)) {
      const code = error instanceof Error && "code" in error ? error.code : messageOf(error);
      throw new Refusal(`${name} could not be asked for (${code}): this says nothing; try again`);
    }
    texts = [];
  }
  const [text, ...more] = texts;
  if (text === undefined || more.length > 0) {
    throw new Refusal(
      `${name} has ${texts.length} TXT records where Domain Connect has one: the zone's DNS provider does not take it; hand over sendips plan <stack> --customer`,
    );
  }
  return prefixOf(`https://${text}`, zone);
}

async function settingsOf(url: string, zone: string): Promise<unknown> {
  try {
    const reply = await ask(url);
    // Section 4: a provider that does not have the zone says 404, where another left the TXT record behind.
    if (reply.ok) return await reply.json();
    throw new Error(
      reply.status === 404 ? "it does not have the zone (404)" : `status ${reply.status}`,
    );
  } catch (error) {
    throw new Refusal(
      `the DNS provider that _domainconnect.${zone} names did not give its settings: ${reasonOf(error)}`,
    );
  }
}

/** Section 5.2.1. An answer that is no answer is no reason to stop: the customer would see. */
async function asksForTemplate(
  urlAPI: unknown,
  providerId: string,
  serviceId: string,
): Promise<boolean | undefined> {
  if (typeof urlAPI !== "string") return undefined;
  const path = `v2/domainTemplates/providers/${encodeURIComponent(providerId)}/services/${encodeURIComponent(serviceId)}`;
  try {
    const reply = await ask(`${urlPrefix(urlAPI)}/${path}`);
    await reply.body?.cancel();
    return reply.ok ? true : reply.status === 404 ? false : undefined;
  } catch {
    return undefined;
  }
}

/** The address comes from somebody else's zone: no redirect is followed to where that zone cannot point. */
function ask(url: string): Promise<Response> {
  return fetch(url, { redirect: "error", signal: AbortSignal.timeout(TIME_LIMIT) });
}

/** `fetch failed` says nothing: its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return messageOf(cause);
}

function prefixOf(url: string, zone: string): string {
  try {
    return urlPrefix(url);
  } catch {
    throw new Refusal(
      `the DNS provider of ${zone} names ${quotedExcerpt(url)}, which is no https URL`,
    );
  }
}
