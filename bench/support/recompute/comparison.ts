/** Collects pairs of numbers that must be equal. */
export class Comparison {
  #equal = 0;
  #fromStatus = 0;
  readonly #different: string[] = [];

  /** `got` is the tool's, `want` the one recomputed; numbers may differ by `tolerance` of the larger. */
  number(name: string, got: number | null | undefined, want: number | null, tolerance = 1e-9): void {
    const same =
      got === want ||
      (typeof got === 'number' &&
        typeof want === 'number' &&
        Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(got), Math.abs(want)));
    if (same) this.#equal += 1;
    else this.#different.push(`${name}: the tool says ${String(got)}, recomputed ${String(want)}`);
  }

  same(name: string, got: unknown, want: unknown): void {
    if (JSON.stringify(got) === JSON.stringify(want)) this.#equal += 1;
    else
      this.#different.push(
        `${name}: the tool says ${JSON.stringify(got)}, recomputed ${JSON.stringify(want)}`,
      );
  }

  /** A look whose metrics were not recorded: its figure is the autoscaler's own, nothing to compare it with. */
  fromStatus(): void {
    this.#fromStatus += 1;
  }

  /** @returns whether all are equal. */
  report(): boolean {
    for (const line of this.#different) console.log(`✗ ${line}`);
    console.log(`${this.#equal} figures are equal, ${this.#different.length} differ.`);
    if (this.#fromStatus > 0)
      console.log(
        `${this.#fromStatus} looks of the autoscaler go by its status, as their rows say: no recorded metrics give its figure.`,
      );
    return this.#different.length === 0;
  }
}
