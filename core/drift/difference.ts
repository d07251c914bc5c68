/** One difference, and what is compared. */
import type { Finding } from "../problem.ts";
import type { DeployedStack } from "../state/deployed-stack.ts";
import type { Plan } from "../tenant/plan.ts";
import type { CloudView } from "./cloud-view.ts";

/** How a difference is put right by Pulumi. */
export interface Repair {
  /** Whether the state must be read anew first (`--refresh`). */
  refresh?: boolean;
  /** What is made anew in place (`--replace`), by its URN. */
  replace?: string;
}

/** One difference. */
export interface Drift extends Finding {
  /** Absent where no deployment puts it right: the fix says what does. */
  repair?: Repair;
}

/** What is compared. */
export interface DriftContext {
  plan: Plan;
  deployed: DeployedStack;
  view: CloudView;
  /** Whether the PTR of an address is ours to set. */
  setsReverseName: (key: string) => boolean;
}
