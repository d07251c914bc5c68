/** `docs/reliability.md`: what was tried, what came of it, and what cannot be tried here. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../../sandbox/project.ts";
import { FAULTS } from "./faults.ts";
import { nameOf, type Result } from "./results.ts";
import { SCENARIOS } from "./scenarios.ts";

const FILE = join(REPOSITORY, "docs", "reliability.md");

/** The outcomes in the order from best to worst, with what each means. */
const OUTCOMES = {
  absorbed: "the run ended well all the same",
  converged: "the next run alone brought what was wanted",
  recovered: "`npx sendips recover <stack> --yes`, and then the next run brought it",
  named: "a person has to run a command that the output names",
  failed: "none of that: see below",
} as const;

/** What no sandbox shows, with where the fact behind it is known from. */
const WITHOUT_AWS: readonly string[] = [
  "Whether `DescribeAddresses` finds an address by its tags in the moment after an `AllocateAddress` whose answer was lost. EC2 promises no more than that it will; the sandbox shows it at once.",
  "How EC2 takes a call that its client repeats: a token is honoured here for `CreateNetworkInterface` and `RunInstances`, as its reference says. `AllocateAddress` and `CreateSecurityGroup` take none.",
  "How long a PTR stays `PENDING`, and `ReleaseAddress` refuses with `InvalidAddress.PtrSet` after the reset: milliseconds here, minutes there. A run that is killed in a wait of minutes is killed here in one of a fraction of a second.",
  "That Amazon's own resolvers see the A record when ours do: a `ModifyAddressAttribute` that EC2 refuses for that reason is repeated here against one DNS server alone.",
  "Whether a released address is still to be had with `AllocateAddress` and its `Address`; the sandbox keeps each for ever.",
  "Addresses locked by AWS support (`InvalidAddress.Locked`), and limits that support sets.",
  "What the official providers do when their engine dies: ours, which stand in for them, are killed with it. An official one may live on for some seconds and finish its call, which is the fault `kill-after` as far as the clouds can tell. They also repeat a call more often and for longer.",
  "Back ends other than files: Pulumi Cloud and object stores keep locks and states in ways of their own, and a write of theirs is whole or not at all.",
  "Whether Cloudflare lists a record in the moment after a create whose answer was lost. The sandbox does.",
  "A Region or a whole cloud that is down for hours, and an account that is suspended.",
];

/** Writes the report; returns its file's path. */
export function writeReport(results: readonly Result[], all: number, today: string): string {
  writeFileSync(FILE, reportOf(results, all, today));
  return FILE;
}

function reportOf(results: readonly Result[], all: number, today: string): string {
  const tried = results.filter(({ outcome }) => outcome !== "unreached");
  const untried = all - results.length;
  const missing = untried > 0 ? ` ${untried} points of the sweep were not tried yet.` : "";
  const totals = Object.keys(OUTCOMES).map((outcome) => {
    const count = tried.filter((result) => result.outcome === outcome).length;
    return `${count} ${outcome}`;
  });
  return [
    "# Faults at every call",
    "",
    "Written by `npm run sweep -- --write`.",
    "",
    `Run on ${today}: **${tried.length} points, ${totals.join(", ")}.**${missing}`,
    "",
    "A point is one deployment by the real engine on the sandbox, with one fault at one call that changes something in",
    "EC2 or Cloudflare, counted by the sandbox. Then come, as far as they are needed, a second run, the recovery, another",
    "run, and a last one that may change nothing. Held against the same deployment without a fault are all addresses, PTRs,",
    "bindings, records, network interfaces, security groups and instances; the state, which must name each of them and hold",
    "no pending operation; and the calls: `ReleaseAddress` only of an address whose release was deployed before, and no",
    "address that was there may be another one after.",
    "",
    ...table(
      ["outcome", "means"],
      Object.entries(OUTCOMES).map(([outcome, means]) => [outcome, means]),
    ),
    "",
    ...table(
      ["fault", "means", "points"],
      FAULTS.map(({ name, means }) => [
        `\`${name}\``,
        means,
        String(tried.filter(({ fault }) => fault === name).length),
      ]),
    ),
    "",
    ...table(
      ["phase", "deployment", "points"],
      SCENARIOS.map(({ name, phase, does }) => [
        phase,
        does,
        String(tried.filter(({ scenario }) => scenario === name).length),
      ]),
    ),
    "",
    "## Call × fault × phase",
    "",
    "How many were tried, and what came of them: a absorbed, c converged, r recovered, n named, **f failed**. Deployments",
    "run several calls at once, so that the call that is hit at a place is not the same each time. `network-cut` is tried at",
    "every fourth call, `throttle` and `drop-before` at every second.",
    "",
    ...matrix(tried),
    "",
    "## What failed",
    "",
    ...byName(tried, "failed"),
    "",
    "## Where a person has to run a command",
    "",
    ...byName(tried, "named"),
    "",
    "## What cannot be shown without real AWS",
    "",
    ...WITHOUT_AWS.map((each) => `- ${each}`),
    "",
  ].join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`);
}

function matrix(tried: readonly Result[]): string[] {
  const phases = [...new Set(SCENARIOS.map(({ phase }) => phase))];
  const phaseOf = new Map(SCENARIOS.map(({ name, phase }) => [name, phase]));
  const rows = phases.flatMap((phase) => {
    const here = tried.filter(({ scenario }) => phaseOf.get(scenario) === phase);
    const actions = [...new Set(here.map(({ action }) => action))].sort();
    return actions.map((action) => [
      phase,
      `\`${action}\``,
      ...FAULTS.map(({ name }) =>
        cell(here.filter((result) => result.action === action && result.fault === name)),
      ),
    ]);
  });
  return table(["phase", "call", ...FAULTS.map(({ name }) => name)], rows);
}

/** `12: 10r 2f` */
function cell(results: readonly Result[]): string {
  if (results.length === 0) return "";
  const counts = Object.keys(OUTCOMES).flatMap((outcome) => {
    const count = results.filter((result) => result.outcome === outcome).length;
    if (count === 0) return [];
    const text = `${count}${outcome.charAt(0)}`;
    return outcome === "failed" ? `**${text}**` : text;
  });
  return counts.join(" ");
}

function byName(tried: readonly Result[], outcome: Result["outcome"]): string[] {
  const found = tried.filter((result) => result.outcome === outcome);
  if (found.length === 0) return ["Nothing."];
  return found.map((result) => {
    const [first = "", ...more] = result.wrong.map((each) => each.replace(/ \{".*/, ""));
    const rest = more.length === 0 ? "" : ` (and ${more.length} more)`;
    return `- ${nameOf(result)}, at ${result.call}${first === "" ? "" : `: ${first}${rest}`}`;
  });
}
