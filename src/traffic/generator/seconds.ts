import type { Ledger } from './ledger.ts';
import type { Boundary, SecondRecord } from './second-record.ts';

/**
 * The seconds of a schedule, in order: which second an arrival belongs to (by its index, so that it never depends on
 * rounding of instants), and when a second is over.
 */
export class Seconds {
  readonly #options: SecondsOptions;
  /** The seconds begun and not yet over; a run of hours keeps no more than these. */
  readonly #open: Open[] = [];
  #begun = 0;
  #over = 0;
  /** Arrivals until the end of the last second begun. */
  #until = 0;

  constructor(options: SecondsOptions) {
    this.#options = options;
  }

  /** The record of an arrival's second; indexes come in order. */
  recordOf(index: number): SecondRecord {
    while (index >= this.#until) this.#begin();
    for (const { record, until } of this.#open) if (index < until) return record;
    throw new Error(`arrival ${index} came after its second was over`);
  }

  /** The record of the second in which something is due that is on no schedule. */
  recordAt(dueMs: number): SecondRecord {
    const { offered, startMs } = this.#options;
    const second = Math.max(0, Math.min(offered.length - 1, Math.floor((dueMs - startMs) / 1000)));
    while (this.#begun <= second) this.#begin();
    const first = this.#open[0];
    const open = this.#open[second - (first?.record.second ?? 0)] ?? first;
    if (open === undefined) throw new Error(`what was due at ${dueMs} came after its second was over`);
    return open.record;
  }

  /** Ends every second that has passed and whose arrivals have all been made. */
  pass(nowMs: number, arrived: number): void {
    const { offered, startMs, endMs } = this.#options;
    let boundary: Boundary | undefined;
    while (this.#over < offered.length) {
      if (nowMs < Math.min(endMs, startMs + (this.#over + 1) * 1000)) return;
      if (this.#open.length === 0) this.#begin();
      if (arrived < (this.#open[0]?.until ?? 0)) return;
      boundary = this.#end(nowMs, boundary);
    }
  }

  /** Ends what has begun: the schedule is over. */
  stop(nowMs: number): void {
    let boundary: Boundary | undefined;
    while (this.#open.length > 0) boundary = this.#end(nowMs, boundary);
    this.#over = Number.POSITIVE_INFINITY;
  }

  /** Whether every second is over. */
  get over(): boolean {
    return this.#over >= this.#options.offered.length;
  }

  #begin(): void {
    const { offered, startMs, ledger } = this.#options;
    const second = this.#begun++;
    const expected = offered[second];
    if (expected === undefined) throw new Error(`second ${second} lies after the schedule`);
    this.#until += expected;
    const record = ledger.openSecond({ second, startMs: startMs + second * 1000, expected });
    this.#open.push({ record, until: this.#until });
  }

  /** Seconds that end together (the thread stood still) share one measurement; what happened is counted once. */
  #end(nowMs: number, shared: Boundary | undefined): Boundary {
    const { ledger, measure } = this.#options;
    const boundary = shared === undefined ? measure(nowMs) : withoutChanges(shared);
    const first = this.#open.shift();
    this.#over++;
    if (first !== undefined) ledger.closeSecond(first.record, boundary, nowMs);
    return boundary;
  }
}

interface Open {
  record: SecondRecord;
  /** Arrivals until its end. */
  until: number;
}

export interface SecondsOptions {
  /** Arrivals of each second. */
  offered: readonly number[];
  startMs: number;
  endMs: number;
  ledger: Ledger;
  measure: (nowMs: number) => Boundary;
}

function withoutChanges(boundary: Boundary): Boundary {
  return { ...boundary, connections: { ...boundary.connections, opened: 0, closed: 0 } };
}
