/** A mail host's life on the real engine: machine, interfaces, one more private IP, nothing lost. */
import { expect, test } from "vitest";
import { changes, clearCalls, deployedWorld, operationLines, world } from "./harness.ts";

const HOST = ["sendips:mailHost"];

test("goes up with its machine, and a private IP more changes the interface in place", async () => {
  const made = await world();
  made.edit("mx-1", [...HOST, "instance"], { ami: "ami-0123456789abcdef0" });
  made.edit("mx-1", [...HOST, "networkInterfaces", "eth1"], { privateIps: ["10.0.1.20"] });
  const run = await made.up("mx-1");
  expect(run.code, run.output).toBe(0);
  expect(operationLines(run)).toEqual(
    expect.arrayContaining([
      "create Instance mx-1",
      "create NetworkInterface mx-1-eth0",
      "create NetworkInterface mx-1-eth1",
      "create NetworkInterfaceAttachment mx-1-eth1",
    ]),
  );
  const before = await made.outputs("mx-1");
  expect(before.instanceId).toMatch(/^i-/);
  expect(before.privateIps?.["10.0.1.20"]).toBe(before.networkInterfaces["eth1"]?.id);
  expect((await made.run("refresh", "--stack", "mx-1", "--yes", "--skip-preview")).code).toBe(0);
  const same = await made.up("mx-1");
  expect([same.code, operationLines(same)]).toEqual([0, []]);

  made.edit(
    "mx-1",
    [...HOST, "networkInterfaces", "eth1", "privateIps"],
    [...["10.0.1.20", "10.0.1.21"]],
  );
  const more = await made.up("mx-1");
  expect([more.code, operationLines(more)]).toEqual([0, ["update NetworkInterface mx-1-eth1"]]);
  const after = await made.outputs("mx-1");
  expect(after.privateIps).toMatchObject({
    ...before.privateIps,
    "10.0.1.21": before.privateIps?.["10.0.1.20"],
  });
});

test("an interface that tenants' addresses hang on cannot be removed by accident", async () => {
  const made = await deployedWorld();
  made.edit("mx-1", [...HOST, "networkInterfaces", "eth9"], { privateIps: ["10.0.1.30"] });
  made.edit("mx-1", [...HOST, "networkInterfaces", "eth0"], undefined);
  const run = await made.up("mx-1");
  expect(run.code).not.toBe(0);
  expect(run.output).toMatch(
    /networkInterfaces\.eth0: is gone from the config, but the network interface of 10\.0\.1\.1\d is deployed/,
  );
  expect(run.output).not.toMatch(/unprotect/);
});

test("a tenant sends from an interface of a host that is not ours", async () => {
  const made = await world();
  await made.up("mx-1");
  const { networkInterfaces } = await made.outputs("mx-1");
  const networkInterface = networkInterfaces["eth0"]?.id;
  const primary = networkInterfaces["eth0"]?.primary;
  made.edit("acme", ["sendips:tenant", "mailHost"], { networkInterface });
  made.edit("acme", ["sendips:tenant", "addresses", "mk1", "privateIp"], primary);
  const run = await made.up("acme");
  expect(run.code, run.output).toBe(0);
  expect(operationLines(run)).toContain("create EipAssociation acme-tx1");
  expect(run.output).toContain(`${primary} is the primary private IP of ${networkInterface}: `);
});

test("an address on the primary private IP, which the machine itself sends from, is a warning", async () => {
  const made = await world();
  await made.up("mx-1");
  await made.init("acme");
  const { networkInterfaces } = await made.outputs("mx-1");
  const { primary = "", privateIps = [] } = networkInterfaces["eth0"] ?? {};
  const [first, second] = privateIps.filter((ip) => ip !== primary);
  const bind = (tx1 = "", mk1 = "") => {
    made.edit("acme", ["sendips:tenant", "addresses", "tx1", "privateIp"], tx1);
    made.edit("acme", ["sendips:tenant", "addresses", "mk1", "privateIp"], mk1);
  };
  const warning = `addresses.mk1.privateIp: ${primary} is the primary private IP of eth0 of the mail host mx-1: `;
  bind(first, primary);
  const warned = await made.run("preview", "--stack", "acme");
  expect([warned.code, warned.output]).toEqual([0, expect.stringContaining(warning)]);
  bind(first, second);
  const clean = await made.run("preview", "--stack", "acme");
  expect([clean.code, clean.output]).toEqual([
    0,
    expect.not.stringContaining("primary private IP"),
  ]);
});

test("a destroy takes nothing of a mail host whose interfaces are not released", async () => {
  const made = await world();
  made.edit("mx-1", [...HOST, "instance"], { ami: "ami-0123456789abcdef0" });
  made.edit("mx-1", [...HOST, "networkInterfaces", "eth1"], { privateIps: ["10.0.1.20"] });
  expect((await made.up("mx-1")).code).toBe(0);
  await clearCalls(made);
  // Written down and not deployed, the release is none.
  for (const key of ["eth0", "eth1"]) {
    made.edit("mx-1", [...HOST, "networkInterfaces", key, "release"], true);
  }
  const destroy = ["destroy", "--stack", "mx-1", "--yes", "--run-program"];
  for (const args of [[], ["--skip-preview"], ["--skip-preview", "--continue-on-error"]]) {
    const run = await made.run(...destroy, ...args);
    expect(run.code).not.toBe(0);
    expect(run.output).toMatch(
      /mx-1: .*the network interface .*is deployed and its release is not/,
    );
    expect(run.output).not.toContain("unprotect");
  }
  expect(await changes(made)).toEqual([]);

  // A machine goes by an edit of it, as before.
  made.edit("mx-1", [...HOST, "instance", "ami"], "ami-0fedcba9876543210");
  const anew = await made.up("mx-1");
  expect(anew.code, anew.output).toBe(0);
  expect(operationLines(anew)).toContain("delete-replaced Instance mx-1");
  const gone = await made.run(...destroy, "--skip-preview");
  expect(gone.code, gone.output).toBe(0);
});
