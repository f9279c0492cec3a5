import type { Clock } from '../../../../support/index.ts';

/**
 * The rhythm in which a kubelet looks at its containers. What a runtime does in between (a container has started, another
 * has ended) it learns at the next look, as the kubelet's generic PLEG does.
 */
export class Relist {
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #originMs: number;

  constructor(clock: Clock, periodMs: number) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#originMs = clock.now();
  }

  /** How long until the next look, ms. */
  inMs(): number {
    const since = this.#clock.now() - this.#originMs;
    return this.#periodMs - (since % this.#periodMs);
  }
}
