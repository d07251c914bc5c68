/** The list of permissions for a person: each with why it is there. */
import { type Access, POLICY_LIMIT, policyOf, policySize } from "./access.ts";
import { permissionGroups } from "./cloudflare.ts";
import type { Grant, Permission } from "./grant.ts";

/**
 * What must be allowed, as text.
 *
 * @param of whose it is: `acme`.
 * @param zones the zones that the token is for, by name.
 */
export function accessText(
  of: string,
  access: Access,
  zones: Readonly<Record<string, string>>,
): string {
  return `${[...awsLines(of, access), "", ...cloudflareLines(of, access, zones)].join("\n")}\n`;
}

function awsLines(of: string, { role, grants }: Access): string[] {
  if (grants.length === 0) return [`${of}, ${role}: needs nothing of AWS`];
  const size = policySize(policyOf(grants));
  const width = Math.max(...grants.flatMap(({ permissions }) => permissions.map(widthOf)));
  return [
    `${of}, ${role}: AWS, an IAM policy of ${size} characters (IAM takes ${POLICY_LIMIT})`,
    ...grants.flatMap((grant) => grantLines(grant, width)),
  ];
}

function widthOf({ action }: Permission): number {
  return action.length;
}

function grantLines({ sid, title, permissions, resources, condition = {} }: Grant, width: number) {
  const conditions = Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, value]) => `    if ${operator} ${key}: ${said(value)}`),
  );
  return [
    `  ${sid}: ${title}`,
    ...permissions.map(({ action, why, official }) => {
      const only = official === undefined ? "" : " (asked by the official provider alone)";
      return `    ${action.padEnd(width)}  ${why}${only}`;
    }),
    ...resources.map((resource) => `    on ${resource}`),
    ...conditions,
  ];
}

function said(value: string | readonly string[]): string {
  return typeof value === "string" ? value : value.join(", ");
}

function cloudflareLines(
  of: string,
  { role, token }: Access,
  zones: Readonly<Record<string, string>>,
): string[] {
  if (token === undefined) return [`${of}, ${role}: needs nothing of Cloudflare`];
  const groups = permissionGroups(role);
  const width = Math.max(...groups.map(({ dashboard }) => dashboard.length));
  return [
    `${of}, ${role}: Cloudflare, an API token`,
    ...groups.map(({ dashboard, why }) => `  ${dashboard.padEnd(width)}  ${why}`),
    ...Object.entries(zones).map(([zone, id]) => `  on ${zone} (${id})`),
  ];
}
