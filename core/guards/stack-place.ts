/** Is this the account, the Region and the stack's name in which the stack is deployed? */
import type { Finding } from "../problem.ts";
import type { DeployedStack, StackPlace } from "../state/deployed-stack.ts";
import { readTags } from "../state/tags.ts";

/**
 * Another account or Region knows none of what is deployed: a refresh would take all of it out of the
 * state, protected or not, and the next deployment would make it anew. Under another name of the stack
 * all of its resources would have other names.
 *
 * @param here what is known so far: what is left out is not checked.
 */
export function checkPlace(deployed: DeployedStack, here: Partial<StackPlace>): Finding[] {
  const findings: Finding[] = [];
  const { addresses, lost, outputs, components } = deployed;
  const others = (known: readonly (string | undefined)[], now: string | undefined): string[] =>
    [...new Set(known)]
      // Of an address that is gone a component remembers an empty place.
      .filter((value): value is string => value !== undefined && value !== "")
      .filter((value) => now !== undefined && value !== now)
      .sort();

  const names = addresses.flatMap(({ key, name, tags }) => {
    const tagged = readTags(tags).stack;
    // A tag alone does not tell: an address may have come from another stack, by import.
    return tagged !== undefined && name === `${tagged}-${key}` ? [tagged] : [];
  });
  // Where the resources have this name, the outputs alone are from before `sendips rename`.
  const isNamed = here.stack !== undefined && components.includes(here.stack);
  for (const stack of others([isNamed ? undefined : outputs.stack, ...names], here.stack)) {
    findings.push({
      code: "stack-renamed",
      level: "error",
      path: "stack name",
      message: `the stack was ${stack} when it was deployed: its resources are named after it, and all of them would be made anew`,
      fix: `npx sendips rename ${stack} ${here.stack} --yes renames them too; or take the name back: pulumi stack rename ${stack} --stack ${here.stack}`,
    });
  }
  const known = [...addresses, ...lost, outputs];
  const accounts = others(
    known.map(({ account }) => account),
    here.account,
  );
  for (const account of accounts) {
    findings.push({
      code: "aws-account-changed",
      level: "error",
      path: "aws:profile",
      message: `the credentials belong to AWS account ${here.account}, but the stack is deployed in ${account}`,
      fix: `credentials of ${account}; to move to another account, destroy the stack first. Do not refresh with these`,
    });
  }
  const regions = others(
    known.map(({ region }) => region),
    here.region,
  );
  for (const region of regions) {
    findings.push({
      code: "aws-region-changed",
      level: "error",
      path: "aws:region",
      message: `is ${here.region}, but the stack is deployed in ${region}: an Elastic IP cannot leave its Region`,
      fix: `${region}; to move to another Region, destroy the stack first. Do not refresh with this one`,
    });
  }
  return findings;
}
