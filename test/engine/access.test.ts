/** Least privilege on the engine: what `sendips iam` prints is enough for a stack's whole life, and all of it is used. */
import { expect, test } from "vitest";
import { loadStack, openProject } from "../../cli/project/project.ts";
import { accessFor } from "../../core/access/access.ts";
import { needsOf } from "../../core/access/stack-needs.ts";
import type { LoggedDecision } from "../../sandbox/world.ts";
import { accessKeyOf } from "./access.ts";
import { allocate, calls, clearCalls, ec2Of, type World, world } from "./harness.ts";

const TENANT = ["sendips:tenant"];
const HOST = ["sendips:mailHost"];
const DESTROY = ["destroy", "--yes", "--skip-preview", "--run-program"];

/** A world that remembers what each stack's runs asked of their policies, and what each policy granted. */
async function watchedWorld() {
  const made = await world();
  const decisions = new Map<string, LoggedDecision[]>();
  const watch = async (stack: string, run: Promise<{ code: number; output: string }>) => {
    const { code, output } = await run;
    const asked = (await calls(made)).flatMap((call) => call.decisions ?? []);
    decisions.set(stack, [...(decisions.get(stack) ?? []), ...asked]);
    await clearCalls(made);
    return { code, output, denied: asked.filter(({ allowed }) => !allowed) };
  };
  /** A run that succeeds, and is refused nothing on the way. */
  const well = async (stack: string, run: Promise<{ code: number; output: string }>) => {
    const { code, output, denied } = await watch(stack, run);
    expect(code, output).toBe(0);
    expect(denied).toEqual([]);
  };
  return { made, decisions, watch, well };
}

/** `RetagOwnAddresses ec2:CreateTags`, of each permission that somebody used and no other statement grants. */
function used(decisions: readonly LoggedDecision[] = []): string[] {
  const alone = decisions.flatMap(({ action, matched }) => {
    const statements = [...new Set(matched)];
    return statements.length === 1 ? [`${statements[0]} ${action}`] : [];
  });
  return [...new Set(alone)].sort();
}

/** The permissions of everything that was printed for a stack, by what the list says of them. */
function granted(made: World, stack: string, official: ReadonlySet<string>): string[] {
  const policies = made.sandbox.world.state.access?.aws[accessKeyOf(stack)] ?? [];
  const all = policies.flatMap(({ Statement }) =>
    Statement.flatMap(({ Sid, Action }) => [Action].flat().map((action) => `${Sid} ${action}`)),
  );
  return [...new Set(all)].filter((permission) => !official.has(permission)).sort();
}

/** What the official provider alone asks for, so that no run here can use it. */
function official(made: World, stack: string): Set<string> {
  const { read } = loadStack(openProject(made.options.cwd), stack);
  if (!("stack" in read)) throw new Error(`${stack} cannot be read`);
  const place = { project: "sendips", stacks: [stack], region: "us-east-1" };
  return new Set(
    accessFor("deploy", place, needsOf([read.stack])).grants.flatMap(({ sid, permissions }) =>
      permissions.flatMap((one) => (one.official === undefined ? [] : `${sid} ${one.action}`)),
    ),
  );
}

test("a mail host and a tenant live on what is printed for them, and each permission of it is needed", async () => {
  const { made, decisions, well, watch } = await watchedWorld();
  made.edit("mx-1", [...HOST, "instance"], {
    ...{ ami: "ami-0a1b2c3d4e5f60718", keyName: "ops", iamInstanceProfile: "mail" },
  });
  const eth1 = [...HOST, "networkInterfaces", "eth1"];
  made.edit("mx-1", eth1, { privateIps: ["10.0.1.20", "10.0.1.21"] });
  await well("mx-1", made.up("mx-1"));
  await well("acme", made.up("acme"));

  // An address of a pool, another moves, a third is released and then not.
  const addresses = [...TENANT, "addresses"];
  const pool = { privateIp: "10.0.1.12", publicIpv4Pool: "ipv4pool-ec2-0a1b2c3d4e5f60718" };
  made.edit("acme", [...addresses, "tx2"], pool);
  made.edit("acme", [...TENANT, "drainDays"], 0);
  made.edit("acme", [...addresses, "tx1", "privateIp"], "10.0.1.13");
  made.edit("acme", [...addresses, "mk1", "release"], true);
  made.edit("acme", [...TENANT, "streams", "marketing"], undefined);
  await well("acme", made.up("acme"));
  made.edit("acme", [...addresses, "mk1", "release"], undefined);
  made.edit("acme", [...addresses, "tx2", "release"], true);
  await well("acme", made.up("acme"));
  made.edit("acme", [...addresses, "tx2"], undefined);
  await well("acme", made.up("acme"));

  // Private IPs come and go; submission is opened; what was changed by hand is put right.
  const eth0 = [...HOST, "networkInterfaces", "eth0"];
  made.edit("mx-1", [...eth0, "privateIps", 4], "10.0.1.14");
  made.edit("mx-1", [...eth0, "release"], true);
  const { networkInterfaces, instanceId } = await made.outputs("mx-1");
  const { id = "", primary } = networkInterfaces["eth1"] ?? {};
  made.edit("mx-1", eth1, { privateIps: [primary], release: true });
  made.edit("mx-1", [...HOST, "submissionFrom"], ["192.0.2.0/24"]);
  const somebody = ec2Of(made);
  await somebody.modifyNetworkInterfaceAttribute({
    ...{ NetworkInterfaceId: id, Description: { Value: "by hand" } },
  });
  await somebody.modifyInstanceMetadataOptions({ InstanceId: instanceId, HttpTokens: "optional" });
  await well("mx-1", made.run("refresh", "--stack", "mx-1", "--yes", "--skip-preview"));
  await well("mx-1", made.up("mx-1"));
  // Nothing goes on which addresses hang, and that is looked up.
  const refused = await watch("mx-1", made.run(...DESTROY, "--stack", "mx-1"));
  expect(refused.code).not.toBe(0);
  expect(refused.denied).toEqual([]);
  made.edit("mx-1", [...eth0, "release"], undefined);
  made.edit("mx-1", eth1, undefined);
  made.edit("mx-1", [...HOST, "submissionFrom"], undefined);
  await well("mx-1", made.up("mx-1"));

  for (const key of ["tx1", "mk1"]) made.edit("acme", [...addresses, key, "release"], true);
  made.edit("acme", [...TENANT, "streams"], undefined);
  await well("acme", made.up("acme"));
  await well("acme", made.run(...DESTROY, "--stack", "acme"));
  made.edit("mx-1", [...eth0, "release"], true);
  await well("mx-1", made.up("mx-1"));
  await well("mx-1", made.run(...DESTROY, "--stack", "mx-1"));

  for (const stack of ["acme", "mx-1"]) {
    const ec2 = (decisions.get(stack) ?? []).filter(
      ({ action }) => !action.startsWith("cloudflare:"),
    );
    expect(used(ec2), stack).toEqual(granted(made, stack, official(made, stack)));
  }
  const zones = (decisions.get("acme") ?? []).filter(({ action }) => /^cloudflare:/.test(action));
  expect([...new Set(zones.map(({ action }) => action))].sort()).toEqual([
    ...["cloudflare:dns read", "cloudflare:dns write", "cloudflare:zone read"],
  ]);
});

test("a tenant on a host of somebody else's, which takes over an address of somebody else's", async () => {
  const { made, decisions, well, watch } = await watchedWorld();
  await well("mx-1", made.up("mx-1"));
  const { networkInterfaces } = await made.outputs("mx-1");
  const networkInterface = networkInterfaces["eth0"]?.id;
  made.edit("acme", [...TENANT, "mailHost"], { networkInterface });
  const { allocationId } = await allocate(made, {});
  await made.init("acme");
  const adopt = ["import", "aws:ec2/eip:Eip", "acme-tx1", allocationId, "--stack", "acme"];
  await well("acme", made.run(...adopt, "--yes", "--generate-code=false"));
  await well("acme", made.up("acme"));
  expect(used(decisions.get("acme"))).toEqual(
    expect.arrayContaining([
      "AdoptAddresses ec2:CreateTags",
      "BindAtNamedInterfaces ec2:AssociateAddress",
      "LookAtAddresses ec2:DescribeNetworkInterfaces",
    ]),
  );

  // A job that looks for drift is allowed no more than that.
  made.access.restrict("acme", "drift");
  await well("acme", made.run("preview", "--stack", "acme", "--refresh"));
  made.edit("acme", [...TENANT, "dmarc", "policy"], "quarantine");
  made.edit("acme", [...TENANT, "addresses", "tx2"], { privateIp: "10.0.1.12" });
  const run = await watch("acme", made.up("acme"));
  expect(run.code).not.toBe(0);
  expect([...new Set(run.denied.map(({ action }) => action))].sort()).toEqual([
    ...["cloudflare:dns write", "ec2:AllocateAddress"],
  ]);
  expect(run.output).toMatch(
    /acme: acme-tx2: the credentials lack ec2:AllocateAddress\n +npx sendips iam acme/,
  );
  expect(run.output).toContain("acme: acme-dmarc-acme.example: the credentials lack DNS: Edit");

  // Of a look-up it is said before anything is changed.
  for (const policy of made.sandbox.world.state.access?.aws[accessKeyOf("acme")] ?? []) {
    for (const statement of policy.Statement) statement.Action = "ec2:DescribeNetworkInterfaces";
  }
  made.access.freeze("acme");
  const lookUp = await watch("acme", made.up("acme"));
  expect(lookUp.code).not.toBe(0);
  expect(lookUp.output).toMatch(
    /nothing was changed\n.*acme: aws: the credentials lack ec2:DescribeAddresses: .*\(cloud-permission-missing\)\n +npx sendips iam acme/,
  );
  expect(lookUp.output).not.toContain("Encoded authorization");
});
