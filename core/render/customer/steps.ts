/** In which order a customer publishes, and what must be true before each step. */

import type { CustomerStep } from "../../tenant/purpose.ts";
import type { CustomerRecord } from "./record.ts";

/** One step of the page. */
export interface PageStep {
  title: string;
  /** What must be true before, and what to mind. */
  before: string;
  /** True for the step that needs the policy files. */
  serves: boolean;
  records: CustomerRecord[];
}

interface StepWords {
  title: string;
  before: string;
  serves?: true;
}

/** In the order to publish. */
const STEPS: Readonly<Record<CustomerStep, StepWords>> = {
  hosts: {
    title: "Host names of the sending addresses",
    before:
      "Publish these first and tell us: the reverse name of an address can only be set once its host name resolves to it, and no mail is sent before.",
  },
  senders: {
    title: "Who may send: SPF, DKIM, bounces",
    before:
      "Publish these before the first message; we sign with a DKIM key only once it stands. A name has one SPF record: a second one makes both void.",
  },
  "tls-reports": {
    title: "Reports of failed TLS: TLS-RPT",
    before: "At any time.",
  },
  "incoming-tls": {
    title: "TLS of incoming mail: MTA-STS",
    before:
      "In this order: the policy's host name, the policy file with a certificate that is valid for that name, and the _mta-sts record once the file can be fetched. When the file changes, the record changes after it.",
    serves: true,
  },
  policy: {
    title: "Policy: DMARC, BIMI",
    before:
      "Publish these last, once mail passes SPF and DKIM: a policy of quarantine or reject acts on whatever does not.",
  },
};

/** Records by step, in the order to publish them; steps without records are left out. */
export function stepsOf(records: readonly CustomerRecord[]): PageStep[] {
  return Object.entries(STEPS).flatMap(([step, { title, before, serves }]) => {
    const own = records.filter(({ words }) => words.step === step);
    return own.length === 0
      ? []
      : [{ title, before, serves: serves === true, records: own.toSorted(compareLast) }];
  });
}

function compareLast(a: CustomerRecord, b: CustomerRecord): number {
  return Number(a.words.last === true) - Number(b.words.last === true);
}
