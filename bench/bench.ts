/** `npm run bench [-- <name>…]`: runs the named benches, or all. Its exit status says whether every target is met. */
import { runCommand } from "../sandbox/command.ts";
import { benchPlan } from "./plan.ts";
import { benchUp } from "./up.ts";

/** Prints what it measures with `say`; answers whether its targets are met. */
type Bench = (say: (line: string) => void) => Promise<boolean>;

const BENCHES: Readonly<Record<string, Bench>> = { up: benchUp, plan: benchPlan };

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(names: readonly string[]): Promise<number> {
  const benches: [string, Bench][] = [];
  for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
    const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
    if (bench === undefined) {
      say(`there is no bench ${name}; there are: ${Object.keys(BENCHES).join(", ")}`);
      return 2;
    }
    benches.push([name, bench]);
  }
  let ok = true;
  for (const [name, bench] of benches) {
    say(`== ${name}`);
    ok = (await bench(say)) && ok;
  }
  return ok ? 0 : 1;
}

runCommand(main);
