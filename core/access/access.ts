/** The least that a stack's deployments, or a job that only looks, must be allowed: of AWS and of Cloudflare. */
import { mailHostChanges, mailHostLookUps, tenantChanges, tenantLookUps } from "./aws.ts";
import { type Role, type TokenRequest, tokenRequest } from "./cloudflare.ts";
import {
  type Condition,
  type Grant,
  type MailHostNeeds,
  oneOrMore,
  type Place,
  type TenantNeeds,
} from "./grant.ts";

export type { Role } from "./cloudflare.ts";

/** What one or several stacks of a project need, by kind. */
export interface Needs {
  tenant?: TenantNeeds;
  mailHost?: MailHostNeeds;
  /** The Cloudflare zones in which they publish. */
  zoneIds: readonly string[];
}

/** The same for every entry of the list. */
export interface Access {
  role: Role;
  grants: readonly Grant[];
  /** Absent where nothing is published at Cloudflare. */
  token?: TokenRequest;
}

/** What must be allowed, from the one list. */
export function accessFor(role: Role, place: Place, { tenant, mailHost, zoneIds }: Needs): Access {
  const grants = [
    ...(tenant === undefined ? [] : tenantLookUps(place, tenant)),
    ...(mailHost === undefined ? [] : mailHostLookUps(place, mailHost)),
    ...(role === "drift" || tenant === undefined ? [] : tenantChanges(place, tenant)),
    ...(role === "drift" || mailHost === undefined ? [] : mailHostChanges(place, mailHost)),
  ];
  const name = ["sendips", ...(place.stacks ?? [place.project]), role].join(" ");
  const token = tokenRequest(name, zoneIds, role);
  return { role, grants, ...(token === undefined ? {} : { token }) };
}

/** A policy as IAM takes it. */
export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: {
    Sid: string;
    Effect: "Allow";
    Action: string | string[];
    Resource: string | string[];
    Condition?: Condition;
  }[];
}

/** IAM takes no longer managed policy, white space not counted. */
export const POLICY_LIMIT = 6_144;

/** How much of {@link POLICY_LIMIT} a policy takes. */
export function policySize(policy: PolicyDocument): number {
  return JSON.stringify(policy).length;
}

/** The policy that grants this and nothing else. */
export function policyOf(grants: readonly Grant[]): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: grants.map(({ sid, permissions, resources, condition }) => ({
      Sid: sid,
      Effect: "Allow",
      Action: oneOrMore(permissions.map(({ action }) => action)),
      Resource: oneOrMore(resources),
      ...(condition === undefined || Object.keys(condition).length === 0
        ? {}
        : { Condition: condition }),
    })),
  };
}
