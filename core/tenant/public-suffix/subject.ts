/** Names below which anyone may register: no tenant's domain. */

import type { Subject } from "../subject.ts";
import { checkPublicSuffixes } from "./check.ts";

/** Names below which anyone may register: no tenant's domain. */
export const publicSuffix: Subject = {
  name: "public-suffix",
  checkConfig: checkPublicSuffixes,
};
