import { outcomes, type FailedRequest, type OutcomeCounts } from '../../journal/index.ts';
import { timedOutcomes, type RawPod, type RawSecond, type TimedOutcome } from './messages.ts';
import { thin } from '../thin.ts';
import type { Pod, PodTally } from './pods.ts';
import { Samples } from './samples.ts';

/** What is measured when a second of traffic is over, whether or not its requests have ended. */
export interface Boundary {
  connections: { open: number; opened: number; closed: number };
  podConnections: ReadonlyMap<Pod, number>;
  eventLoopDelayP99Ms: number;
  cpu: number;
}

/** The requests due in one second, while they are under way. */
export class SecondRecord {
  readonly second: number;
  /** On the generator's clock. */
  readonly startMs: number;
  scheduled = 0;
  /** Sent and without an outcome. */
  pending = 0;
  boundary: Boundary | null = null;
  readonly outcomes: OutcomeCounts = noOutcomes();
  readonly statuses = new Map<number, number>();
  /** Answers that failed a check, by the check's name; null until one does. */
  #failedChecks: Record<string, number> | null = null;
  #sessions: { started: number; completed: number; broken: number } | null = null;
  readonly pods = new Map<Pod, PodTally>();
  readonly lateness: Samples;
  droppedByGenerator = 0;
  readonly #expected: number;
  readonly #samples: Partial<Record<TimedOutcome, Samples>> = {};
  readonly #failures: FailedRequest[] = [];
  readonly #slow: RawSecond['slow'] = [];

  constructor({ second, startMs, expected }: { second: number; startMs: number; expected: number }) {
    this.second = second;
    this.startMs = startMs;
    this.#expected = expected;
    this.lateness = new Samples(expected);
  }

  /** Adds the latencies of a request that was answered or timed out, µs. */
  timed(outcome: TimedOutcome, serviceUs: number, responseUs: number): void {
    const samples = (this.#samples[outcome] ??= new Samples(outcome === 'ok' ? this.#expected * 2 : 16));
    samples.push(serviceUs);
    samples.push(responseUs);
  }

  /** Counts an answer for the pod that gave it. */
  answeredBy(pod: Pod, { ok, reused, nowMs }: { ok: boolean; reused: boolean; nowMs: number }): void {
    if (pod.second !== this || pod.tally === null) {
      let tally = this.pods.get(pod);
      if (tally === undefined) {
        tally = { ok: 0, httpError: 0, reused: 0, firstMs: nowMs, lastMs: nowMs };
        this.pods.set(pod, tally);
      }
      pod.second = this;
      pod.tally = tally;
    }
    const { tally } = pod;
    if (ok) tally.ok++;
    else tally.httpError++;
    if (reused) tally.reused++;
    tally.lastMs = nowMs;
  }

  failedCheck(check: string): void {
    this.#failedChecks ??= {};
    this.#failedChecks[check] = (this.#failedChecks[check] ?? 0) + 1;
  }

  sessionStarted(): void {
    this.#sessions ??= { started: 0, completed: 0, broken: 0 };
    this.#sessions.started++;
  }

  sessionEnded(well: boolean): void {
    this.#sessions ??= { started: 0, completed: 0, broken: 0 };
    if (well) this.#sessions.completed++;
    else this.#sessions.broken++;
  }

  failed(failure: FailedRequest): void {
    this.#failures.push(failure);
  }

  slow(request: RawSecond['slow'][number]): void {
    this.#slow.push(request);
  }

  /** The second as it is reported; call when its boundary is known and nothing is pending. */
  finish(originMs: number, nowMs: number): RawSecond {
    const boundary = this.boundary ?? {
      connections: { open: 0, opened: 0, closed: 0 },
      podConnections: new Map<Pod, number>(),
      eventLoopDelayP99Ms: 0,
      cpu: 0,
    };
    const byDue = (a: { scheduledT: number }, b: { scheduledT: number }): number =>
      a.scheduledT - b.scheduledT;
    const samplesUs: RawSecond['samplesUs'] = {};
    for (const outcome of timedOutcomes) {
      const samples = this.#samples[outcome];
      if (samples !== undefined) samplesUs[outcome] = samples.take();
    }
    return {
      second: this.second,
      startT: this.startMs - originMs,
      t: nowMs - originMs,
      scheduled: this.scheduled,
      outcomes: this.outcomes,
      statuses: Object.fromEntries(this.statuses),
      ...(this.#failedChecks === null ? {} : { failedChecks: this.#failedChecks }),
      ...(this.#sessions === null ? {} : { sessions: this.#sessions }),
      samplesUs,
      pods: Object.fromEntries(
        [...this.pods].map(([pod, tally]): [string, RawPod] => [
          pod.name,
          {
            node: pod.node,
            ok: tally.ok,
            httpError: tally.httpError,
            firstT: tally.firstMs - originMs,
            lastT: tally.lastMs - originMs,
            connections: boundary.podConnections.get(pod) ?? 0,
            reused: tally.reused,
          },
        ]),
      ),
      failures: thin(this.#failures.sort(byDue)),
      slow: thin(this.#slow.sort(byDue)),
      connections: boundary.connections,
      latenessUs: this.lateness.take(),
      droppedByGenerator: this.droppedByGenerator,
      eventLoopDelayP99Ms: boundary.eventLoopDelayP99Ms,
      cpu: boundary.cpu,
    };
  }
}

/** A count of 0 for each outcome. */
export function noOutcomes(): OutcomeCounts {
  return Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as OutcomeCounts;
}
