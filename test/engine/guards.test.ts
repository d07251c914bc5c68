/** The guards stand on what is deployed: a run that refuses changes nothing, and refuses again. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isMap } from "../../core/maps.ts";
import { REPOSITORY } from "../../sandbox/project.ts";
import {
  changes,
  clearCalls,
  clearFaults,
  deployedWorld,
  forget,
  inject,
  liveState,
  operationLines,
  type Run,
  release,
  rewriteState,
  urns,
  type World,
  world,
} from "./harness.ts";

const TENANT = ["sendips:tenant"];
const ADDRESSES = [...TENANT, "addresses"];
const EIP = "aws:ec2/eip:Eip";

/** The problems of a refused run, as a person reads them: the same words every time. */
function problems({ output }: Pick<Run, "output">): string[] {
  const lines = output.split("\n").map((line) => line.trim());
  return lines.filter((line) =>
    /^error: acme: |^(put it back|take it into|keep the key)/.test(line),
  );
}

/** Everything that a refused run must leave as it was. */
async function everything(made: World) {
  return { cloud: liveState(made), outputs: await made.outputs("acme") };
}

describe("an address that is taken out of the config", () => {
  test("is refused in the same words, however it is asked and how often", async () => {
    const made = await deployedWorld();
    const before = await everything(made);
    const eips = await urns(made, EIP);
    const associations = await urns(made, "aws:ec2/eipAssociation:EipAssociation");
    forget(made);
    await clearCalls(made);

    const first = await made.up("acme");
    expect(first.code).not.toBe(0);
    const said = problems(first);
    expect(said).toEqual([
      expect.stringMatching(
        /^error: acme: sendips:tenant\.addresses\.mk1: is gone from the config, but 198\.51\.100\.\d is deployed and its release is not/,
      ),
      expect.stringContaining("set release: true on it and deploy; only then remove it"),
    ]);
    const up = ["up", "--yes", "--skip-preview"];
    const unprotect = ["state", "unprotect", "--yes", eips["acme-mk1"] ?? ""];
    for (const args of [
      up,
      ["up", "--yes"],
      ["preview"],
      [...up, "--parallel", "1"],
      [...up, "--target", associations["acme-mk1"] ?? "", "--target-dependents"],
      [...up, "--replace", associations["acme-mk1"] ?? ""],
      [...up, "--continue-on-error"],
      ["refresh", "--yes"],
      up,
      ["destroy", "--yes", "--run-program", "--exclude-protected", "--skip-preview"],
      unprotect,
      up,
      ["up", "--yes"],
      ["destroy", "--yes", "--run-program", "--skip-preview"],
      ["destroy", "--yes", "--run-program", "--ignore-protect", "--skip-preview"],
    ]) {
      const run = await made.pulumi(...args, "--stack", "acme");
      if (args[0] === "refresh" || args === unprotect) {
        expect(run.code, run.output).toBe(0);
        continue;
      }
      expect(run.code, args.join(" ")).not.toBe(0);
      expect(problems(run), args.join(" ")).toEqual(said);
      expect(run.output).not.toContain("unprotect");
    }
    expect(await changes(made)).toEqual([]);
    expect(await everything(made)).toEqual(before);
  });

  test("goes once its release is deployed, and not when the release is only written down", async () => {
    const made = await deployedWorld();
    const before = liveState(made);
    release(made, { mk1: true, tx1: true });
    // Written and not deployed: nothing may go yet, and unprotected it is by the program's own word.
    for (const args of [["--skip-preview"], [], ["--skip-preview", "--continue-on-error"]]) {
      const run = await made.run("destroy", "--stack", "acme", "--yes", "--run-program", ...args);
      expect(run.code).not.toBe(0);
      expect(run.output).toMatch(
        /addresses\.mk1: 198\.51\.100\.\d is deployed and its release is not/,
      );
    }
    expect(liveState(made)).toEqual(before);
    release(made, { tx1: false });
    expect((await made.up("acme")).code).toBe(0);
    forget(made);
    const gone = await made.up("acme");
    expect(gone.code, gone.output).toBe(0);
    expect(operationLines(gone)).toContain("delete Eip acme-mk1");
    expect(Object.keys(liveState(made).addresses)).toHaveLength(1);
  });

  test("and renamed after a first deployment that failed is known all the same", async () => {
    const made = await world();
    await made.up("mx-1");
    const refuse = { service: "ec2", action: "ModifyAddressAttribute", kind: "error" };
    await inject(made, { ...refuse, code: "InvalidAction", times: 100 });
    const failed = await made.up("acme");
    expect(failed.code).not.toBe(0);
    await clearFaults(made);
    const before = liveState(made);
    expect(Object.keys(before.addresses)).toHaveLength(2);

    made.edit("acme", [...TENANT, "streams", "marketing", "addresses"], ["mk2"]);
    made.edit("acme", [...ADDRESSES, "mk1"], undefined);
    made.edit("acme", [...ADDRESSES, "mk2"], { privateIp: "10.0.1.11" });
    for (const args of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const run = await made.run(...args, "--stack", "acme");
      expect(run.code).not.toBe(0);
      expect(run.output).toMatch(/addresses\.mk1: is gone from the config, but 198\.51\.100\.\d/);
      expect(run.output).not.toContain("unprotect");
    }
    expect(liveState(made)).toEqual(before);
  });
});

describe("destroy", () => {
  test("takes nothing from a tenant whose addresses are not released", async () => {
    const made = await deployedWorld();
    const before = await everything(made);
    await clearCalls(made);
    const unprotected = await made.pulumi(
      "state",
      "unprotect",
      "--all",
      "--yes",
      "--stack",
      "acme",
    );
    expect(unprotected.code, unprotected.output).toBe(0);
    for (const args of [
      [],
      ["--skip-preview"],
      ["--skip-preview", "--continue-on-error"],
      ["--skip-preview", "--continue-on-error", "--exclude-protected"],
      ["--skip-preview", "--continue-on-error", "--ignore-protect"],
    ]) {
      const run = await made.run("destroy", "--stack", "acme", "--yes", "--run-program", ...args);
      expect(run.code, args.join(" ")).not.toBe(0);
      expect(run.output).toMatch(
        /addresses\.(mk1|tx1): 198\.51\.100\.\d is deployed and its release/,
      );
      expect(run.output).not.toContain("unprotect");
    }
    expect(await changes(made)).toEqual([]);
    expect(await everything(made)).toEqual(before);
    const same = await made.up("acme");
    expect([same.code, operationLines(same)]).toEqual([0, []]);
  });
});

describe("what the last deployment said of itself", () => {
  const STACK = "pulumi:pulumi:Stack";
  const COMPONENT = "sendips:program:Deployment";
  /** Changes the outputs of the stack or of the component that holds the rest. */
  const withOutputs = (
    made: World,
    of: typeof STACK | typeof COMPONENT,
    change: (outputs: Record<string, unknown>) => void,
  ) =>
    rewriteState(made, (resources) => {
      for (const { type, outputs } of resources) if (type === of && isMap(outputs)) change(outputs);
      return resources;
    });

  test("stops a deployment where nobody can read it, or a later sendips wrote it", async () => {
    const made = await deployedWorld();
    const before = liveState(made);
    const { addresses } = await made.outputs("acme");
    await withOutputs(made, COMPONENT, (outputs) => {
      outputs["addresses"] = { ...addresses, tx1: { ...addresses["tx1"], publicIp: 7 } };
    });
    forget(made);
    const broken = await made.up("acme");
    expect(broken.code).not.toBe(0);
    expect(broken.output).toMatch(
      /acme: deployment outputs\.addresses\.tx1: cannot be read: its publicIp is not what/,
    );
    expect(broken.output).toMatch(/pulumi stack export/);
    // And it hides nothing of the rest.
    expect(broken.output).toMatch(/addresses\.mk1: is gone from the config/);

    for (const [of, place] of [
      [COMPONENT, "deployment"],
      [STACK, "stack"],
    ] as const) {
      await withOutputs(made, of, (outputs) => {
        outputs["version"] = 99;
      });
      const later = await made.up("acme");
      expect(later.code).not.toBe(0);
      expect(later.output).toContain(
        `acme: ${place} outputs.version: is 99, and this sendips knows none`,
      );
    }
    expect(liveState(made)).toEqual(before);
  });

  test("switches no guard off where it is empty", async () => {
    const made = await deployedWorld();
    const before = liveState(made);
    forget(made);
    for (const [of, left] of [
      [STACK, ["stack", "account", "region", "leaves"]],
      [COMPONENT, ["addresses", "zones", "mailHost"]],
      [COMPONENT, ["version"]],
      [STACK, ["version"]],
    ] as const) {
      await withOutputs(made, of, (outputs) => {
        for (const name of left) delete outputs[name];
      });
      const run = await made.up("acme");
      expect(run.code).not.toBe(0);
      expect(run.output).toMatch(/addresses\.mk1: is gone from the config/);
    }
    made.edit("acme", ["aws:region"], "eu-west-1");
    const elsewhere = await made.up("acme");
    expect(elsewhere.code).not.toBe(0);
    expect(elsewhere.output).toMatch(
      /aws:region: is eu-west-1, but the stack is deployed in us-east-1/,
    );
    expect(liveState(made)).toEqual(before);
  });
});

describe("--replace", () => {
  test("of a PTR sets it in place, and it stands afterwards", async () => {
    const made = await deployedWorld();
    const before = liveState(made);
    const ptr = (await urns(made, "aws:ec2/eipDomainName:EipDomainName"))["acme-tx1"] ?? "";
    await clearCalls(made);
    for (const args of [[], ["--parallel", "1"]]) {
      const run = await made.up("acme", ["--replace", ptr, ...args]);
      expect(run.code, run.output).toBe(0);
    }
    expect(await changes(made)).toEqual(["ModifyAddressAttribute", "ModifyAddressAttribute"]);
    expect(liveState(made)).toEqual(before);
    const same = await made.up("acme");
    expect([same.code, operationLines(same)]).toEqual([0, []]);
  });

  test("of an address, its association or its A record is refused", async () => {
    const made = await deployedWorld();
    const before = await everything(made);
    const [eips, associations, records] = await Promise.all([
      urns(made, EIP),
      urns(made, "aws:ec2/eipAssociation:EipAssociation"),
      urns(made, "cloudflare:index/dnsRecord:DnsRecord"),
    ]);
    await made.mustPulumi("state", "unprotect", "--all", "--yes", "--stack", "acme");
    await clearCalls(made);
    for (const urn of [eips["acme-tx1"], associations["acme-tx1"], records["acme-tx1-a"]]) {
      const run = await made.up("acme", ["--replace", urn ?? ""]);
      expect(run.code, run.output).not.toBe(0);
    }
    expect((await changes(made)).filter((call) => !call.startsWith("POST"))).toEqual([]);
    expect(await everything(made)).toEqual(before);
  });
});

test("a program of somebody else's that forgets an address is refused by the hooks alone", async () => {
  const made = await world();
  await made.up("mx-1");
  const { networkInterfaces } = await made.outputs("mx-1");
  const eni = networkInterfaces["eth0"]?.id ?? "";
  const { cwd, env } = made.options;
  env["AWS_REGION"] = "us-east-1";
  const { host, port } = made.sandbox.dns;
  /** The example of `Tenant`, with these addresses. */
  const program = (keys: Record<string, string>) => {
    const addresses = Object.fromEntries(
      Object.entries(keys).map(([key, privateIp]) => [key, { privateIp }]),
    );
    const tenant = {
      ...{ domain: "acme.example", hostNames: "mail.acme.example" },
      ...{ mailHost: { networkInterface: eni }, addresses },
      streams: { transactional: { from: "tx.acme.example", addresses: Object.keys(keys) } },
    };
    const zones = { "acme.example": { cloudflare: "0c1d2e3f405162738495a6b7c8d9eaf0" } };
    const privateIps = Object.fromEntries(Object.values(keys).map((ip) => [ip, eni]));
    const json = JSON.stringify;
    writeFileSync(
      join(cwd, "clinic.ts"),
      `import { Tenant } from "${REPOSITORY}/components/index.ts";
new Tenant("clinic", {
  config: ${json(tenant)},
  operator: ${json({ zones, dns: { servers: [`${host}:${port}`] } })},
  privateIps: ${json(privateIps)},
});
`,
    );
  };
  const project = readFileSync(join(cwd, "Pulumi.yaml"), "utf8");
  writeFileSync(join(cwd, "Pulumi.yaml"), project.replace("main: index.ts", "main: clinic.ts"));
  program({ tx1: "10.0.1.12", mk1: "10.0.1.13" });
  expect((await made.up("clinic")).code).toBe(0);
  const before = liveState(made);

  program({ tx1: "10.0.1.12" });
  await clearCalls(made);
  for (const args of [[], ["--continue-on-error"], []]) {
    const run = await made.up("clinic", args);
    expect(run.code).not.toBe(0);
    expect(run.output).toMatch(
      /addresses\.mk1: 198\.51\.100\.\d is deployed and its release is not/,
    );
  }
  // Only records that the plan writes anew change: the forgotten address leaves the stream's SPF.
  const taken = (await changes(made)).filter((call) => !/^(PUT|PATCH)/.test(call));
  expect(taken).toEqual([]);
  expect(liveState(made).addresses).toEqual(before.addresses);
  expect(liveState(made).records.filter((record) => record.includes(" A "))).toEqual(
    before.records.filter((record) => record.includes(" A ")),
  );
  expect(liveState(made).records).toHaveLength(before.records.length);
});

test("an update that leaves an address without its PTR fails, and the way named mends it", async () => {
  const made = await deployedWorld();
  const { addresses } = await made.outputs("acme");
  const id = addresses["tx1"]?.allocationId ?? "";
  // EC2 takes the change, and somebody changes it back at the very moment.
  const saboteur = setInterval(() => {
    const address = made.sandbox.world.state.aws.regions["us-east-1"]?.addresses[id];
    if (address?.ptr.update !== undefined) address.ptr.update.value = "tx1.mail.acme.example.";
  }, 10);
  made.edit("acme", [...TENANT, "hostNames"], "mx.acme.example");
  const run = await made.up("acme").finally(() => clearInterval(saboteur));
  expect(run.code).not.toBe(0);
  expect(run.output).toMatch(
    /addresses\.tx1: its PTR was set to tx1\.mx\.acme\.example, but EC2 says tx1\.mail\.acme\.example/,
  );
  const urn = / --replace '([^']+)'/.exec(run.output)?.[1] ?? "";
  const mended = await made.up("acme", ["--replace", urn]);
  expect(mended.code, mended.output).toBe(0);
  const names = Object.values(liveState(made).addresses).map((value) => value[2]);
  expect(names.sort()).toEqual(["mk1.mx.acme.example.", "tx1.mx.acme.example."]);
});

test("an edit that has no effect says so, and throttling is called throttling", async () => {
  const made = await deployedWorld();
  made.edit("acme", [...ADDRESSES, "tx1", "publicIpv4Pool"], "ipv4pool-ec2-0123456789abcdef0");
  const pool = await made.up("acme");
  expect([pool.code, operationLines(pool)]).toEqual([0, []]);
  expect(pool.output).toMatch(
    /addresses\.tx1\.publicIpv4Pool: is "ipv4pool-ec2-0123456789abcdef0", but 198\.51\.100\.\d .* has no effect/,
  );
  await inject(made, {
    service: "ec2",
    action: "DescribeAddresses",
    kind: "throttle",
    times: 1_000,
  });
  const throttled = await made.up("acme");
  expect(throttled.code).not.toBe(0);
  expect(throttled.output).toMatch(/RequestLimitExceeded/);
  expect(throttled.output).toMatch(/AWS throttles/);
  expect(throttled.output).not.toMatch(/check the credentials/);
});
