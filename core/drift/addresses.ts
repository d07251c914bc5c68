/** Addresses: allocated, bound, named in reverse and tagged as they were deployed? */
import { addressPath } from "../guards/address-context.ts";
import { type Binding, bindingOf, isSameBinding } from "../guards/bindings.ts";
import type { StateAddress } from "../state/resources.ts";
import { readTags, type Tags } from "../state/tags.ts";
import type { PlannedAddress } from "../tenant/plan.ts";
import type { Drift, DriftContext } from "./difference.ts";

/** The differences of addresses. */
export function addressDrift(context: DriftContext): Drift[] {
  const { plan, deployed } = context;
  const left = deployed.addresses.filter(
    ({ key }) => !plan.addresses.some((planned) => planned.key === key),
  );
  return [
    ...plan.addresses.flatMap((planned) => {
      const held = deployed.addresses.find(({ key }) => key === planned.key);
      if (held === undefined) return [notAllocated(planned)];
      return [...notApplied(context, planned, held), ...stands(context, planned.key, held)];
    }),
    ...left.map(({ key = "?", publicIp }) => ({
      code: "drift-not-applied" as const,
      level: "warning" as const,
      path: addressPath(key),
      message: `is gone from the config, and ${publicIp} is deployed`,
      fix: "deploy; or put it back",
      repair: {},
    })),
  ];
}

function notAllocated({ key, hostName }: PlannedAddress): Drift {
  return {
    code: "drift-not-applied",
    level: "warning",
    path: addressPath(key),
    message: `${hostName} was never deployed: no address is allocated for it`,
    fix: "deploy",
    repair: {},
  };
}

/** What the config says of a deployed address and the deployment did not. */
function notApplied(
  { deployed }: DriftContext,
  { key, privateIp, hostName, retirement }: PlannedAddress,
  held: StateAddress,
): Drift[] {
  const listed = deployed.outputs.addresses[key];
  const changes = [
    { part: "privateIp", wanted: privateIp, is: held.bound?.privateIp ?? listed?.privateIp },
    { part: "hostName", wanted: hostName, is: listed?.hostName },
    ...(["release", "retain"] as const).map((part) => ({
      part,
      wanted: String(retirement?.how === part),
      is: String(held.retirement?.how === part),
    })),
  ].filter(({ wanted, is }) => is !== undefined && is !== "" && is !== wanted);
  return changes.map(({ part, wanted, is }) => ({
    code: "drift-not-applied",
    level: "warning",
    path: `${addressPath(key)}.${part}`,
    message: `is ${wanted} in the config, and ${held.publicIp} is deployed with ${is}`,
    fix: "deploy",
    repair: {},
  }));
}

/** What EC2 and DNS say of a deployed address. */
function stands(context: DriftContext, key: string, held: StateAddress): Drift[] {
  const { view } = context;
  const path = addressPath(key);
  if ("failed" in view.addresses) {
    return [
      {
        code: "drift-unknown",
        level: "warning",
        path,
        message: `EC2 cannot be asked for ${held.publicIp}: ${view.addresses.failed}`,
        fix: "credentials of the stack's account that may read: npx sendips iam prints the policy of a job that looks for drift",
      },
    ];
  }
  const live = view.addresses.found.get(held.allocationId);
  if (live === undefined) {
    return [
      {
        code: "drift-gone",
        level: "error",
        path,
        message: `${held.publicIp} (${held.allocationId}) was released by hand: EC2 has it no more`,
        fix: "npx sendips recover says how it comes back, where nobody else has it yet",
      },
    ];
  }
  return [
    ...bindingDrift(path, held, held.bound, bindingOf(live)),
    ...tagDrift(path, held, live.tags),
    ...reverseNameDrift(context, key, held),
  ];
}

function bindingDrift(
  path: string,
  { publicIp }: StateAddress,
  held: Binding | undefined,
  at: Binding | undefined,
): Drift[] {
  if (held === undefined || isSameBinding(held, at)) return [];
  const where = `${held.privateIp} on ${held.networkInterfaceId}`;
  return [
    at === undefined
      ? {
          code: "drift-gone",
          level: "error",
          path: `${path}.privateIp`,
          message: `${publicIp} was bound to ${where}, and is bound to nothing: no mail leaves from it`,
          fix: "deploy with --refresh, which binds it again",
          repair: { refresh: true },
        }
      : {
          code: "drift-changed",
          level: "error",
          path: `${path}.privateIp`,
          message: `${publicIp} was bound to ${where}, and EC2 has it bound to ${at.privateIp} on ${at.networkInterfaceId}`,
          fix: `give it ${at.privateIp}, where that is meant, and deploy with --refresh; else bind it back by hand first: nothing is taken from where it sends`,
        },
  ];
}

/** Our tags: others are whoever's who set them. */
function tagDrift(path: string, { publicIp, tags }: StateAddress, live: Tags): Drift[] {
  const [before, now] = [readTags(tags), readTags(live)];
  const changed = (Object.keys(before) as (keyof typeof before)[]).filter(
    (field) => before[field] !== now[field],
  );
  if (changed.length === 0) return [];
  const each = changed.map(
    (field) => `sendips:${field} was ${before[field] ?? "absent"} and is ${now[field] ?? "absent"}`,
  );
  return [
    {
      code: "drift-changed",
      level: "error",
      path,
      message: `the tags of ${publicIp} were changed: ${each.join("; ")}`,
      fix: "deploy with --refresh, which writes them again",
      repair: { refresh: true },
    },
  ];
}

function reverseNameDrift(
  { view, setsReverseName }: DriftContext,
  key: string,
  { publicIp, allocationId, reverseNameUrn, reverseName = "" }: StateAddress,
): Drift[] {
  if (reverseNameUrn === undefined || !setsReverseName(key)) return [];
  const path = addressPath(key);
  const wanted = reverseName.replace(/\.$/, "").toLowerCase();
  const { name = "", update } = view.reverseNames.get(allocationId) ?? {};
  if (name !== wanted) {
    if (update?.name === wanted && update.status.toUpperCase() === "PENDING") {
      return [
        {
          code: "drift-not-visible",
          level: "warning",
          path,
          message: `EC2 is setting the PTR of ${publicIp} to ${wanted}; until then it ${name === "" ? "has none" : `is ${name}`}`,
          fix: "wait some minutes",
        },
      ];
    }
    const refused = update === undefined || update.reason === "" ? "" : ` (${update.reason})`;
    return [
      {
        code: name === "" ? "drift-gone" : "drift-changed",
        level: "error",
        path,
        message: `the PTR of ${publicIp} was ${wanted}, and ${name === "" ? "it has none" : `is ${name}`}${refused}: receivers refuse mail from an address whose names do not match`,
        fix: "deploy with --replace of the PTR, which sets it again in place",
        repair: { replace: reverseNameUrn },
      },
    ];
  }
  const asked = view.dns(publicIp, "PTR");
  if (asked === undefined || ("found" in asked && asked.found.includes(wanted))) return [];
  return [
    "failed" in asked
      ? {
          code: "drift-unknown",
          level: "warning",
          path,
          message: `DNS cannot be asked for the PTR of ${publicIp}: ${asked.failed}`,
          fix: "ask again later",
        }
      : {
          code: "drift-not-visible",
          level: "warning",
          path,
          message: `EC2 has the PTR of ${publicIp}, and DNS answers ${asked.found.join(", ") || "that there is none"}`,
          fix: "wait until resolvers have forgotten what was there before",
        },
  ];
}
