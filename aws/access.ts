/** Who asks AWS, and where: what a stack's config says, as the provider understands it. */
import { isMap, member } from "../core/maps.ts";

/** What is left out comes from where the SDK looks: environment variables, profiles, the instance's role. */
export interface AwsAccess {
  region?: string;
  profile?: string;
  accessKey?: string;
  secretKey?: string;
  token?: string;
  /** Where EC2 and STS answer, for an endpoint that is not Amazon's. */
  endpoints?: { ec2?: string; sts?: string };
  /** Roles to assume, one after the other. */
  assumeRoles?: readonly { roleArn: string; sessionName?: string; externalId?: string }[];
}

const TEXTS = ["region", "profile", "accessKey", "secretKey", "token"] as const;

/** The keys of the provider's config that say so. */
export const AWS_KEYS: readonly string[] = [...TEXTS, "endpoints", "assumeRoles", "assumeRole"];

/**
 * Reads the provider's config.
 *
 * @param value of a key of the namespace `aws`: `region`, `endpoints` …; a list or map as data.
 */
export function awsAccess(value: (key: string) => unknown): AwsAccess {
  const access: AwsAccess = {};
  for (const key of TEXTS) {
    const given = value(key);
    if (typeof given === "string" && given !== "") access[key] = given;
  }
  const endpoints = listOf(value("endpoints"))[0];
  const [ec2, sts] = [member(endpoints, "ec2"), member(endpoints, "sts")];
  access.endpoints = {
    ...(typeof ec2 === "string" ? { ec2 } : {}),
    ...(typeof sts === "string" ? { sts } : {}),
  };
  const roles = [...listOf(value("assumeRoles")), ...listOf(value("assumeRole"))].flatMap(
    (role) => {
      const [roleArn, sessionName, externalId] = ["roleArn", "sessionName", "externalId"].map(
        (key) => member(role, key),
      );
      if (typeof roleArn !== "string") return [];
      return [
        {
          roleArn,
          ...(typeof sessionName === "string" ? { sessionName } : {}),
          ...(typeof externalId === "string" ? { externalId } : {}),
        },
      ];
    },
  );
  if (roles.length > 0) access.assumeRoles = roles;
  return access;
}

function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isMap(value) ? [value] : [];
}
