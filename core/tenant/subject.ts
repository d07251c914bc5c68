/** A subject: one thing that a tenant's plan is about, such as SPF, with all that the plan knows of it in one folder. */

import type { Finding } from "../problem.ts";
import type { RecordContext, TenantContext, WantedRecord } from "./context.ts";
import type { MtaStsPolicyFile } from "./mta-sts/policy-file.ts";

/** A tenant with the records that its subjects want, before it is known that somebody publishes them. */
export interface WantedContext extends TenantContext {
  wanted: readonly WantedRecord[];
}

/** What a subject adds to a plan. All of it is pure. */
export interface Subject {
  /** The name of its folder. */
  name: string;
  /** The records that it wants, in a fixed order. */
  records?(context: TenantContext): WantedRecord[];
  /** Files that a web server must serve beside them. */
  files?(context: TenantContext): MtaStsPolicyFile[];
  /** What the schema cannot see: faults between the parts of the config. */
  checkConfig?(context: WantedContext): Finding[];
  /**
   * What the records show, its own or all together.
   *
   * @param earlier what has been found before, by the config and by the subjects before it
   */
  checkRecords?(context: RecordContext, earlier: readonly Finding[]): Finding[];
}
