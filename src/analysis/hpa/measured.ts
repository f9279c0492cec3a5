import type { PodSample, ScaledPod } from '../../autoscaler/index.ts';
import type { HpaAim } from '../../journal/index.ts';
import type { Pods } from '../pods.ts';
import { lastUntil } from '../search.ts';
import type { UsageSample } from '../samples.ts';

/** The status is seen so much later than the metrics were read, at most, ms. */
const publicationSlackMs = 500;
/** So many publications may lie within that: nodes may publish one after the other. */
const mostTries = 12;

type Resource = HpaAim['resource'];

/** The pods that the autoscaler's selector finds, as the API showed them at that instant, with what they request of the resource. */
export function podsAt(pods: Pods, atMs: number, resource: Resource): ScaledPod[] {
  return pods.all.flatMap(({ name, seen }) => {
    const now = lastUntil(seen, atMs, ({ t }) => t);
    if (!now || now.change === 'deleted') return [];
    const { cpuRequestMilli, memoryRequestBytes, readyChangedT, startT, phase, ready, terminating } = now;
    const milli = resource === 'cpu' ? (cpuRequestMilli ?? null) : inMilli(memoryRequestBytes ?? null);
    return {
      name,
      phase,
      deleting: terminating,
      ready: readyChangedT === null || readyChangedT === undefined ? null : ready,
      readyChangedAtMs: readyChangedT ?? 0,
      startedAtMs: startT ?? null,
      request: milli === null ? { missingIn: 'a container' } : { milli },
    };
  });
}

function inMilli(bytes: number | null): number | null {
  return bytes === null ? null : bytes * 1000;
}

/** Published samples, to be asked for those that could be read at an instant. */
export class PublishedSamples {
  readonly #byPod: Map<string, UsageSample[]>;

  constructor(samples: readonly UsageSample[]) {
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
  *readableAt(names: readonly string[], atMs: number, resource: Resource): Generator<Map<string, PodSample>> {
    const gone = (sample: UsageSample): number => sample.goneMs;
    const goneSooner = (sample: UsageSample): number => sample.lastSeenMs + 1;
    yield* this.#publishedUntil(atMs, { names, atMs, resource, goneAfter: gone });
    yield* this.#publishedUntil(atMs, { names, atMs, resource, goneAfter: goneSooner });
    yield* this.#publishedUntil(Infinity, { names, atMs, resource, goneAfter: goneSooner });
  }

  *#publishedUntil(
    lastMs: number,
    {
      names,
      atMs,
      resource,
      goneAfter,
    }: {
      names: readonly string[];
      atMs: number;
      resource: Resource;
      goneAfter: (sample: UsageSample) => number;
    },
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
        const milli = resource === 'cpu' ? sample.milli : sample.memoryMilli;
        if (milli === null) continue;
        readable.set(name, { milli, takenAtMs: sample.takenMs, windowMs: sample.windowMs });
      }
      yield readable;
      if (newestMs < atMs - publicationSlackMs) return;
      untilMs = newestMs - 0.001;
    }
  }
}
