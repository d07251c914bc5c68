/** Codes of findings: what stays the same when a sentence is worded better. */

/** What a code stands for. */
export interface CodeMeaning {
  /**
   * What findings of this code are. `either` where the same fault stops a deployment in one place and
   * is for a person to judge in another, such as in a record that its owner had before us.
   */
  level: "error" | "warning" | "either";
  /** What is the case where it is found, in one sentence. */
  meaning: string;
}

/** Codes of a subject. A code is short, in small letters with hyphens, and begins with its subject. */
export type Codes = Readonly<Record<string, CodeMeaning>>;

/** Those of the codes, of one subject or of several, that a finding of a level may have. */
export type CodesOf<All extends Codes, Level extends "error" | "warning"> = All extends Codes
  ? { [Code in keyof All]: All[Code]["level"] extends Level | "either" ? Code : never }[keyof All]
  : never;
