/** One step of a DKIM rotation: the plan says which, this writes it into the stack file. */

import type { DkimKeyConfig } from "../../core/config/schema.ts";
import {
  type DatedStep,
  nextSteps,
  PUBLISH_DAYS,
  RETIRE_DAYS,
  type RotationStep,
  sameJob,
} from "../../core/tenant/dkim/rotation.ts";
import type { Pulumi } from "../engine/pulumi.ts";
import { Refusal, type Surroundings } from "../engine/surroundings.ts";
import { addDkimKey, freeSelector, loadTenant, selectorPath } from "../project/dkim-config.ts";
import { RSA_BITS } from "../project/new-dkim-key.ts";
import type { Project } from "../project/project.ts";
import { type Edit, editStackFile } from "../project/stack-file.ts";

/** How to rotate. */
export interface RotateOptions {
  /** Take a step before its day. */
  force: boolean;
  /** Agree to a removal. */
  yes: boolean;
  surroundings: Surroundings;
  /** Told of each key that was made. */
  onNewKey(selector: string): void;
}

type Keys = Readonly<Record<string, DkimKeyConfig>>;

/**
 * Takes the step that is next; steps of one kind that are due together are taken together.
 *
 * @returns the exit status: 1 when a removal was not agreed to.
 * @throws Refusal when no step is due, with the day on which one will be.
 */
export async function rotateCommand(
  project: Project,
  stack: string,
  pulumi: Pulumi,
  options: RotateOptions,
): Promise<number> {
  const { surroundings, force, yes } = options;
  const keys: Keys = loadTenant(project, stack).tenant.dkim;
  const { due, waiting } = nextSteps(keys, surroundings.today);
  if (due.length === 0 && !force) throw new Refusal(waitingText(stack, waiting));
  const allowed = force ? [...due, ...waiting] : due;
  // Who forces is in a hurry to sign, not to tidy up.
  const kind = allowed.find(({ step }) => step.step === "sign")?.step.step ?? allowed[0]?.step.step;
  const chosen = allowed.filter(({ step }) => step.step === kind);
  for (const step of chosen.filter((step) => waiting.includes(step))) {
    surroundings.err(`warning: --force: ${reasonToWait(step)}\n`);
  }
  const steps = chosen.map(({ step }) => step);
  if (kind === "publish") return publish(project, stack, pulumi, { keys, steps, options });
  if (kind === "sign") return signWithKeys(project, stack, pulumi, { keys, steps, surroundings });
  return removeKeys(project, stack, pulumi, { steps, yes, surroundings });
}

interface Publish {
  keys: Keys;
  steps: readonly RotationStep[];
  options: RotateOptions;
}

/** A successor for each key that signs now, of its type, for its domains and its streams. */
async function publish(
  project: Project,
  stack: string,
  pulumi: Pulumi,
  { keys, steps, options }: Publish,
): Promise<number> {
  const { today } = options.surroundings;
  const old = steps.flatMap((step) => ("like" in step ? [step.like ?? ""] : []));
  const customersSelectors = old.filter((selector) => keys[selector]?.key.ours !== true);
  if (old.length > 0 && customersSelectors.length === old.length) {
    throw new Refusal(
      `${customersSelectors.join(", ")} of stack ${stack}: the customer holds the private key and makes the next one\n  add its public half: sendips:tenant.dkim.<selector>.publicKey, with state published`,
    );
  }
  const ours = old.filter((selector) => !customersSelectors.includes(selector));
  for (const like of ours.length > 0 ? ours : [undefined]) {
    const { dkim } = loadTenant(project, stack).tenant;
    const key = like === undefined ? undefined : dkim[like];
    const selector = freeSelector(dkim, today);
    await addDkimKey(project, stack, pulumi, {
      selector,
      today,
      type: key?.key.type ?? "rsa",
      bits: RSA_BITS.least,
      ...(key?.domains === undefined ? {} : { domains: key.domains }),
      ...(key?.streams === undefined ? {} : { streams: key.streams }),
    });
    options.onNewKey(selector);
  }
  return 0;
}

interface Steps {
  steps: readonly RotationStep[];
  surroundings: Surroundings;
}

async function signWithKeys(
  project: Project,
  stack: string,
  pulumi: Pulumi,
  { keys, steps, surroundings }: Steps & { keys: Keys },
): Promise<number> {
  const { today, out } = surroundings;
  // Of two that wait for one job the second stays waiting.
  const signs = steps
    .filter((step) => step.step === "sign")
    .filter(({ selector }, index, all) => {
      const key = keys[selector];
      return !all
        .slice(0, index)
        .some(
          (before) => key && keys[before.selector] && sameJob(key, keys[before.selector] ?? key),
        );
    });
  const taken = [...new Set(signs.flatMap(({ retires }) => retires))];
  const edits: Edit[] = signs.flatMap(({ selector }) => stateEdits(selector, "signing", today));
  edits.push(...taken.flatMap((selector) => stateEdits(selector, "retired", today)));
  await editStackFile(project, stack, pulumi, edits);
  for (const { selector, retires } of signs) {
    out(
      `${selector} signs from today on${retires.length > 0 ? `; ${retires.join(", ")} retired` : ""}\n`,
    );
  }
  out(`\nNext:\n  npx pulumi up -s ${stack}\n      do it today: the days are counted from today\n`);
  if (taken.length > 0) {
    out(
      `  npx sendips dkim rotate ${stack} --yes\n      after ${RETIRE_DAYS} days: removes ${taken.join(", ")}\n`,
    );
  }
  return 0;
}

function stateEdits(selector: string, state: "signing" | "retired", today: string): Edit[] {
  const path = selectorPath(selector);
  return [
    { set: `${path}.state`, value: state },
    { set: `${path}.since.${state}`, value: today },
  ];
}

async function removeKeys(
  project: Project,
  stack: string,
  pulumi: Pulumi,
  { steps, yes, surroundings }: Steps & { yes: boolean },
): Promise<number> {
  const selectors = steps.flatMap((step) => (step.step === "remove" ? [step.selector] : []));
  const names = selectors.join(", ");
  if (!yes) {
    surroundings.out(
      `next step: remove ${names} from stack ${stack}, private key and DNS record; it cannot be undone\n` +
        `  to do it: npx sendips dkim rotate ${stack} --yes\n`,
    );
    return 1;
  }
  const edits = selectors.map((selector) => ({ remove: selectorPath(selector) }));
  await editStackFile(project, stack, pulumi, edits);
  surroundings.out(
    `${names} removed\n\nNext:\n  npx pulumi up -s ${stack}\n      takes the record away\n`,
  );
  return 0;
}

function reasonToWait({ step, notBefore }: DatedStep): string {
  if (step.step === "publish") return "";
  const { selector } = step;
  const waits =
    step.step === "sign"
      ? `${selector} is published but may sign only after ${PUBLISH_DAYS} days in DNS, when no resolver denies it any more (RFC 2308 §5)`
      : `${selector} is retired but may go only after ${RETIRE_DAYS} days, when no mail signed with it is under way (RFC 5321 §4.5.4.1)`;
  const field = step.step === "sign" ? "published" : "retired";
  return notBefore === undefined
    ? `${waits}; since when it is ${field} is not known: ${selectorPath(selector)}.since.${field}`
    : `${waits}: on ${notBefore}`;
}

function waitingText(stack: string, waiting: readonly DatedStep[]): string {
  const lines = waiting.map((step) => `  ${reasonToWait(step)}`);
  return `too early for the next step of stack ${stack}\n${lines.join("\n")}\n  --force takes it now all the same`;
}
