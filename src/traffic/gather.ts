import type { TrafficTick } from './engine.ts';
import { mergeSeconds } from './merge.ts';
import type { Second } from './second.ts';

/** Puts together what several workers report of the same seconds; with one worker it hands everything on as it comes. */
export class Gathering {
  readonly #onSecond: (second: Second) => void;
  readonly #parts = new Map<number, Second[]>();
  /** The last second of which anything came. */
  #last = -1;
  /** The second that each worker will report next; Infinity when it has ended. */
  readonly #next: number[];
  readonly #ticks: (TrafficTick | null)[];
  #reported = 0;

  constructor(workers: number, onSecond: (second: Second) => void) {
    this.#onSecond = onSecond;
    this.#next = Array.from({ length: workers }, () => 0);
    this.#ticks = Array.from({ length: workers }, () => null);
  }

  /** A worker's part of a second; each reports them in order. */
  second(worker: number, part: Second): void {
    const parts = this.#parts.get(part.second);
    if (parts === undefined) this.#parts.set(part.second, [part]);
    else parts.push(part);
    this.#last = Math.max(this.#last, part.second);
    this.#next[worker] = part.second + 1;
    this.#report();
  }

  /** No further seconds come from this worker. */
  ended(worker: number): void {
    this.#next[worker] = Number.POSITIVE_INFINITY;
    this.#report();
  }

  /** What all workers together are doing, each time the first one says what it does; null in between. */
  tick(worker: number, tick: TrafficTick): TrafficTick | null {
    this.#ticks[worker] = tick;
    return worker === 0 ? sumOf(this.#ticks.filter((latest) => latest !== null)) : null;
  }

  #report(): void {
    const until = Math.min(...this.#next, this.#last + 1);
    for (; this.#reported < until; this.#reported++) {
      const parts = this.#parts.get(this.#reported);
      this.#parts.delete(this.#reported);
      if (parts !== undefined) this.#onSecond(mergeSeconds(parts));
    }
  }
}

function sumOf(ticks: readonly TrafficTick[]): TrafficTick {
  const [first, ...others] = ticks;
  if (first === undefined) throw new TypeError('no ticks to sum');
  return others.reduce(
    (sum, tick) => ({
      askedRate: sum.askedRate + tick.askedRate,
      answeredRate: sum.answeredRate + tick.answeredRate,
      inFlight: sum.inFlight + tick.inFlight,
      outcomes: {
        ok: sum.outcomes.ok + tick.outcomes.ok,
        http_error: sum.outcomes.http_error + tick.outcomes.http_error,
        timeout: sum.outcomes.timeout + tick.outcomes.timeout,
        refused: sum.outcomes.refused + tick.outcomes.refused,
        reset: sum.outcomes.reset + tick.outcomes.reset,
        dropped: sum.outcomes.dropped + tick.outcomes.dropped,
      },
      // Quantiles cannot be merged; the worst stands.
      p99Ms: sum.p99Ms === null ? tick.p99Ms : Math.max(sum.p99Ms, tick.p99Ms ?? 0),
      connections: sum.connections + tick.connections,
    }),
    first,
  );
}
