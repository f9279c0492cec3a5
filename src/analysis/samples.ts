import type { RunRecord } from './record.ts';

/** CPU use of one pod over one window, as metrics.k8s.io published it. */
export interface CpuSample {
  pod: string;
  milli: number;
  windowMs: number;
  /** End of the window, ms since the run's origin. */
  takenMs: number;
  /** When the harness first saw it published. */
  seenMs: number;
}

/** Every published sample once, by the instant at which it was seen. */
export function cpuSamplesOf(record: RunRecord): CpuSample[] {
  const samples: CpuSample[] = [];
  const last = new Map<string, number>();
  for (const { t, pods } of record.of('k8s.metrics')) {
    for (const { name, cpuMilli, windowMs, takenT } of pods) {
      const takenMs = takenT ?? t;
      if (last.get(name) === takenMs) continue;
      last.set(name, takenMs);
      samples.push({ pod: name, milli: cpuMilli, windowMs, takenMs, seenMs: t });
    }
  }
  return samples;
}
