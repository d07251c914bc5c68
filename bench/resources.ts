/** Whether two deployments ask the clouds for the same: cloud resources compared by their inputs. */

/** What of a stack's state is looked at. */
interface Resource {
  type: string;
  custom: boolean;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** A stack's state as `pulumi stack export` prints it. */
export interface StackExport {
  deployment: { resources?: Resource[] };
}

/** The resources in AWS and Cloudflare: no components, no providers. */
export function cloudResources(exported: StackExport): Resource[] {
  const resources = exported.deployment.resources ?? [];
  return resources.filter(({ type, custom }) => custom && /^(aws|cloudflare):/.test(type));
}

/** The resources in AWS and Cloudflare as type and inputs, sorted; what AWS chose is named alike. */
export function canonical(exported: StackExport): string[] {
  const resources = cloudResources(exported);
  const names = chosenByAws(resources);
  return resources
    .map(({ type, inputs }) => {
      const text = JSON.stringify(withoutMarks(inputs), (_, value: unknown) =>
        typeof value === "string" ? renamed(value, names) : value,
      );
      return `${type} ${text}`;
    })
    .sort();
}

/** Resources of the first that the second lacks, and the other way round. */
export function differences(
  first: readonly string[],
  second: readonly string[],
): { missing: string[]; extra: string[] } {
  return { missing: difference(first, second), extra: difference(second, first) };
}

/** Each allocation and its IP, by the name in reverse DNS that both sides give it; longest first. */
function chosenByAws(resources: readonly Resource[]): Map<string, string> {
  const hosts = new Map<unknown, string>();
  for (const { type, inputs } of resources) {
    if (!type.endsWith(":EipDomainName")) continue;
    hosts.set(inputs?.["allocationId"], String(inputs?.["domainName"]));
  }
  const names = new Map<string, string>();
  for (const { type, outputs } of resources) {
    if (type !== "aws:ec2/eip:Eip") continue;
    const host = hosts.get(outputs?.["allocationId"]);
    if (host === undefined) continue;
    names.set(String(outputs?.["allocationId"]), `allocation of ${host}`);
    names.set(String(outputs?.["publicIp"]), `address of ${host}`);
  }
  for (const { type, inputs } of resources) {
    if (!type.endsWith(":EipAssociation")) continue;
    names.set(String(inputs?.["networkInterfaceId"]), "network interface of the mail host");
  }
  // 192.0.2.10 must not be taken for 192.0.2.1 and a 0.
  return new Map([...names].sort(([a], [b]) => b.length - a.length));
}

function renamed(value: string, names: ReadonlyMap<string, string>): string {
  let text = value;
  for (const [chosen, name] of names) text = text.replaceAll(chosen, `<${name}>`);
  return text;
}

/** Without the provider's book-keeping, keys in order. */
function withoutMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMarks);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "__defaults")
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, withoutMarks(inner)]),
  );
}

function difference(all: readonly string[], some: readonly string[]): string[] {
  const left = [...some];
  return all.filter((item) => {
    const at = left.indexOf(item);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
