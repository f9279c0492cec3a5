import type { Timings } from '../../../spec.ts';

/** The delays of {@link BackOff}, effective milliseconds. */
export interface BackOffTimings {
  initialMs: number;
  maxMs: number;
  /** What ran longer than this without a failure starts from the initial delay again. */
  resetMs: number;
}

/** The kubelet's delays for containers that keep ending: 10 s × 2 up to 300 s, reset after 10 min. */
export function crashLoopBackOff(timings: Timings): BackOff {
  const { crashLoopInitialMs, crashLoopMaxMs, crashLoopResetMs } = timings;
  return new BackOff({ initialMs: crashLoopInitialMs, maxMs: crashLoopMaxMs, resetMs: crashLoopResetMs });
}

/**
 * How long to wait after a failure before the next try: not at all after the first, then the initial delay, doubled with
 * each further failure (as client-go's Backoff, as the kubelet uses it). Times are milliseconds on one clock.
 */
export class BackOff {
  readonly #timings: BackOffTimings;
  #delayMs = 0;
  #lastTryAt = 0;

  constructor(timings: BackOffTimings) {
    this.#timings = timings;
  }

  /** The delay in force. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** How long yet until something that failed at `failedAt` may be tried again. */
  remainingMs(failedAt: number, now: number): number {
    if (failedAt - this.#lastTryAt > this.#timings.resetMs) this.#delayMs = 0;
    return Math.max(0, failedAt + this.#delayMs - now);
  }

  /** Call it with each try, so that the next failure waits longer. */
  tried(now: number): void {
    const { initialMs, maxMs } = this.#timings;
    this.#delayMs = this.#delayMs === 0 ? initialMs : Math.min(maxMs, this.#delayMs * 2);
    this.#lastTryAt = now;
  }
}
