import { systemClock } from '../../support/index.ts';

/** A network link that can be cut and mended. */
export class Link {
  #mended: PromiseWithResolvers<void> | null = null;
  readonly #onCut = new Set<() => void>();

  get isUp(): boolean {
    return this.#mended === null;
  }

  /** Calls `listener` each time the link is cut. */
  onCut(listener: () => void): void {
    this.#onCut.add(listener);
  }

  cut(): void {
    if (this.#mended !== null) return;
    this.#mended = Promise.withResolvers();
    for (const listener of this.#onCut) listener();
  }

  mend(): void {
    this.#mended?.resolve();
    this.#mended = null;
  }

  /** Resolves once it is up. @throws when that takes longer than `timeoutMs`, as connecting to nowhere does. */
  async untilUp(timeoutMs: number): Promise<void> {
    if (this.#mended === null) return;
    const waited = new AbortController();
    const impatience = systemClock.sleep(timeoutMs, waited.signal).then(() => {
      throw Object.assign(new Error(`no way out for ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
    });
    try {
      await Promise.race([this.#mended.promise, impatience]);
    } finally {
      impatience.catch(() => {});
      waited.abort();
    }
  }
}
