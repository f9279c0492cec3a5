import * as hdr from 'hdr-histogram-js';
import {
  outcomes,
  type FailedRequest,
  type Outcome,
  type OutcomeCounts,
  type PodSecond,
  type TrafficEnd,
  type TrafficSecond,
} from '../../src/journal/index.ts';
import { seededRandom } from '../../src/support/index.ts';
import type { SyntheticPod } from './synthetic-cluster.ts';

/** What the imitated traffic looks like. */
export interface SyntheticTrafficOptions {
  seed: number;
  startT: number;
  /** Arrivals due in each second. */
  offeredPerSecond: number[];
  pods: readonly SyntheticPod[];
  goodResponseMs: number;
  timeoutMs: number;
  /** Requests per second that one pod can work off. */
  podCapacity: number;
  /** Seconds (of traffic) in which the generator itself lags. */
  saturatedSeconds: number[];
}

/** A request as the imitation decides it. */
interface Ending {
  outcome: Outcome;
  serviceMs: number;
  status?: number;
  pod: SyntheticPod | null;
}

/**
 * Plays arrivals against the pods' life times: each goes to a random pod in rotation, waits in that pod's queue, and is lost
 * when nobody lives at that address. Returns what the engine would have written.
 */
export function syntheticTraffic(options: SyntheticTrafficOptions): {
  seconds: TrafficSecond[];
  end: TrafficEnd;
} {
  const random = seededRandom(options.seed);
  const queues = new Map<SyntheticPod, number>();
  const whole = {
    service: histogram(),
    response: histogram(),
    lateness: histogram(),
    outcomes: zeroCounts(),
    scheduled: 0,
  };
  let written = options.startT;
  const seconds = options.offeredPerSecond.map((offered, second) => {
    const startT = options.startT + second * 1000;
    const record = new SecondRecord(second, startT, options);
    for (let i = 0; i < offered; i++) {
      const scheduledT = startT + ((i + random()) * 1000) / offered;
      const latenessMs = record.saturated ? 12 + 20 * random() : 0.3 + 1.1 * random();
      whole.lateness.recordValue(Math.round(latenessMs * 1000));
      const ending = send(scheduledT + latenessMs, queues, options, random);
      record.add(scheduledT, latenessMs, ending);
    }
    for (const outcome of outcomes) whole.outcomes[outcome] += record.outcomes[outcome];
    whole.scheduled += offered;
    for (const one of Object.values(record.service)) whole.service.add(one);
    for (const one of Object.values(record.response)) whole.response.add(one);
    // A second is written when all of its requests have ended, and the seconds in order.
    written = Math.max(written, record.lastT);
    return record.toEvent(written);
  });
  const end: TrafficEnd = {
    t: Math.max(written, options.startT + options.offeredPerSecond.length * 1000) + 5,
    type: 'traffic.end',
    scheduled: whole.scheduled,
    outcomes: whole.outcomes,
    service: hdr.encodeIntoCompressedBase64(whole.service),
    response: hdr.encodeIntoCompressedBase64(whole.response),
    conserved: true,
    lateness: hdr.encodeIntoCompressedBase64(whole.lateness),
  };
  return { seconds, end };
}

function send(
  t: number,
  queues: Map<SyntheticPod, number>,
  { pods, timeoutMs, podCapacity }: SyntheticTrafficOptions,
  random: () => number,
): Ending {
  const rotation = pods.filter(
    (pod) => (pod.inRotationT ?? Infinity) <= t && (pod.outOfRotationT ?? Infinity) > t,
  );
  const pod = rotation[Math.floor(random() * rotation.length)];
  if (!pod) return { outcome: 'refused', serviceMs: 0.4, pod: null };
  const deadT = pod.deadT ?? Infinity;
  if (deadT <= t) {
    if (random() < 0.15) return { outcome: 'timeout', serviceMs: timeoutMs, pod };
    return { outcome: random() < 0.7 ? 'reset' : 'refused', serviceMs: 0.5 + random(), pod };
  }
  const freeT = Math.max(t, queues.get(pod) ?? 0) + (1000 / podCapacity) * (0.6 + 0.8 * random());
  queues.set(pod, freeT);
  const serviceMs = freeT - t + 0.5 - Math.log(1 - random()) * 0.6;
  if (t + serviceMs > deadT) return { outcome: 'reset', serviceMs: deadT - t, pod };
  if (serviceMs > timeoutMs) return { outcome: 'timeout', serviceMs: timeoutMs, pod };
  if (random() < 0.0001) return { outcome: 'http_error', status: 503, serviceMs, pod };
  return { outcome: 'ok', status: 200, serviceMs, pod };
}

/** One second's record while it fills. */
class SecondRecord {
  readonly saturated: boolean;
  readonly outcomes = zeroCounts();
  readonly service: Partial<Record<Outcome, hdr.Histogram>> = {};
  readonly response: Partial<Record<Outcome, hdr.Histogram>> = {};
  readonly #second: number;
  readonly #startT: number;
  readonly #goodResponseMs: number;
  readonly #statuses: Record<string, number> = {};
  readonly #pods: Record<string, PodSecond> = {};
  readonly #failures: FailedRequest[] = [];
  readonly #slow: TrafficSecond['slow'] = [];
  readonly #lateness: number[] = [];
  /** When the last of its requests ended. */
  lastT: number;

  constructor(second: number, startT: number, options: SyntheticTrafficOptions) {
    this.#second = second;
    this.#startT = startT;
    this.lastT = startT + 1000;
    this.#goodResponseMs = options.goodResponseMs;
    this.saturated = options.saturatedSeconds.includes(second);
  }

  add(scheduledT: number, latenessMs: number, { outcome, serviceMs, status, pod }: Ending): void {
    const responseMs = latenessMs + serviceMs;
    const endedT = scheduledT + responseMs;
    const name = pod?.name ?? null;
    this.outcomes[outcome] += 1;
    this.#lateness.push(latenessMs);
    this.lastT = Math.max(this.lastT, endedT);
    if (outcome !== 'ok') {
      const failure = { scheduledT, endedT, outcome, pod: name };
      this.#failures.push(status === undefined ? failure : { ...failure, status });
    } else if (responseMs > this.#goodResponseMs) this.#slow.push({ scheduledT, endedT, pod: name });
    if (outcome === 'ok' || outcome === 'http_error' || outcome === 'timeout') {
      (this.service[outcome] ??= histogram()).recordValue(Math.max(1, Math.round(serviceMs * 1000)));
      (this.response[outcome] ??= histogram()).recordValue(Math.max(1, Math.round(responseMs * 1000)));
    }
    if (status === undefined || !pod) return;
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    const served = (this.#pods[pod.name] ??= {
      node: pod.node ?? '',
      ok: 0,
      httpError: 0,
      firstT: endedT,
      lastT: endedT,
      connections: 0,
    });
    served[outcome === 'ok' ? 'ok' : 'httpError'] += 1;
    served.firstT = Math.min(served.firstT, endedT);
    served.lastT = Math.max(served.lastT, endedT);
  }

  toEvent(t: number): TrafficSecond {
    const scheduled = outcomes.reduce((sum, outcome) => sum + this.outcomes[outcome], 0);
    const open = Math.min(200, 8 + Math.round(scheduled / 12));
    const pods = Object.values(this.#pods);
    pods.forEach((pod, index) => {
      pod.connections = Math.floor(open / pods.length) + (index < open % pods.length ? 1 : 0);
    });
    const lateness = this.#lateness.sort((a, b) => a - b);
    const quantile = (q: number): number => lateness[Math.floor(q * (lateness.length - 1))] ?? 0;
    return {
      t,
      type: 'traffic.second',
      second: this.#second,
      startT: this.#startT,
      scheduled,
      outcomes: this.outcomes,
      statuses: this.#statuses,
      service: encoded(this.service),
      response: encoded(this.response),
      okResponseUs: quantiles(this.response.ok),
      pods: this.#pods,
      failures: this.#failures.sort((a, b) => a.scheduledT - b.scheduledT).slice(0, 500),
      slow: this.#slow.sort((a, b) => a.scheduledT - b.scheduledT).slice(0, 500),
      connections: { open, opened: Math.round(scheduled / 20), closed: Math.round(scheduled / 20) },
      generator: {
        latenessP50Ms: quantile(0.5),
        latenessP99Ms: quantile(0.99),
        latenessMaxMs: quantile(1),
        eventLoopDelayP99Ms: this.saturated ? 30 : 1.4,
        cpu: this.saturated ? 0.99 : 0.02 + scheduled * 0.0001,
        saturated: this.saturated,
      },
    };
  }
}

function histogram(): hdr.Histogram {
  return hdr.build({ numberOfSignificantValueDigits: 3, useWebAssembly: false });
}

function encoded(histograms: Partial<Record<Outcome, hdr.Histogram>>): Partial<Record<Outcome, string>> {
  return Object.fromEntries(
    Object.entries(histograms).map(([outcome, one]) => [outcome, hdr.encodeIntoCompressedBase64(one)]),
  );
}

function quantiles(ok: hdr.Histogram | undefined): TrafficSecond['okResponseUs'] {
  if (!ok) return null;
  const at = (percent: number): number => ok.getValueAtPercentile(percent);
  return { p50: at(50), p90: at(90), p99: at(99), max: ok.maxValue };
}

function zeroCounts(): OutcomeCounts {
  return { ok: 0, http_error: 0, timeout: 0, refused: 0, reset: 0, dropped: 0 };
}
