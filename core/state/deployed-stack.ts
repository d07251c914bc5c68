/** What is deployed of a stack: its state, with what its outputs add, in the form that guards read. */
import type { Finding } from "../problem.ts";
import { readOutputs, type StackOutputs } from "./outputs.ts";
import {
  type RememberedAddress,
  readResources,
  type StateAddress,
  type StateInterface,
  type StateRecord,
} from "./resources.ts";
import { readTags } from "./tags.ts";

/** A stack, and the AWS account and Region that it is deployed in. */
export interface StackPlace {
  /** The stack's short name. */
  stack: string;
  account: string;
  region: string;
}

/** What is deployed of a stack; all of it empty before the first deployment. */
export interface DeployedStack {
  /** The Elastic IPs of the state. */
  addresses: readonly StateAddress[];
  /** Addresses that a component or the outputs remember and the state no longer holds. */
  lost: readonly RememberedAddress[];
  /** Keys of addresses of which the state holds the id alone. */
  unread: readonly string[];
  /** Keys whose address was screened before it was taken. */
  screened: readonly string[];
  /** The names of the tenants and mail hosts of the state. */
  components: readonly string[];
  /** The records in Cloudflare of the state. */
  records: readonly StateRecord[];
  /** The network interfaces of the state. */
  networkInterfaces: readonly StateInterface[];
  /** What the deployment said of itself, as a hint; see {@link readOutputs}. */
  outputs: StackOutputs;
}

/**
 * Reads what is deployed of a stack.
 *
 * @param byUrn the resources of its state, as the engine hands them over.
 */
export function readDeployed(
  stack: string,
  byUrn: unknown,
): { deployed: DeployedStack; findings: Finding[] } {
  const { resources, findings } = readResources(stack, byUrn);
  const read = readOutputs(resources.outputs, resources.details, resources.records);
  const { addresses, records, networkInterfaces, remembered, unread, screened, components } =
    resources;
  const { account, region } = read.outputs;
  const place = {
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
  };
  const listed = Object.entries(read.outputs.addresses).map(([key, { publicIp }]) => {
    return { key, publicIp, ...place };
  });
  // A key that the state holds is not lost: what else was remembered under it is of the past.
  const isHeld = ({ key, publicIp, tenant }: RememberedAddress) =>
    addresses.some(
      (held) =>
        held.publicIp === publicIp || (held.key === key && isOf(readTags(held.tags), tenant)),
    );
  const lost = new Map<string, RememberedAddress>();
  for (const address of [...listed, ...remembered]) {
    if (!isHeld(address)) lost.set(address.publicIp, address);
  }
  return {
    deployed: {
      ...{ addresses, records, networkInterfaces, unread, screened, components },
      lost: [...lost.values()],
      outputs: read.outputs,
    },
    findings: [...findings, ...read.findings],
  };
}

/** Whether an address may be a tenant's: of two tenants in one program each has keys of its own. */
function isOf({ tenant: tagged }: { tenant?: string | undefined }, tenant: string | undefined) {
  return tagged === undefined || tenant === undefined || tagged === tenant;
}

/** Whether a deployment has left anything, a run that failed included. */
export function hasBeenDeployed(deployed: DeployedStack): boolean {
  const { addresses, lost, unread, records, networkInterfaces, outputs } = deployed;
  const all = [addresses, lost, unread, records, networkInterfaces];
  const held = all.some((one) => one.length > 0);
  return held || outputs.version !== undefined;
}

/** Whether the stack has, and had, no address: then nothing of it is in AWS. */
export function hasNoAddress({ addresses, lost, unread, outputs }: DeployedStack): boolean {
  const all = [addresses, lost, unread];
  return all.every((one) => one.length === 0) && outputs.account === undefined;
}

/** Every address that was deployed, in the state or not: none is allocated anew under its key. */
export function rememberedAddresses({ addresses, lost }: DeployedStack): RememberedAddress[] {
  const held = addresses.flatMap(({ key, publicIp, tags }) => {
    const { tenant } = readTags(tags);
    if (key === undefined) return [];
    return [{ key, publicIp, ...(tenant === undefined ? {} : { tenant }) }];
  });
  return [...held, ...lost];
}
