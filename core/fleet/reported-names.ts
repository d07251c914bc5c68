/** Names whose conflict has been said, so that the records below them do not say it again. */

/** Names by stack. */
export class ReportedNames {
  readonly #names = new Set<string>();

  /** A conflict over this name has been said of the stack. */
  add(stack: string, name: string): void {
    this.#names.add(`${stack} ${name}`);
  }

  /** True for a reported name and for names below one: `_dmarc.acme.example` of `acme.example`. */
  covers(stack: string, name: string): boolean {
    if (this.#names.size === 0) return false;
    let at = name;
    for (;;) {
      if (this.#names.has(`${stack} ${at}`)) return true;
      const dot = at.indexOf(".");
      if (dot < 0) return false;
      at = at.slice(dot + 1);
    }
  }
}
