/** In which order a customer publishes, and what must be true before each step. */
import type { PlannedRecord } from "../record.ts";

/** One step of the page. */
export interface Step {
  title: string;
  /** What must be true before, and what to mind. */
  before: string;
  /** True for the step that needs the policy files. */
  serves: boolean;
  records: PlannedRecord[];
}

const STEPS = [
  {
    title: "Host names of the sending addresses",
    before:
      "Publish these first and tell us: the reverse name of an address can only be set once its host name resolves to it, and no mail is sent before.",
    holds: ({ data }: PlannedRecord) => data.type === "A" && typeof data.address !== "string",
  },
  {
    title: "Who may send: SPF, DKIM, bounces",
    before:
      "Publish these before the first message; we sign with a DKIM key only once it stands. A name has one SPF record: put the one given here in the place of what stands there now, never beside it.",
    holds: () => true,
  },
  {
    title: "Reports of failed TLS: TLS-RPT",
    before: "At any time.",
    holds: ({ name }: PlannedRecord) => String(name).startsWith("_smtp._tls."),
  },
  {
    title: "TLS of incoming mail: MTA-STS",
    before:
      "In this order: the policy's host name, the policy file with a certificate that is valid for that name, and the _mta-sts record once the file can be fetched. When the file changes, the record changes after it.",
    serves: true,
    holds: ({ name }: PlannedRecord) => /^_?mta-sts\./.test(String(name)),
  },
  {
    title: "Policy: DMARC, BIMI",
    before:
      "Publish these last, once mail passes SPF and DKIM: a policy of quarantine or reject acts on whatever does not. A name has one DMARC record: it takes the place of the old one.",
    holds: ({ name }: PlannedRecord) => /(?:^_dmarc|\._bimi)\./.test(String(name)),
  },
] as const;

/** Records by step, in the order to publish them; steps without records are left out. */
export function stepsOf(records: readonly PlannedRecord[]): Step[] {
  const [, general] = STEPS;
  const stepOf = (record: PlannedRecord) =>
    STEPS.find((step) => step !== general && step.holds(record)) ?? general;
  return STEPS.map((step) => ({
    title: step.title,
    before: step.before,
    serves: "serves" in step,
    records: records.filter((record) => stepOf(record) === step).toSorted(hostFirst),
  })).filter((step) => step.records.length > 0);
}

/** The host of a policy file before the record that sends readers there. */
function hostFirst(a: PlannedRecord, b: PlannedRecord): number {
  const rank = ({ name }: PlannedRecord) => (String(name).startsWith("_mta-sts.") ? 1 : 0);
  return rank(a) - rank(b);
}
