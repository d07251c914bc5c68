/**
 * One measurement, in a process of its own: `node bench/plan-process.ts files <folder>` does what
 * `sendips lint --all` does with the files of a project, step by step; `parsed <tenants>` does the
 * same with config that is in memory and parsed before the clock starts. Prints a {@link Measurement}.
 */
import { loadStack, openProject, stackNames } from "../cli/project/project.ts";
import { type ReadResult, readConfig, readOperator } from "../core/config/config.ts";
import { type FleetStack, lintFleet } from "../core/fleet/fleet.ts";
import { checkMailHost } from "../core/host/mail-host.ts";
import type { Problem } from "../core/problem.ts";
import { plan } from "../core/tenant/plan.ts";
import { parsedFleet } from "./parsed-fleet.ts";

/** What one process saw. Times in milliseconds. */
export interface Measurement {
  tenants: number;
  records: number;
  /** Problems by level. */
  errors: number;
  warnings: number;
  /** The config read: from `files` with the YAML parsed, else the schema only. */
  read: number;
  plan: number;
  /** Between tenants. */
  lint: number;
  /** Processor time of all threads, which says more than the clock on a machine that is busy. */
  cpu: number;
  /** Peak resident set of the process, in bytes. */
  memory: number;
}

/** A stack as it was read. */
type Read = { name: string; region?: string; read: ReadResult };

function main([how, what]: readonly string[]): Measurement {
  if (how === "files" && what !== undefined) {
    return measure(() => {
      const project = openProject(what);
      return stackNames(project).map((name) => loadStack(project, name));
    });
  }
  if (how === "parsed" && Number(what) > 0) {
    const { operator, stacks } = parsedFleet(Number(what));
    return measure(() => {
      const shared = readOperator(operator);
      return stacks.map(({ name, region, values }) => ({
        name,
        region,
        read: readConfig({ stack: name, values }, shared),
      }));
    });
  }
  throw new Error("usage: node bench/plan-process.ts files <folder> | parsed <tenants>");
}

function measure(readAll: () => Read[]): Measurement {
  const before = process.cpuUsage();
  const start = performance.now();
  const stacks = readAll();
  const readAt = performance.now();
  const problems: Problem[] = [];
  const planned = stacks.flatMap(({ name, region, read }): FleetStack[] => {
    problems.push(...read.problems);
    if (!("stack" in read)) return [];
    const { stack } = read;
    if (stack.kind === "mailHost") {
      const findings = checkMailHost(stack.mailHost);
      problems.push(...findings.map((finding) => ({ ...finding, stack: name })));
      return [{ name, region, stack }];
    }
    const result = plan(stack);
    problems.push(...result.problems);
    return [{ name, region, stack, result }];
  });
  const plannedAt = performance.now();
  problems.push(...lintFleet(planned));
  const lintedAt = performance.now();
  const { user, system } = process.cpuUsage(before);
  const plans = planned.flatMap(({ result }) =>
    result !== undefined && "plan" in result ? [result.plan] : [],
  );
  return {
    tenants: plans.length,
    records: plans.reduce((sum, { records }) => sum + records.length, 0),
    errors: problems.filter(({ level }) => level === "error").length,
    warnings: problems.filter(({ level }) => level === "warning").length,
    read: readAt - start,
    plan: plannedAt - readAt,
    lint: lintedAt - plannedAt,
    cpu: (user + system) / 1000,
    // Linux and macOS: in KiB, as Node says it.
    memory: process.resourceUsage().maxRSS * 1024,
  };
}

process.stdout.write(`${JSON.stringify(main(process.argv.slice(2)))}\n`);
