import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readConfig } from "../../core/config/config.ts";
import { checkMailHost, checkMailHostLimits } from "../../core/host/mail-host.ts";
import { checkPrimary, checkPrivateIps, primaryOf } from "../../core/host/private-ips.ts";
import { formatProblems } from "../../core/problem.ts";
import { ACME, planOf, raw, rsaKey } from "./support.ts";

/** Edits acme's tenant and says what is wrong with it, one line a problem. */
function faults(edit: (tenant: ReturnType<typeof parse>) => void, values = {}): string[] {
  const tenant = parse(ACME);
  edit(tenant);
  const result = planOf(raw(tenant, values));
  expect(result.plan).toBeUndefined();
  const errors = result.problems.filter(({ level }) => level === "error");
  return errors.map(({ path, message, fix }) => `${path} | ${message} | ${fix}`);
}

describe("bad input names its place, what is wrong and what is allowed", () => {
  test("an unknown key of an address", () => {
    expect(
      faults((tenant) => {
        tenant.addresses.tx1.privateIP = "10.0.1.10";
      }),
    ).toEqual([
      'sendips:tenant.addresses.tx1.privateIP | "privateIP" is not a key that sendips knows | allowed here: privateIp, hostName, adopt, recover, publicIpv4Pool, release, retain, drainDays, releaseNow',
    ]);
  });

  test("an unknown key of the stack", () => {
    expect(faults(() => {}, { tennant: {} })).toEqual([
      'sendips:tennant | "tennant" is not a key that sendips knows | allowed here: tenant, mailHost, zones, reports, ttl, spfSnapshot, eipQuota, dns, waits, screen, accept, domainConnect',
    ]);
  });

  test("what DNS providers must know of the operator", () => {
    const domainConnect = {
      ...{ providerId: "operator", providerName: "100% mail", serviceId: "a b" },
      ...{ logoUrl: "http://operator.example/logo.svg", syncPubKeyDomain: "keys.operator.example" },
    };
    expect(faults(() => {}, { domainConnect })).toEqual([
      expect.stringMatching(
        /^sendips:domainConnect\.providerId \| "operator" is not a domain name/,
      ),
      'sendips:domainConnect.providerName | "100% mail" is not a name to show | allowed: 1 to 64 characters, without %',
      'sendips:domainConnect.serviceId | "a b" is not an id | allowed: 1 to 64 letters, digits and . _ -',
      "sendips:domainConnect.serviceName | is missing | allowed: a text",
      expect.stringMatching(/^sendips:domainConnect\.logoUrl \| .* is not an https URI/),
    ]);
  });

  test("a value of one of several forms that has none of them", () => {
    const words = faults(
      (tenant) => {
        tenant.addresses.tx1.adopt = "tx1";
      },
      { screen: { lists: [5] } },
    );
    expect(words).toEqual([
      'sendips:screen.lists[0] | "5" is not of the right kind | allowed: a list\'s zone, such as bl.example.net, or {zone, codes}',
      'sendips:tenant.addresses.tx1.adopt | "tx1" is not of the right kind | allowed: an allocation id, eipalloc-…, or an IPv4 address',
    ]);
  });

  test("a bad domain", () => {
    const [line] = faults((tenant) => {
      tenant.streams.transactional.from = "tx acme";
    });
    expect(line).toMatch(
      /^sendips:tenant\.streams\.transactional\.from \| "tx acme" is not a domain name \| allowed: two or more labels/,
    );
  });

  test("an address key that is not DNS-safe", () => {
    const [line] = faults((tenant) => {
      tenant.addresses.TX_2 = { privateIp: "10.0.1.12" };
    });
    expect(line).toMatch(
      /^sendips:tenant\.addresses\.TX_2 \| .*cannot be part of a DNS name \| allowed: lower-case/,
    );
  });

  test("two addresses with one private IP", () => {
    expect(
      faults((tenant) => {
        tenant.addresses.tx1.privateIp = "10.0.1.11";
      }),
    ).toEqual([
      "sendips:tenant.addresses.tx1.privateIp | 10.0.1.11 is already the private IP of address mk1 | a private IP carries one Elastic IP: give each address a private IP of its own",
    ]);
  });

  test("a stream that names a missing address", () => {
    expect(
      faults((tenant) => {
        tenant.streams.marketing.addresses = ["mk1", "mk9"];
      }),
    ).toEqual([
      'sendips:tenant.streams.marketing.addresses[1] | "mk9" is not an address of this tenant | allowed: tx1, mk1',
    ]);
  });

  test("a record in no known zone", () => {
    const lines = faults((tenant) => {
      tenant.streams.marketing.from = "news.other.example";
    });
    for (const name of ["news.other.example", "bounce.news.other.example"]) {
      const start = `sendips:tenant.streams.marketing | ${name} is in no zone that sendips knows | known zones: acme.example, operator.example; add`;
      expect(lines.filter((line) => line.startsWith(start))).toHaveLength(1);
    }
    expect(lines).toHaveLength(2);
  });

  test("a private IP that the mail host lacks", () => {
    const read = readConfig(raw(ACME));
    if (!("stack" in read) || read.stack.kind !== "tenant") throw new Error("no tenant");
    expect(checkPrivateIps(read.stack.tenant, { "10.0.1.10": "eni-1" })).toMatchObject([
      {
        path: "sendips:tenant.addresses.mk1.privateIp",
        message: "the mail host mx-1 has no private IP 10.0.1.11",
        fix: "allowed: 10.0.1.10; or add it to the mail host first, and deploy that",
      },
    ]);
  });

  test("the primary private IP of the mail host, from which the machine's own mail leaves", () => {
    const primary = primaryOf({
      eth1: { primary: "10.0.1.10" },
      eth0: { primary: "10.0.1.11" },
    });
    const problemsAfter = (edit: (tenant: ReturnType<typeof parse>) => void, known = primary) => {
      const tenant = parse(ACME);
      edit(tenant);
      const read = readConfig(raw(tenant));
      if (!("stack" in read) || read.stack.kind !== "tenant") throw new Error("no tenant");
      return checkPrimary(read.stack.tenant, known);
    };
    expect(problemsAfter(() => {})).toMatchObject([
      {
        level: "warning",
        path: "sendips:tenant.addresses.mk1.privateIp",
        message:
          "10.0.1.11 is the primary private IP of eth0 of the mail host mx-1: what the machine sends without choosing an address, its own mail too, leaves from this tenant's address",
      },
    ]);
    const eni = "eni-0a1b2c3d4e5f60718";
    const [finding] = problemsAfter(
      (tenant) => {
        tenant.mailHost = { networkInterface: eni };
      },
      { ip: "10.0.1.10", networkInterface: eni },
    );
    expect(finding?.message).toMatch(
      /^10\.0\.1\.10 is the primary private IP of eni-0a1b2c3d4e5f60718: /,
    );
    expect(
      problemsAfter((tenant) => {
        tenant.addresses.mk1.release = true;
        delete tenant.streams.marketing;
      }),
    ).toEqual([]);
    expect([primaryOf({}), primaryOf({ eth0: {} })]).toEqual([undefined, undefined]);
  });

  test("neither or both of tenant and mailHost", () => {
    const [neither] = planOf({ stack: "acme", values: {} }).problems;
    expect(neither?.message).toMatch(/neither/);
    const [both] = planOf(raw(ACME, { mailHost: {} })).problems;
    expect(both?.message).toBeDefined();
    expect(planOf(raw(ACME, { mailHost: {} })).problems.map((p) => p.message)).toContain(
      "the stack holds both sendips:tenant and sendips:mailHost",
    );
  });

  test("an IPv6 private address, with the reason", () => {
    const [line] = faults((tenant) => {
      tenant.addresses.tx1.privateIp = "2001:db8::1";
    });
    expect(line).toMatch(/IPv6 is refused: AWS cannot set a reverse name/);
  });

  test("a bad zone, a bad TTL and a bad report address, all at once", () => {
    const lines = faults(
      (tenant) => {
        tenant.dmarc.reports = ["dmarc@operator.example"];
        tenant.ttl = 30;
      },
      { zones: { "acme.example": { cloudflare: "nope" } } },
    );
    expect(lines.map((line) => line.split(" | ")[0])).toEqual([
      'sendips:zones["acme.example"].cloudflare',
      "sendips:tenant.dmarc.reports[0]",
      "sendips:tenant.ttl",
    ]);
  });
});

describe("keys", () => {
  test("a short RSA key is refused, and no part of it is shown", () => {
    const privateKey = rsaKey(1024);
    const { problems } = planOf(
      raw({ ...parse(ACME), dkim: { s1: { state: "signing", privateKey } } }),
    );
    expect(problems.filter(({ level }) => level === "error")).toMatchObject([
      { path: "sendips:tenant.dkim.s1.privateKey", message: "is an RSA key of 1024 bits" },
    ]);
    expect(formatProblems(problems)).not.toContain(privateKey.slice(0, 16));
  });

  test("text that is no key is not repeated in the message", () => {
    const dkim = {
      s1: { state: "signing", privateKey: "hunter2-hunter2" },
      s2: { state: "hunter2" },
    };
    const { problems } = planOf(raw({ ...parse(ACME), dkim }));
    expect(problems.length).toBeGreaterThan(0);
    expect(formatProblems(problems)).not.toContain("hunter2");
  });
});

describe("a mail host", () => {
  const host = (privateIps: string[]) => ({
    subnet: "subnet-0a1b2c3d4e5f60718",
    instanceType: "c5.large",
    networkInterfaces: { eth0: { privateIps, release: false } },
    submissionFrom: [],
  });
  const limits = { cidr: "10.0.1.0/24", maximumNetworkInterfaces: 3, maximumIpsPerInterface: 2 };

  test("that asks for more than its instance type takes", () => {
    const findings = checkMailHostLimits(host(["10.0.1.10", "10.0.1.11", "10.0.1.12"]), limits);
    expect(findings.map((finding) => finding.message)).toEqual([
      "3 private IPs, but an interface of c5.large takes 2",
    ]);
  });

  test("with private IPs outside the subnet or kept by AWS", () => {
    const findings = checkMailHostLimits(host(["10.0.2.10", "10.0.1.3"]), limits);
    expect(findings.map((finding) => finding.path)).toEqual([
      "sendips:mailHost.networkInterfaces.eth0.privateIps[0]",
      "sendips:mailHost.networkInterfaces.eth0.privateIps[1]",
    ]);
  });

  test("with one private IP twice", () => {
    expect(checkMailHost(host(["10.0.1.10", "10.0.1.10"]))).toMatchObject([
      { path: "sendips:mailHost.networkInterfaces.eth0.privateIps[1]" },
    ]);
  });
});
