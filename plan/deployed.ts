/** What a stack's last deployment left, from its outputs, against what is asked of it now. */
import { z } from "zod";
import type { PlannedAddress } from "./plan.ts";
import type { Finding } from "./problem.ts";
import type { MailHostConfig, OperatorConfig, TenantConfig } from "./schema.ts";
import { publisherOf } from "./zones.ts";

const deployedSchema = z.object({
  stack: z.string().optional(),
  account: z.string().optional(),
  region: z.string().optional(),
  addresses: z
    .record(
      z.string(),
      z.object({
        allocationId: z.string(),
        publicIp: z.string(),
        privateIp: z.string(),
        networkInterfaceId: z.string().default(""),
        release: z.boolean().default(false),
        reverseName: z.boolean().default(false),
      }),
    )
    .default({}),
  mailHost: z.string().optional(),
  zones: z.record(z.string(), z.string()).default({}),
  subnet: z.string().optional(),
  networkInterfaces: z
    .record(
      z.string(),
      z.object({ primary: z.string().optional(), release: z.boolean().default(false) }),
    )
    .default({}),
});

/** The last deployment of a stack; all of it empty before the first. */
export type Deployed = z.infer<typeof deployedSchema>;

/** An Elastic IP as last deployed. */
export type DeployedAddress = Deployed["addresses"][string];

/** A stack, and the AWS account and Region that it is deployed in. */
export interface Place {
  /** The stack's short name. */
  stack: string;
  account: string;
  region: string;
}

/** Reads the outputs of a stack of any age and kind; what is not there is left out. */
export function readDeployed(outputs: unknown): Deployed {
  const read = deployedSchema.safeParse(outputs);
  return read.success ? read.data : deployedSchema.parse({});
}

/**
 * Another account or Region knows none of what is deployed: a refresh would take all of it out of the
 * state, protected or not, and the next deployment would make it anew. Under another name of the stack
 * all of its resources would have other names.
 */
export function checkPlace(deployed: Deployed, here: Place): Finding[] {
  const findings: Finding[] = [];
  const { stack, account, region } = deployed;
  if (stack !== undefined && stack !== here.stack) {
    findings.push({
      level: "error",
      path: "stack name",
      message: `the stack was ${stack} when it was deployed: its resources are named after it, and all of them would be made anew`,
      fix: `take the name back: pulumi stack rename ${stack} --stack ${here.stack}`,
    });
  }
  if (account !== undefined && account !== here.account) {
    findings.push({
      level: "error",
      path: "aws:profile",
      message: `the credentials belong to AWS account ${here.account}, but the stack is deployed in ${account}`,
      fix: `credentials of ${account}; to move to another account, destroy the stack first. Do not refresh with these`,
    });
  }
  if (region !== undefined && region !== here.region) {
    findings.push({
      level: "error",
      path: "aws:region",
      message: `is ${here.region}, but the stack is deployed in ${region}: an Elastic IP cannot leave its Region`,
      fix: `${region}; to move to another Region, destroy the stack first. Do not refresh with this one`,
    });
  }
  return findings;
}

/** Addresses that are deployed and no longer asked for, though their release was never deployed. */
export function checkKept(addresses: readonly PlannedAddress[], deployed: Deployed): Finding[] {
  const wanted = new Set(addresses.map(({ key }) => key));
  const fresh = addresses.filter(({ key }) => deployed.addresses[key] === undefined);
  return Object.entries(deployed.addresses).flatMap(
    ([key, { publicIp, privateIp, release }]): Finding[] => {
      if (wanted.has(key) || release) return [];
      const heir = fresh.find((address) => address.privateIp === privateIp);
      if (heir !== undefined) {
        return [
          {
            level: "error",
            path: `sendips:tenant.addresses.${heir.key}`,
            message: `stands in place of ${key}, which is deployed as ${publicIp}: a new key is a new address`,
            fix: `keep the key ${key}, which is the address's name for ever; or give ${heir.key} a private IP of its own beside it`,
          },
        ];
      }
      return [
        {
          level: "warning",
          path: `sendips:tenant.addresses.${key}`,
          message: `is gone from the config, but ${publicIp} is deployed and protected: Pulumi refuses to delete it`,
          fix: `put it back; to let it go, set release: true on it, deploy, and remove it then`,
          rule: "EC2: a released Elastic IP may go to another account",
        },
      ];
    },
  );
}

/**
 * Whether the PTRs of a tenant are ours to set: EC2 takes none before the A record stands, and who waits
 * for no record of the customer's cannot know when it does.
 */
export function setsReverseNames(tenant: TenantConfig, zones: OperatorConfig["zones"]): boolean {
  return tenant.waitForCustomerRecords || publisherOf(tenant.hostNames, zones)?.by === "cloudflare";
}

/** PTRs that stand and would go: receivers refuse mail from an address without one. */
export function checkReverseNames(
  tenant: TenantConfig,
  zones: OperatorConfig["zones"],
  deployed: Deployed,
): Finding[] {
  if (setsReverseNames(tenant, zones)) return [];
  const losing = Object.keys(tenant.addresses).filter((key) => {
    const { reverseName = false, release = false } = deployed.addresses[key] ?? {};
    return reverseName && !release;
  });
  if (losing.length === 0) return [];
  return [
    {
      level: "error",
      path: "sendips:tenant.waitForCustomerRecords",
      message: `is false, and the customer publishes ${tenant.hostNames}: the PTRs of ${losing.sort().join(", ")}, which stand, would be removed`,
      fix: "true: what stands then stays as it is, and only new names are waited for",
      rule: "RFC 8601 §2.7.3 iprev",
    },
  ];
}

/** Edits of a mail host for which EC2 would need other network interfaces, and tenants lose theirs. */
export function checkInterfaces(mailHost: MailHostConfig, deployed: Deployed): Finding[] {
  const root = "sendips:mailHost";
  const held = Object.entries(deployed.networkInterfaces).filter(([, { release }]) => !release);
  const findings = held.flatMap(([key, { primary }]): Finding[] => {
    const path = `${root}.networkInterfaces.${key}`;
    const wanted = mailHost.networkInterfaces[key];
    if (wanted === undefined) {
      return [
        {
          level: "warning",
          path,
          message:
            "is gone from the config, but deployed and protected: Pulumi refuses to delete it",
          fix: "put it back; to let it go, move its tenants' addresses away, set release: true on it, deploy, and remove it then",
        },
      ];
    }
    if (primary === undefined || wanted.privateIps.includes(primary) || wanted.release) return [];
    return [
      {
        level: "error",
        path: `${path}.privateIps`,
        message: `${primary} is gone, but it is the primary private IP of the interface: EC2 would need another interface, and all addresses on this one would come off`,
        fix: `put ${primary} back; it may carry no address, but it stays`,
        rule: "EC2: a primary private IP cannot be unassigned",
      },
    ];
  });
  const { subnet } = deployed;
  if (subnet !== undefined && subnet !== mailHost.subnet && held.length > 0) {
    findings.push({
      level: "error",
      path: `${root}.subnet`,
      message: `is ${mailHost.subnet}, but the interfaces are in ${subnet} and cannot move: all addresses on them would come off`,
      fix: `${subnet}; for another subnet, make another mail host and move the tenants' addresses there`,
    });
  }
  return findings;
}

/** Why no address is allocated under a key that has one, and what to do; it is all that a person sees. */
export function lostAddress(
  stack: string,
  key: string,
  lost: DeployedAddress,
  urn: string,
): string {
  const { publicIp, allocationId } = lost;
  const name = urn.split("::").at(-1);
  return [
    `${stack}: sendips:tenant.addresses.${key}: was deployed as ${publicIp} (${allocationId}), but the state no longer knows it:`,
    "it was released by hand, or a refresh asked another account or Region. No new address is allocated in its place, which would begin cold.",
    "  If AWS still has it, take it back into the state, and deploy:",
    `    pulumi import aws:ec2/eip:Eip ${name} ${allocationId} --stack ${stack} --generate-code=false --parent 'ip=${parentOf(urn)}'`,
    `  If it was released: aws ec2 allocate-address --address ${publicIp} takes it back unless someone else has it; then as above, with its new id.`,
    `  If it is lost: remove ${key} from the config and deploy, then add an address with a new key.`,
  ].join("\n");
}

/** The URN of the component around a resource that has the resource's own name. */
function parentOf(urn: string): string {
  const [stack, project, type = "", name] = urn.split("::");
  return [stack, project, type.split("$").slice(0, -1).join("$"), name].join("::");
}
