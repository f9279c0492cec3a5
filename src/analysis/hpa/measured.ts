import type { PodSample, ScaledPod } from '../../autoscaler/index.ts';
import type { Pods } from '../pods.ts';
import { lastUntil } from '../search.ts';
import type { CpuSample } from '../samples.ts';

/** A sample may reach the autoscaler so much after its window ended, or be seen so much earlier than the look was, ms. */
const publicationSlackMs = 500;
/** Nodes publish for themselves; so many of them may have published within that. */
const mostTries = 12;

/** The pods that the autoscaler's selector finds, as the API showed them at that instant. */
export function podsAt(pods: Pods, atMs: number): ScaledPod[] {
  return pods.all.flatMap(({ name, seen }) => {
    const now = lastUntil(seen, atMs, ({ t }) => t);
    if (!now || now.change === 'deleted') return [];
    const { cpuRequestMilli, readyChangedT, startT, phase, ready, terminating } = now;
    return {
      name,
      phase,
      deleting: terminating,
      ready: readyChangedT === null || readyChangedT === undefined ? null : ready,
      readyChangedAtMs: readyChangedT ?? 0,
      startedAtMs: startT ?? null,
      request:
        typeof cpuRequestMilli === 'number' ? { milli: cpuRequestMilli } : { missingIn: 'a container' },
    };
  });
}

/** Published samples, to be asked for those that could be read at an instant. */
export class PublishedSamples {
  readonly #byPod: Map<string, CpuSample[]>;

  constructor(samples: readonly CpuSample[]) {
    this.#byPod = Map.groupBy(
      [...samples].sort((a, b) => a.takenMs - b.takenMs),
      ({ pod }) => pod,
    );
  }

  /**
   * The latest sample of each of these pods that was published at the instant; then, one after the other, what could be read if
   * the newest had not been published yet, or if one that vanished about then was gone already. Nobody but the autoscaler
   * knows which of the last instants it still saw.
   */
  *readableAt(names: readonly string[], atMs: number): Generator<Map<string, PodSample>> {
    for (const goneAfter of [
      (sample: CpuSample) => sample.goneMs,
      (sample: CpuSample) => sample.lastSeenMs + 1,
    ]) {
      let untilMs = atMs;
      for (let tries = 0; tries < mostTries; tries++) {
        const readable = new Map<string, PodSample>();
        let newestMs = -Infinity;
        for (const name of names) {
          const sample = lastUntil(this.#byPod.get(name) ?? [], untilMs, ({ takenMs }) => takenMs);
          if (!sample || (sample.goneMs < Infinity && goneAfter(sample) <= atMs)) continue;
          newestMs = Math.max(newestMs, sample.takenMs);
          readable.set(name, { milli: sample.milli, takenAtMs: sample.takenMs, windowMs: sample.windowMs });
        }
        yield readable;
        if (newestMs < atMs - publicationSlackMs) break;
        untilMs = newestMs - 0.001;
      }
    }
  }
}
