/** What the command uses of `js-yaml`, which brings no types. */
declare module "js-yaml" {
  export class Type {
    constructor(
      tag: string,
      options: {
        kind: "scalar";
        resolve: (text: string | null) => boolean;
        construct: (text: string) => unknown;
      },
    );
  }
  export interface Schema {
    extend(types: { implicit: Type[] }): Schema;
  }
  /** Knows texts, lists and maps alone. */
  export const FAILSAFE_SCHEMA: Schema;
  /** Throws at the first fault. */
  export function load(text: string, options: { schema: Schema }): unknown;
}
