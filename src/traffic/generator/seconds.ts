import type { Ledger } from './ledger.ts';
import type { Boundary, SecondRecord } from './second-record.ts';

/**
 * The seconds of a schedule, in order: which second an arrival belongs to (by its index, so that it never depends on
 * rounding of instants), and when a second is over.
 */
export class Seconds {
  readonly #records: SecondRecord[] = [];
  /** Arrivals until the end of each opened second. */
  readonly #until: number[] = [];
  #closed = 0;
  readonly #options: SecondsOptions;

  constructor(options: SecondsOptions) {
    this.#options = options;
  }

  /** The record of an arrival's second; indexes come in order. */
  recordOf(index: number): SecondRecord {
    let record = this.#records.at(-1);
    while (record === undefined || index >= (this.#until.at(-1) ?? 0)) {
      if (this.#records.length > this.#options.offered.length)
        throw new Error(`arrival ${index} lies after the schedule`);
      record = this.#open();
    }
    return record;
  }

  /** Closes every second that has passed and whose arrivals have all been made. */
  pass(nowMs: number, arrived: number): void {
    const { offered, startMs, endMs, ledger, measure } = this.#options;
    let boundary: Boundary | undefined;
    while (this.#closed < offered.length) {
      const second = this.#closed;
      if (nowMs < Math.min(endMs, startMs + (second + 1) * 1000)) return;
      const record = this.#records[second] ?? this.#open();
      if (arrived < (this.#until[second] ?? 0)) return;
      // Seconds that end together (the thread stood still) share one measurement; what happened is counted once.
      boundary = boundary === undefined ? measure(nowMs) : withoutChanges(boundary);
      this.#closed++;
      ledger.closeSecond(record, boundary, nowMs);
    }
  }

  /** Closes what is open: the schedule ends here. */
  stop(nowMs: number): void {
    let boundary: Boundary | undefined;
    for (const record of this.#records.slice(this.#closed)) {
      boundary = boundary === undefined ? this.#options.measure(nowMs) : withoutChanges(boundary);
      this.#closed++;
      this.#options.ledger.closeSecond(record, boundary, nowMs);
    }
    this.#closed = Number.POSITIVE_INFINITY;
  }

  /** Whether every second is over. */
  get over(): boolean {
    return this.#closed >= this.#options.offered.length;
  }

  #open(): SecondRecord {
    const { offered, startMs, ledger } = this.#options;
    const second = this.#records.length;
    const expected = offered[second] ?? 0;
    const record = ledger.openSecond({ second, startMs: startMs + second * 1000, expected });
    this.#records.push(record);
    this.#until.push((this.#until.at(-1) ?? 0) + expected);
    return record;
  }
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
