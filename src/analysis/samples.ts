import type { RunRecord } from './record.ts';
import { timingOf } from './timers.ts';

/** What one pod used over one window, as metrics.k8s.io published it. */
export interface UsageSample {
  pod: string;
  milli: number;
  /** Memory, in thousandths of a byte, as quantities are compared; null where none was told. */
  memoryMilli: number | null;
  windowMs: number;
  /** End of the window, ms since the run's origin. */
  takenMs: number;
  /** When the harness saw it published first and last, and when no sample of the pod was published any more; Infinity if that was not seen. */
  seenMs: number;
  /** The harness had asked since then without being shown it: it was published between the two. */
  unseenMs: number;
  lastSeenMs: number;
  goneMs: number;
}

/** Every published sample once, by the instant at which it was seen. */
export function usageSamplesOf(record: RunRecord): UsageSample[] {
  const samples: UsageSample[] = [];
  let published = new Map<string, UsageSample>();
  let lookedMs = -Infinity;
  // What was published already is not recorded again, so the last record may lie further back than the last time it was asked.
  const everyMs = Math.max(1000, (timingOf(record, 'metricsResolutionMs') ?? 3000) / 3);
  for (const { t, pods } of record.of('k8s.metrics')) {
    const now = new Map<string, UsageSample>();
    for (const { name, cpuMilli, memoryBytes, windowMs, takenT } of pods) {
      const takenMs = takenT ?? t;
      const before = published.get(name);
      const sample =
        // Stamps are whole seconds, so two measurements may bear the same one.
        before?.takenMs === takenMs && before.windowMs === windowMs && before.milli === cpuMilli
          ? before
          : {
              pod: name,
              milli: cpuMilli,
              memoryMilli: memoryBytes === undefined ? null : memoryBytes * 1000,
              windowMs,
              takenMs,
              seenMs: t,
              unseenMs: Math.max(lookedMs, t - everyMs),
              lastSeenMs: t,
              goneMs: Infinity,
            };
      sample.lastSeenMs = t;
      if (sample !== before) samples.push(sample);
      now.set(name, sample);
    }
    for (const [name, sample] of published) if (!now.has(name)) sample.goneMs = t;
    published = now;
    lookedMs = t;
  }
  return samples;
}
