/** Codes of findings about reverse names. */
import type { Codes } from "../code-meaning.ts";

export const ptrCodes = {} as const satisfies Codes;
