/** In which order a customer publishes, and what must be true before each step. */

import type { Purpose } from "../record-purpose.ts";
import type { CustomerRecord } from "./record.ts";

/** One step of the page. */
export interface Step {
  title: string;
  /** What must be true before, and what to mind. */
  before: string;
  /** True for the step that needs the policy files. */
  serves: boolean;
  records: CustomerRecord[];
}

interface StepRule {
  title: string;
  before: string;
  serves?: true;
  /** What is published in it; absent: all that no other step takes. */
  purposes?: readonly Purpose[];
}

const STEPS: readonly StepRule[] = [
  {
    title: "Host names of the sending addresses",
    before:
      "Publish these first and tell us: the reverse name of an address can only be set once its host name resolves to it, and no mail is sent before.",
    purposes: ["host"],
  },
  {
    title: "Who may send: SPF, DKIM, bounces",
    before:
      "Publish these before the first message; we sign with a DKIM key only once it stands. A name has one SPF record: a second one makes both void.",
  },
  {
    title: "Reports of failed TLS: TLS-RPT",
    before: "At any time.",
    purposes: ["tlsRpt"],
  },
  {
    title: "TLS of incoming mail: MTA-STS",
    before:
      "In this order: the policy's host name, the policy file with a certificate that is valid for that name, and the _mta-sts record once the file can be fetched. When the file changes, the record changes after it.",
    serves: true,
    purposes: ["caa", "mtaStsHost", "mtaSts"],
  },
  {
    title: "Policy: DMARC, BIMI",
    before:
      "Publish these last, once mail passes SPF and DKIM: a policy of quarantine or reject acts on whatever does not.",
    purposes: ["dmarc", "bimi"],
  },
];

/** Records by step, in the order to publish them; steps without records are left out. */
export function stepsOf(records: readonly CustomerRecord[]): Step[] {
  const stepOf = ({ purpose }: CustomerRecord) =>
    STEPS.find(({ purposes }) => purposes?.includes(purpose)) ??
    STEPS.find(({ purposes }) => purposes === undefined);
  return STEPS.map((step) => ({
    title: step.title,
    before: step.before,
    serves: step.serves === true,
    records: records.filter((record) => stepOf(record) === step).toSorted(hostFirst),
  })).filter((step) => step.records.length > 0);
}

/** The host of a policy file before the record that sends readers there. */
function hostFirst(a: CustomerRecord, b: CustomerRecord): number {
  const rank = ({ purpose }: CustomerRecord) => (purpose === "mtaSts" ? 1 : 0);
  return rank(a) - rank(b);
}
