import type { PodSample, ScaledPod } from '../../autoscaler/index.ts';
import type { Pods } from '../pods.ts';
import { lastUntil } from '../search.ts';
import type { CpuSample } from '../samples.ts';

/** The status is seen so much later than the metrics were read, at most, ms. */
const publicationSlackMs = 500;
/** So many publications may lie within that: nodes may publish one after the other. */
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
   * The latest sample of each of these pods that was seen published at the instant; then, one after the other, what could be read
   * if the newest had not been published yet, if one that vanished about then was gone already, or if one that was seen soon
   * after was published already. Nobody but the autoscaler knows which of the last publications it still saw.
   */
  *readableAt(names: readonly string[], atMs: number): Generator<Map<string, PodSample>> {
    const gone = (sample: CpuSample): number => sample.goneMs;
    const goneSooner = (sample: CpuSample): number => sample.lastSeenMs + 1;
    yield* this.#publishedUntil(atMs, { names, atMs, goneAfter: gone });
    yield* this.#publishedUntil(atMs, { names, atMs, goneAfter: goneSooner });
    yield* this.#publishedUntil(Infinity, { names, atMs, goneAfter: goneSooner });
  }

  *#publishedUntil(
    lastMs: number,
    {
      names,
      atMs,
      goneAfter,
    }: { names: readonly string[]; atMs: number; goneAfter: (sample: CpuSample) => number },
  ): Generator<Map<string, PodSample>> {
    let untilMs = lastMs;
    for (let tries = 0; tries < mostTries; tries++) {
      const readable = new Map<string, PodSample>();
      let newestMs = -Infinity;
      for (const name of names) {
        const sample = this.#byPod
          .get(name)
          ?.findLast(
            ({ seenMs, unseenMs, takenMs }) =>
              seenMs <= untilMs && (seenMs <= atMs || (unseenMs < atMs && takenMs < atMs)),
          );
        if (!sample || (sample.goneMs < Infinity && goneAfter(sample) <= atMs)) continue;
        newestMs = Math.max(newestMs, sample.seenMs);
        readable.set(name, { milli: sample.milli, takenAtMs: sample.takenMs, windowMs: sample.windowMs });
      }
      yield readable;
      if (newestMs < atMs - publicationSlackMs) return;
      untilMs = newestMs - 0.001;
    }
  }
}
