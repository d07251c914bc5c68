/** What a record is for: said once, in the folder of the subject that builds it, and carried by each record. */

import type { Singleton } from "../../mail/txt.ts";

/** What a record is for, whatever its type: a DKIM key may be a TXT or a CNAME to one. */
export interface Purpose {
  /** `return-path-spf`; no two purposes have the same name. */
  name: string;
  /** Of a TXT: its kind, where a name may hold one text of it alone. Absent: several may stand side by side. */
  single?: Singleton;
  /**
   * True where what stands of its kind is merged into it, or is another check's to tell: it takes that one's
   * place without a warning.
   */
  merges?: true;
  /** True where its subject has checked its name, which is then not checked with all others. */
  nameIsChecked?: true;
  /** True for what is of no use to a name that neither sends nor takes mail. */
  needsMail?: true;
  customer: ForCustomer;
  /** How it stands in a Domain Connect template. Absent: by its type alone. */
  template?: ForTemplate;
}

/** When a customer publishes a record; `core/render/customer/steps.ts` says what each step is. */
export type CustomerStep = "hosts" | "senders" | "tls-reports" | "incoming-tls" | "policy";

/** What the customer's page says of a record. */
export interface ForCustomer {
  step: CustomerStep;
  /** True for what is published after all others of its step: what sends readers to them. */
  last?: true;
  /** `an SPF record`, where only one may stand at a name. */
  single?: string;
  /** What follows when it is not published, one sentence. */
  leftOut: string;
  /** When it changes. @default "only if we tell you" */
  changes?: string;
  /** Why a proxy breaks it. @default what holds for every record of its type */
  dnsOnly?: string;
}

/** What a Domain Connect template has of a TXT made of tags. */
export interface ForTemplate {
  /** Tags whose values are the tenant's, which become variables; what else the text holds is the same for all. */
  variables: Readonly<Record<string, { kind: string; meaning: string }>>;
  /** True where the customer may change it later without losing the rest of the template. */
  optional?: true;
}
