import type { Calibration } from '../findings.ts';
import type { PodTrack, Pods } from '../pods.ts';
import type { RunRecord, Second } from '../record.ts';
import { usageSamplesOf, type UsageSample } from '../samples.ts';

/** Fewer windows than this say nothing about the CPU that a request costs. */
const leastSamples = 10;

/**
 * How many requests per second one pod is good for: as the scenario states it, else as many as use up the CPU that the pod
 * requests, by the CPU per request that was measured (least squares over the windows of metrics.k8s.io).
 */
export function calibrationOf(record: RunRecord, pods: Pods, seconds: readonly Second[]): Calibration | null {
  const stated = record.of('run.plan')[0]?.economy?.podCapacityPerSecond ?? null;
  const cpuRequestMilli = requestOf(pods);
  const cost = cpuPerRequest(record, pods, seconds);
  if (stated !== null) return { source: 'stated', requestsPerSecond: stated, cpuRequestMilli, cost };
  if (cost === null || cpuRequestMilli === null) return null;
  const requestsPerSecond = (cpuRequestMilli - cost.idleMilli) / cost.cpuMsPerRequest;
  return requestsPerSecond > 0 ? { source: 'measured', requestsPerSecond, cpuRequestMilli, cost } : null;
}

function requestOf(pods: Pods): number | null {
  for (const { seen } of pods.all) {
    const request = seen.findLast((now) => (now.cpuRequestMilli ?? 0) > 0)?.cpuRequestMilli;
    if (request !== undefined && request !== null) return request;
  }
  return null;
}

/** Least squares of CPU use over the rate that the pod answered in the same window. */
function cpuPerRequest(record: RunRecord, pods: Pods, seconds: readonly Second[]): Calibration['cost'] {
  const rates = new Rates(seconds);
  const points = usageSamplesOf(record).flatMap((sample) => {
    const pod = pods.named(sample.pod, sample.takenMs);
    if (!pod || !servedThroughout(pod, sample)) return [];
    const rate = rates.within(sample.pod, sample.takenMs - sample.windowMs, sample.takenMs);
    return rate === null ? [] : { rate, milli: sample.milli };
  });
  if (points.length < leastSamples) return null;
  const mean = (of: (point: (typeof points)[number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [rate, milli] = [mean((point) => point.rate), mean((point) => point.milli)];
  const covariance = mean((point) => (point.rate - rate) * (point.milli - milli));
  const variance = mean((point) => (point.rate - rate) ** 2);
  const spread = mean((point) => (point.milli - milli) ** 2);
  const slope = covariance / variance;
  // Without different rates, or with more load for less CPU, nothing can be told.
  if (!(variance > 0.25) || !(slope > 0)) return null;
  return {
    cpuMsPerRequest: slope,
    idleMilli: Math.max(0, milli - slope * rate),
    rSquared: spread > 0 ? covariance ** 2 / (variance * spread) : 1,
    samples: points.length,
  };
}

/** Start-up and shutdown cost CPU too, and say nothing about requests. */
function servedThroughout({ rotations }: PodTrack, { takenMs, windowMs }: UsageSample): boolean {
  return rotations.some(({ fromMs, toMs }) => fromMs <= takenMs - windowMs && (toMs ?? Infinity) >= takenMs);
}

/** Answers of each pod per second, for windows that lie across seconds. */
class Rates {
  readonly #seconds: readonly Second[];
  readonly #startMs: number;

  constructor(seconds: readonly Second[]) {
    this.#seconds = seconds;
    this.#startMs = seconds[0]?.startT ?? 0;
  }

  /** Requests per second that the pod answered; null where the window reaches beyond the recorded seconds. */
  within(pod: string, fromMs: number, toMs: number): number | null {
    const first = Math.floor((fromMs - this.#startMs) / 1000);
    const last = Math.ceil((toMs - this.#startMs) / 1000) - 1;
    if (first < 0 || last >= this.#seconds.length || toMs <= fromMs) return null;
    let answers = 0;
    for (let index = first; index <= last; index++) {
      const second = this.#seconds[index];
      if (!second) return null;
      const served = second.pods.get(pod);
      const overlap = Math.min(toMs, second.startT + 1000) - Math.max(fromMs, second.startT);
      if (served && overlap > 0) answers += ((served.ok + served.httpError) * overlap) / 1000;
    }
    return (answers * 1000) / (toMs - fromMs);
  }
}
