/** Domain Connect: templates against the published schema, and what they apply to a zone. */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { operatorSchema } from "../../core/config/schema.ts";
import {
  type Application,
  customerZones,
  domainConnectTemplate,
  type Template,
} from "../../core/domain-connect/domain-connect.ts";
import type { Plan } from "../../core/tenant/plan.ts";
import type { RecordData } from "../../core/tenant/record.ts";
import { connect, delegatedPlan, OPERATOR, templateOf, ZONE_ID } from "./domain-connect-support.ts";
import { goldenCases, valuesOf } from "./golden-cases.ts";
import { liveValues } from "./live-cases.ts";
import { planOf } from "./support.ts";

/** Domain Connect 2.3, revision 67: `template.schema` of github.com/Domain-Connect/spec, public domain (LICENSE beside it). */
const SCHEMA = JSON.parse(
  readFileSync(new URL("../contract/domain-connect/template.schema", import.meta.url), "utf8"),
);
// Not strict: the schema has keywords of its own for editors.
const fits = new Ajv({ strict: false }).compile(SCHEMA);

/** What a DNS provider would write, as `name type value`: sections 6.3 and 7.6 of the standard. */
function applied(template: Template, { fqdn, domain, groups, variables }: Application): string[] {
  const values = new Map(Object.entries({ ...variables, fqdn, domain }));
  const filled = (text: string) =>
    text.replace(/%([^%]+)%/g, (_, name: string) => {
      const value = values.get(name);
      if (value === undefined) throw new Error(`no value for ${name}`);
      return value;
    });
  return template.records
    .filter(({ groupId }) => groupId === undefined || groups.includes(groupId))
    .map((record) => {
      const host = filled(record.host);
      const name = host === "@" ? fqdn : `${host}.${fqdn}`;
      if (record.type === "SPFM") return `${name} SPF ${filled(record.spfRules)}`;
      return `${name} ${record.type} ${filled(record.type === "TXT" ? record.data : record.pointsTo)}`;
    });
}

describe("the template of a tenant that has handed its names over", () => {
  const plan = delegatedPlan("clinic.example", ["s1", "s2"]);
  const { template, applications } = templateOf(plan);

  test("holds a variable for what differs alone, and no name outside of the operator's zone", () => {
    expect(template).toEqual({
      providerId: "operator.example",
      providerName: "Operator",
      serviceId: "sending",
      serviceName: "Sending",
      version: 1,
      variableDescription: "%dkim1%: DKIM selector; %dkim2%: DKIM selector",
      syncPubKeyDomain: "keys.operator.example",
      records: [
        {
          ...{ groupId: "bounce", type: "CNAME", host: "bounce", ttl: 3600 },
          pointsTo: "bounce.%fqdn%.dns.operator.example",
        },
        ...["dkim1", "dkim2"].map((name) => ({
          ...{ groupId: name, type: "CNAME", host: `%${name}%._domainkey`, ttl: 3600 },
          pointsTo: `%${name}%._domainkey.%fqdn%.dns.operator.example`,
        })),
        {
          ...{ groupId: "spf", type: "SPFM", host: "@" },
          spfRules: "include:%domain%._spf.operator.example",
        },
        {
          ...{ groupId: "_dmarc", type: "CNAME", essential: "OnApply", host: "_dmarc", ttl: 3600 },
          pointsTo: "_dmarc.%fqdn%.dns.operator.example",
        },
        {
          ...{ groupId: "_mta-sts", type: "CNAME", host: "_mta-sts", ttl: 3600 },
          pointsTo: "_mta-sts.%fqdn%.dns.operator.example",
        },
      ],
    });
    expect(fits(template), JSON.stringify(fits.errors)).toBe(true);
  });

  test("is applied to each From domain by the link's host, and to the zone for what stands there", () => {
    expect(applications).toEqual([
      {
        ...{ fqdn: "tx.clinic.example", domain: "clinic.example", host: "tx", unknown: [] },
        groups: ["bounce", "dkim1", "dkim2", "spf"],
        variables: { dkim1: "s1", dkim2: "s2" },
      },
      {
        ...{ fqdn: "clinic.example", domain: "clinic.example", host: "", unknown: [] },
        ...{ groups: ["_dmarc", "_mta-sts"], variables: {} },
      },
    ]);
    expect(applications.flatMap((one) => applied(template, one))).toEqual([
      "bounce.tx.clinic.example CNAME bounce.tx.clinic.example.dns.operator.example",
      "s1._domainkey.tx.clinic.example CNAME s1._domainkey.tx.clinic.example.dns.operator.example",
      "s2._domainkey.tx.clinic.example CNAME s2._domainkey.tx.clinic.example.dns.operator.example",
      "tx.clinic.example SPF include:clinic.example._spf.operator.example",
      "_dmarc.clinic.example CNAME _dmarc.clinic.example.dns.operator.example",
      "_mta-sts.clinic.example CNAME _mta-sts.clinic.example.dns.operator.example",
    ]);
  });

  test("is the same for every tenant of its shape, and serves one that lacks some of it", () => {
    const shop = templateOf(delegatedPlan("shop.example", ["k7", "k9"]));
    expect(shop.template).toEqual(template);
    const less = templateOf(delegatedPlan("shop.example", ["k7"]));
    expect(less.applications.flatMap((one) => applied(template, one))).toContain(
      "k7._domainkey.tx.shop.example CNAME k7._domainkey.tx.shop.example.dns.operator.example",
    );
  });

  test("holds no selector either where a key's domain is no From domain", () => {
    const name = "s1._domainkey.sub.clinic.example";
    const alias: RecordData = { type: "CNAME", target: `${name}.dns.operator.example` };
    const { template } = templateOf(delegatedPlan("clinic.example", [], [[name, alias]]));
    expect(template.records).toContainEqual({
      ...{ groupId: "dkim1-sub", type: "CNAME", host: "%dkim1%._domainkey.sub", ttl: 3600 },
      pointsTo: "%dkim1%._domainkey.sub.%fqdn%.dns.operator.example",
    });
  });

  test("says that the CNAME takes the place of the customer's DMARC, and that -all may be softened", () => {
    const { findings } = connect(plan);
    expect(findings.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      "warning: the CNAME at _dmarc takes the place of the DMARC record that the customer has now",
      "warning: SPF of tx.clinic.example ends in -all in the plan; a DNS provider ends a new record in ~all and keeps the end of one that stands",
    ]);
  });

  test("names the labels before the operator's zone where a target does not hold the customer's name", () => {
    const target = "h42.clinic.mx.operator.example";
    const extra: [string, RecordData][] = [
      ["mta-sts.clinic.example", { type: "CNAME", target }],
      ["mail.clinic.example", { type: "CNAME", target: "somebody.else.example" }],
    ];
    const other = connect(delegatedPlan("clinic.example", ["s1"], extra));
    const targets = other.template?.records.flatMap((record) =>
      record.type === "CNAME" ? [record.pointsTo] : [],
    );
    expect(targets).toContain("%target1%.operator.example");
    // A variable that may name anything would let a link point anywhere.
    expect(targets).toContain("somebody.else.example");
    expect(other.findings.map(({ message }) => message).join("\n")).toContain(
      "somebody.else.example is below no zone of yours",
    );
  });
});

describe("what a template cannot say is a finding with its reason", () => {
  const extra = (name: string, data: RecordData) =>
    connect(delegatedPlan("clinic.example", ["s1"], [[name, data]]));
  const txt = (text: string): RecordData => ({ type: "TXT", text: [text] });

  test.each<[string, string, RecordData, string]>([
    [
      "DMARC that would replace what may be stricter",
      "_dmarc.tx.clinic.example",
      txt("v=DMARC1; p=none"),
      "which may be stricter",
    ],
    [
      "a null MX",
      "parked.clinic.example",
      { type: "MX", preference: 0, exchange: "" },
      "no form for a null MX",
    ],
    [
      "the customer's own mail servers",
      "clinic.example",
      { type: "MX", preference: 10, exchange: "mx.operator.example" },
      "in the place of the customer's own mail servers",
    ],
    ["SPF of nobody", "parked.clinic.example", txt("v=spf1 -all"), "holds no own term"],
    [
      "SPF macros",
      "x.clinic.example",
      txt("v=spf1 exists:%{i}._spf.clinic.example -all"),
      "holds SPF macros",
    ],
    [
      "CAA",
      "mta-sts.clinic.example",
      { type: "CAA", flags: 0, tag: "issue", value: "ca.example" },
      "need not take CAA",
    ],
    [
      "a key that is not known",
      "s9._domainkey.tx.clinic.example",
      { type: "TXT", text: ["v=DKIM1; ", { dkimKey: "s9" }] },
      "its DKIM key is not known",
    ],
    ["another text", "x.clinic.example", txt("hello"), "no form in a template"],
    [
      "a CNAME at the zone",
      "clinic.example",
      { type: "CNAME", target: "x.operator.example" },
      "cannot stand at a zone itself",
    ],
  ])("%s", (_, name, data, reason) => {
    const { template, findings } = extra(name, data);
    const said = findings.map(({ message }) => message);
    expect(said).toContainEqual(expect.stringContaining(`${name} ${data.type} is left out: `));
    expect(said.join("\n")).toContain(reason);
    expect(template?.records).toEqual(
      templateOf(delegatedPlan("clinic.example", ["s1"])).template.records,
    );
  });

  test("a name that holds an address, and an operator whom no provider knows", () => {
    const plan = delegatedPlan("clinic.example", []);
    const [record] = plan.records;
    if (record === undefined) throw new Error("no record");
    const name = { address: "tx1", below: "_spf.clinic.example" };
    const data = { type: "A", address: "127.0.0.2" } as const;
    const { findings } = connect({
      ...plan,
      records: [...plan.records, { ...record, name, data }],
    });
    expect(findings.map(({ message }) => message)).toContain(
      "{tx1}._spf.clinic.example A is left out: its name holds an address",
    );
    const { zones } = OPERATOR;
    const place = { zone: "clinic.example", known: {} };
    const unknown = domainConnectTemplate(plan, { zones }, place);
    expect(unknown).toMatchObject({
      applications: [],
      findings: [{ path: "sendips:domainConnect" }],
    });
  });
});

describe("plans as they are", () => {
  const known = { tx1: "192.0.2.1", tx2: "192.0.2.2", mk1: "192.0.2.3" };
  const external = { "acme.example": "external", "clinic.example": "external" };
  const zones = { ...external, "operator.example": { cloudflare: ZONE_ID } };
  const operator = operatorSchema.parse({ ...OPERATOR, zones });
  const plans = goldenCases().flatMap((name): [string, Plan][] => {
    const { plan } = planOf({ stack: name, values: { ...valuesOf(name), zones } });
    return plan === undefined || customerZones(plan).length === 0 ? [] : [[name, plan]];
  });

  test("there are many", () => expect(plans.length).toBeGreaterThan(50));

  test.each(plans)(
    "%s: fits the schema, keeps the rules, and applies what the plan wants",
    (_, plan) => {
      const { template, applications, findings } = connect(plan, known, operator);
      if (template === undefined) return expect(findings).not.toEqual([]);
      expect(fits(template), JSON.stringify(fits.errors)).toBe(true);
      const text = JSON.stringify(template.records);
      // The repository's rules 4, 7, 8 and 9.
      expect(text).not.toMatch(/v=spf1|"host":"%[^%]*%"|%host%/);
      // Rule 6: a variable is a whole value only where it is an address.
      for (const record of template.records) {
        const whole = /"(?:data|spfRules|pointsTo)":"%[^%]*%"/.test(JSON.stringify(record));
        expect(whole).toBe(record.type === "A" && !/^[\d.]+$/.test(record.pointsTo));
      }
      const groups = template.records.map(({ groupId }) => groupId);
      expect(new Set(groups).has(undefined)).toBe(new Set(groups).size === 1);

      // Every record of the zone is either applied as the plan has it, or named as left out.
      const written = applications.flatMap((one) => applied(template, one));
      const left = findings.flatMap(
        ({ message }) => /^(\S+ \S+) is left out: /.exec(message)?.[1] ?? [],
      );
      expect(new Set(written).size).toBe(written.length);
      expect(written.length + left.length).toBe(
        plan.records.filter(({ publisher }) => publisher.by === "external").length,
      );
      for (const { name, data, publisher } of plan.records) {
        if (publisher.by !== "external") continue;
        if (typeof name !== "string" || left.includes(`${name} ${data.type}`)) continue;
        if (data.type === "CNAME") expect(written).toContain(`${name} CNAME ${data.target}`);
        if (data.type === "MX") expect(written).toContain(`${name} MX ${data.exchange}`);
        if (data.type === "TXT" && data.text.every((part) => typeof part === "string")) {
          const value = data.text.join("");
          if (!value.startsWith("v=spf1")) expect(written).toContain(`${name} TXT ${value}`);
        }
      }
    },
  );

  test("own addresses are variables; what the domain sends through besides is the customer's already", () => {
    const { plan } = planOf({
      stack: "everything",
      values: { ...valuesOf("017-everything"), zones },
    });
    if (plan === undefined) throw new Error("no plan");
    const { template, applications, findings } = connect(plan, { tx1: "192.0.2.1" }, operator);
    if (template === undefined) throw new Error("no template");
    const written = applications.flatMap((one) => applied(template, one));
    expect(written).toContain("acme.example SPF ip4:192.0.2.1");
    expect(written).toContain("tx1.mail.acme.example A 192.0.2.1");
    expect(findings.map(({ message }) => message)).toContain(
      "SPF of acme.example: include:_spf.google.com include:mail.zendesk.com are the customer's own and left out: a DNS provider merges the rest into what stands there",
    );
    expect(applications.map(({ fqdn, unknown }) => [fqdn, unknown])).toEqual([
      ["acme.example", ["mk1", "tx2"]],
      ["news.acme.example", ["mk1"]],
      ["tx.acme.example", ["tx2"]],
    ]);
  });
});

describe("the template of a tenant with delegate", () => {
  const template = (edit: (tenant: Record<string, unknown>) => void) => {
    const values = liveValues("26-external-pool-grows", (tenant) => {
      delete tenant["dkimZone"];
      tenant["delegate"] = { zone: "d.mailco.example", dmarc: true };
      edit(tenant);
    });
    const { plan } = planOf({ stack: "acme", values });
    if (plan === undefined) throw new Error("no plan");
    const operator = operatorSchema.parse({ ...OPERATOR, zones: values["zones"] });
    const { template: found } = connect(plan, {}, operator);
    expect(fits(found), JSON.stringify(fits.errors)).toBe(true);
    return found;
  };

  test("holds aliases and one include, whatever the pool", () => {
    const whole = template(() => {});
    expect(whole?.records.map(({ type }) => type).sort()).toEqual([
      "CNAME",
      "CNAME",
      "CNAME",
      "SPFM",
    ]);
    const small = template((tenant) => {
      tenant["addresses"] = { tx1: { privateIp: "10.50.0.10" } };
      tenant["streams"] = { news: { from: "news.kitchensink.example", addresses: ["tx1"] } };
    });
    expect(small).toEqual(whole);
  });
});
