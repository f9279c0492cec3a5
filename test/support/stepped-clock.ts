import type { Clock } from '../../src/support/index.ts';

interface Sleeper {
  dueMs: number;
  wake: () => void;
}

/**
 * Time that only moves when a test says so. Whoever sleeps wakes in the order of its time; between two wake-ups the
 * event loop turns until what they set off has come to rest.
 */
export class SteppedClock implements Clock {
  #nowMs = 0;
  readonly #startMs: number;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = '2026-01-02T09:00:00.000Z') {
    this.#startMs = Date.parse(start);
  }

  now(): number {
    return this.#nowMs;
  }

  wall(): number {
    return this.#startMs + this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const sleeper: Sleeper = { dueMs: this.#nowMs + ms, wake };
      const sleepers = this.#sleepers;
      sleepers.add(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
      function wake(): void {
        sleepers.delete(sleeper);
        signal?.removeEventListener('abort', abort);
        resolve();
      }
      function abort(): void {
        sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      }
    });
  }

  /** Lets `ms` pass, waking sleepers on the way. */
  async advance(ms: number): Promise<void> {
    const until = this.#nowMs + ms;
    await rest();
    for (;;) {
      const [next] = [...this.#sleepers].sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined || next.dueMs > until) break;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.wake();
      await rest();
    }
    this.#nowMs = until;
    await rest();
  }
}

/** Turns of the event loop that a chain of components in one process needs at most to hand a change on. */
const turns = 30;

/** Lets everything happen that needs no time. */
export async function rest(): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
}
