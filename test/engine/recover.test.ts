/** What a run that was cut short, or a lost state, leaves: found, and put right by Pulumi's own commands. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import {
  allocate,
  changes,
  clearCalls,
  deployedWorld,
  ec2Of,
  inject,
  liveState,
  operationLines,
  release,
  rewriteState,
  type World,
} from "./harness.ts";

const stackFiles = (made: World, folder: string, ...rest: string[]) =>
  join(dirname(made.options.cwd), "backend", ".pulumi", folder, ...rest);

/** The operations that create or release something in AWS. */
async function allocations(made: World): Promise<string[]> {
  return (await changes(made)).filter((call) =>
    /^(AllocateAddress|ReleaseAddress|CreateNetworkInterface|DeleteNetworkInterface)$/.test(call),
  );
}

test("a state that was lost is rebuilt from the clouds: nothing is allocated, released or moved", async () => {
  const made = await deployedWorld();
  const before = liveState(made);
  for (const name of ["acme.json", "acme.json.bak", "acme.json.attrs", "acme.json.bak.attrs"]) {
    rmSync(stackFiles(made, "stacks", "sendips", name), { force: true });
  }
  await clearCalls(made);
  const looked = await made.sendips("recover", "acme");
  expect(looked.code).toBe(1);
  expect(looked.stdout).toContain("the back end knows no stack acme");
  expect(looked.stdout).toMatch(/pulumi import aws:ec2\/eip:Eip acme-tx1 eipalloc-/);
  expect(await changes(made)).toEqual([]);

  const recovered = await made.sendips("recover", "acme", "--yes");
  expect(recovered.code, recovered.output).toBe(0);
  const up = await made.up("acme");
  expect(up.code, up.output).toBe(0);
  expect(operationLines(up).filter((line) => /^(create|delete|replace)/.test(line))).toEqual([]);
  expect(await allocations(made)).toEqual([]);
  expect(liveState(made)).toEqual(before);
  const same = await made.run("preview", "--stack", "acme", "--expect-no-changes");
  expect(same.code, same.output).toBe(0);
  const nothing = await made.sendips("recover", "acme");
  expect([nothing.code, nothing.stdout]).toEqual([
    0,
    "acme: state and AWS agree; nothing to recover\n",
  ]);
});

test("a lost state of a mail host, too: its interface comes back with what is bound to it", async () => {
  const made = await deployedWorld();
  const before = liveState(made);
  for (const name of ["mx-1.json", "mx-1.json.bak", "mx-1.json.attrs", "mx-1.json.bak.attrs"]) {
    rmSync(stackFiles(made, "stacks", "sendips", name), { force: true });
  }
  await clearCalls(made);
  const recovered = await made.sendips("recover", "mx-1", "--yes");
  expect(recovered.code, recovered.output).toBe(0);
  const up = await made.up("mx-1");
  expect(up.code, up.output).toBe(0);
  expect(await allocations(made)).toEqual([]);
  expect(liveState(made)).toEqual(before);
});

test("an old copy of the state: what it does not know is taken in, what it alone knows leaves it", async () => {
  const made = await deployedWorld();
  const before = liveState(made);
  // A copy from before mk1.
  await rewriteState(made, (resources) =>
    resources
      .filter(({ urn }) => !/::acme-mk1(-a)?$/.test(String(urn)))
      .map((resource) => ({ ...resource, dependencies: [], propertyDependencies: {} })),
  );
  const orphan = await allocate(made, {
    "sendips:organisation": "organization",
    "sendips:project": "sendips",
    "sendips:stack": "acme",
    "sendips:tenant": "acme",
    "sendips:address": "tx1",
  });
  await clearCalls(made);
  const recovered = await made.sendips("recover", "acme", "--yes");
  // An orphan is for a person.
  expect(recovered.code).toBe(1);
  expect(recovered.stdout).toContain(
    `let it go: aws ec2 release-address --allocation-id ${orphan.allocationId}`,
  );
  await ec2Of(made).releaseAddress({ AllocationId: orphan.allocationId });
  const up = await made.up("acme");
  expect(up.code, up.output).toBe(0);
  expect((await allocations(made)).filter((call) => call !== "ReleaseAddress")).toEqual([]);
  expect(liveState(made)).toEqual(before);
});

test("a lock whose owner is gone, an empty attributes file, pending operations: named, and gone with --yes", async () => {
  const made = await deployedWorld();
  const lock = stackFiles(made, "locks", "organization", "sendips", "acme", "abandoned.json");
  mkdirSync(dirname(lock), { recursive: true });
  const owner = { pid: 2 ** 22 + 1, username: "ci", hostname: hostname() };
  // A run that is under way may have made any of it, and goes on.
  const running = { ...owner, pid: process.pid, timestamp: "2026-11-28T09:50:39Z" };
  writeFileSync(lock, JSON.stringify(running));
  const waits = await made.sendips("recover", "acme", "--yes");
  expect([waits.code, waits.stderr]).toEqual([1, expect.stringContaining("nothing was changed")]);
  rmSync(lock);
  writeFileSync(lock, JSON.stringify({ ...owner, timestamp: "2026-11-28T09:50:39Z" }));
  const state = JSON.parse(await made.stateText("acme"));
  const { latest } = state.checkpoint;
  const [resource] = latest.resources.filter(
    ({ type }: { type: string }) => type === "cloudflare:index/dnsRecord:DnsRecord",
  );
  latest.pending_operations = [{ type: "creating", resource }];
  writeFileSync(stackFiles(made, "stacks", "sendips", "acme.json"), JSON.stringify(state));
  writeFileSync(lock, JSON.stringify({ ...owner, timestamp: "2026-11-28T09:50:39Z" }));
  const attributes = stackFiles(made, "stacks", "sendips", "acme.json.attrs");
  writeFileSync(attributes, "");
  const broken = await made.up("acme");
  expect(broken.code).not.toBe(0);

  const looked = await made.sendips("recover", "acme");
  expect(looked.code).toBe(1);
  expect(looked.stdout).toContain(`${attributes} is empty`);
  expect(looked.stdout).toContain("a lock of ci@");
  expect(existsSync(lock)).toBe(true);
  const recovered = await made.sendips("recover", "acme", "--yes");
  expect(recovered.stdout).toContain("operations of which nobody knows how they ended: creating");
  expect(recovered.code, recovered.output).toBe(0);
  expect(existsSync(lock)).toBe(false);
  const up = await made.up("acme");
  expect([up.code, operationLines(up)]).toEqual([0, []]);
  expect(up.output).not.toContain("pending");
});

test("a state file that a full disk has cut off: the newest whole copy comes in its place", async () => {
  const made = await deployedWorld();
  const text = await made.stateText("acme");
  const file = stackFiles(made, "stacks", "sendips", "acme.json");
  for (const broken of [file, `${file}.bak`]) writeFileSync(broken, text.slice(0, 500));
  const looked = await made.sendips("recover", "acme");
  expect([looked.code, looked.stdout]).toEqual([1, expect.stringContaining("is cut off")]);
  expect(await made.stateText("acme")).toHaveLength(500);
  const recovered = await made.sendips("recover", "acme", "--yes");
  expect(recovered.code, recovered.output).toBe(0);
  const up = await made.up("acme");
  expect([up.code, operationLines(up)]).toEqual([0, []]);
});

test("a record whose removal was not answered leaves the state, and a destroy goes on", async () => {
  const made = await deployedWorld();
  release(made, { tx1: true, mk1: true });
  made.edit("acme", ["sendips:tenant", "streams"], undefined);
  expect((await made.up("acme")).code).toBe(0);
  const { records } = made.sandbox.world.state.cloudflare;
  // SPF and DMARC stay when a stack goes; the consent to reports does not.
  const gone = Object.values(records).find(({ name }) => name.includes("._report._dmarc."));
  delete records[gone?.id ?? ""];
  const stopped = await made.run("destroy", "--stack", "acme", "--yes", "--run-program");
  expect(stopped.code).not.toBe(0);
  expect(stopped.output).toContain("npx sendips recover acme --yes takes it out of the state");
  const recovered = await made.sendips("recover", "acme", "--yes");
  expect(recovered.code, recovered.output).toBe(0);
  expect(recovered.stdout).toContain("which Cloudflare has no more");
  const ended = await made.run("destroy", "--stack", "acme", "--yes", "--run-program");
  expect(ended.code, ended.output).toBe(0);
  expect(liveState(made).addresses).toEqual({});
});

test("with credentials that lead elsewhere, or to nobody, it changes nothing and says so", async () => {
  const made = await deployedWorld();
  const text = await made.stateText("acme");
  made.options.env["AWS_REGION"] = "eu-west-1";
  made.edit("acme", ["aws:region"], "eu-west-1");
  const elsewhere = await made.sendips("recover", "acme", "--yes");
  expect(elsewhere.code).toBe(1);
  expect(elsewhere.stderr).toContain("nothing was changed");
  expect(elsewhere.stderr).toContain("us-east-1");
  made.edit("acme", ["aws:region"], "us-east-1");
  made.options.env["AWS_REGION"] = "us-east-1";
  const denied = { code: "UnauthorizedOperation", status: 403, message: "You are not authorized." };
  await inject(made, { service: "ec2", action: "DescribeAddresses", kind: "error", ...denied });
  const refused = await made.sendips("recover", "acme", "--yes");
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("AWS answers UnauthorizedOperation: You are not authorized.");
  expect(refused.stderr).not.toMatch(/^\s+at /m);
  for (const key of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) delete made.options.env[key];
  Object.assign(made.options.env, { AWS_EC2_METADATA_DISABLED: "true", HOME: made.options.cwd });
  const nobody = await made.sendips("recover", "acme", "--yes");
  expect(nobody.code).toBe(1);
  expect(nobody.stderr).toContain("AWS cannot be asked for stack acme; nothing was changed");
  expect(await made.stateText("acme")).toBe(text);
});
