/** The words of Domain Connect 2.3: templates as they are contributed, and what one application needs. */

/** What every record of a template may say. */
interface Common {
  /** The part of the template that it belongs to: a link names the parts to apply. Absent: applied always. */
  groupId?: string;
  /** `OnApply`: the customer may change it later without losing the rest. @default "Always" */
  essential?: "OnApply";
  /** Relative to the name that the template is applied to; `@` is that name. */
  host: string;
}

/** A record of a template (section 6.3). Texts may hold variables, `%name%`. */
export type TemplateRecord = Common &
  (
    | { type: "A" | "CNAME"; pointsTo: string; ttl: number }
    | { type: "MX"; pointsTo: string; priority: number; ttl: number }
    | {
        type: "TXT";
        data: string;
        ttl: number;
        /** What stands at the name and begins so is replaced: of these records a name has one. */
        txtConflictMatchingMode: "Prefix";
        txtConflictMatchingPrefix: string;
      }
    /** Merged by the DNS provider into the SPF record that stands there, or made one that ends in `~all`. */
    | { type: "SPFM"; spfRules: string }
  );

/** A template (section 6.2), in the order in which people write its members. */
export interface Template {
  providerId: string;
  providerName: string;
  serviceId: string;
  serviceName: string;
  /** Counted up by hand with each change of a template that providers have taken. */
  version: number;
  logoUrl?: string;
  description?: string;
  variableDescription?: string;
  /** Its presence means that only signed links are taken. */
  syncPubKeyDomain: string;
  records: TemplateRecord[];
}

/** One application of the template: a name of the customer's and what to fill in there. One link each. */
export interface Application {
  /** The name that the template is applied to. */
  fqdn: string;
  /** The zone. */
  domain: string;
  /** The name within the zone; empty for the zone itself. */
  host: string;
  /** The groups to apply; empty when the template has none. */
  groups: string[];
  /** Values of variables by name, without `%`. */
  variables: Record<string, string>;
  /** Keys of addresses whose values are not known: no link until they are. */
  unknown: string[];
}
