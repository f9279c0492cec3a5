import type { Outcome, OutcomeCounts } from '../../journal/index.ts';
import { LiveFigures } from './live.ts';
import type { RawSecond } from './messages.ts';
import { Pods, type Pod } from './pods.ts';
import type { Visitor } from './transport.ts';
import type { Values } from './values.ts';
import { noOutcomes, SecondRecord, type Boundary } from './second-record.ts';

/** One request under way; each connection keeps one and uses it again. Instants are the generator's clock. */
export interface Exchange extends Values {
  visitor: Visitor | null;
  /** Which step of the visit it is. */
  step: number;
  second: SecondRecord;
  dueMs: number;
  sentMs: number;
  /** Status of the answer; 0 without one. */
  status: number;
  /** The pod that answers or, until one does, the last that answered on this connection. */
  pod: Pod | null;
  /** Sent on a connection that had been used before. */
  reused: boolean;
  /** The checks that its answer failed; null where there was nothing to check. */
  failedChecks: readonly string[] | null;
}

/** How a request that was sent can end. */
export type SentOutcome = Exclude<Outcome, 'dropped'>;

/** What became of one arrival. Instants are the generator's clock. */
export interface Entry {
  index: number;
  /** Which step of a session; 0 elsewhere. */
  step: number;
  dueMs: number;
  /** When it was sent; null where it never was. */
  sentMs: number | null;
  endedMs: number;
  outcome: Outcome;
  /** Status of the answer; 0 without one. */
  status: number;
}

/** How late an arrival may be before a drop counts as the generator's own fault, ms. */
const lateMs = 10;

/**
 * The account of a run: every arrival is opened once, as sent or as dropped, and every sent one ends once. A second is
 * reported as soon as it is over and all of its requests have ended, in order.
 */
export class Ledger {
  readonly pods = new Pods();
  readonly live = new LiveFigures();
  readonly totals: OutcomeCounts = noOutcomes();
  readonly #originMs: number;
  readonly #goodResponseMs: number;
  readonly #report: (second: RawSecond) => void;
  readonly #entered: ((entry: Entry) => void) | null;
  readonly #unreported: SecondRecord[] = [];

  constructor(options: {
    originMs: number;
    goodResponseMs: number | null;
    report: (second: RawSecond) => void;
    /** Told of each arrival as it ends. */
    entered?: ((entry: Entry) => void) | null;
  }) {
    this.#originMs = options.originMs;
    this.#goodResponseMs = options.goodResponseMs ?? Number.POSITIVE_INFINITY;
    this.#report = options.report;
    this.#entered = options.entered ?? null;
  }

  /** Begins a second; seconds come in order. */
  openSecond(second: { second: number; startMs: number; expected: number }): SecondRecord {
    const record = new SecondRecord(second);
    this.#unreported.push(record);
    return record;
  }

  /** The second's time is over: no arrival of it is still to come. */
  closeSecond(record: SecondRecord, boundary: Boundary, nowMs: number): void {
    record.boundary = boundary;
    this.reportEnded(nowMs);
  }

  /** An arrival was sent. */
  sent(record: SecondRecord, latenessMs: number): void {
    record.scheduled++;
    record.pending++;
    record.lateness.push(Math.round(latenessMs * 1000));
  }

  /** An arrival was never sent; `ownFault` says that the machine the generator runs on had no means to. */
  dropped(
    record: SecondRecord,
    {
      index,
      step = 0,
      dueMs,
      nowMs,
      ownFault,
    }: { index: number; step?: number; dueMs: number; nowMs: number; ownFault: boolean },
  ): void {
    record.scheduled++;
    this.#entered?.({ index, step, dueMs, sentMs: null, endedMs: nowMs, outcome: 'dropped', status: 0 });
    this.#count(record, 'dropped');
    if (ownFault || nowMs - dueMs > lateMs) record.droppedByGenerator++;
    record.failed({ ...this.#instants(dueMs, nowMs), outcome: 'dropped', pod: null });
  }

  /** A request that was sent got its outcome. */
  ended(exchange: Exchange, outcome: SentOutcome, nowMs: number): void {
    const { index, step, second, dueMs, sentMs, status, pod, reused, failedChecks } = exchange;
    this.#entered?.({ index, step, dueMs, sentMs, endedMs: nowMs, outcome, status });
    this.#count(second, outcome);
    second.pending--;
    const responseUs = Math.round((nowMs - dueMs) * 1000);
    const answered = outcome === 'ok' || outcome === 'http_error';
    if (answered) {
      second.statuses.set(status, (second.statuses.get(status) ?? 0) + 1);
      if (pod !== null) second.answeredBy(pod, { ok: outcome === 'ok', reused, nowMs });
      this.live.answered(responseUs, nowMs);
    }
    if (answered || outcome === 'timeout') {
      second.timed(outcome, Math.round((nowMs - sentMs) * 1000), responseUs);
    }
    if (outcome !== 'ok') {
      const failedCheck = outcome === 'http_error' ? failedChecks?.[0] : undefined;
      if (outcome === 'http_error') for (const check of failedChecks ?? []) second.failedCheck(check);
      second.failed({
        ...this.#instants(dueMs, nowMs),
        outcome,
        ...(outcome === 'http_error' ? { status } : {}),
        ...(failedCheck === undefined ? {} : { check: failedCheck }),
        pod: pod?.name ?? null,
        ...(reused ? { reused } : {}),
      });
    } else if (nowMs - dueMs > this.#goodResponseMs) {
      second.slow({ ...this.#instants(dueMs, nowMs), pod: pod?.name ?? null });
    }
    if (second.pending === 0 && second.boundary !== null) this.reportEnded(nowMs);
  }

  /** A request turned out not to have been sent for want of a socket: its outcome is `dropped`. */
  unsent({ index, step, second, dueMs }: Exchange, nowMs: number): void {
    this.#entered?.({ index, step, dueMs, sentMs: null, endedMs: nowMs, outcome: 'dropped', status: 0 });
    this.#count(second, 'dropped');
    second.pending--;
    second.droppedByGenerator++;
    second.failed({ ...this.#instants(dueMs, nowMs), outcome: 'dropped', pod: null });
    if (second.pending === 0 && second.boundary !== null) this.reportEnded(nowMs);
  }

  /** Reports the seconds that have ended, up to the first that has not. */
  reportEnded(nowMs: number): void {
    for (;;) {
      const first = this.#unreported[0];
      if (first === undefined || first.boundary === null || first.pending > 0) return;
      this.#unreported.shift();
      this.#report(first.finish(this.#originMs, nowMs));
    }
  }

  #count(record: SecondRecord, outcome: Outcome): void {
    record.outcomes[outcome]++;
    this.totals[outcome]++;
  }

  #instants(dueMs: number, nowMs: number): { scheduledT: number; endedT: number } {
    return { scheduledT: dueMs - this.#originMs, endedT: nowMs - this.#originMs };
  }
}
