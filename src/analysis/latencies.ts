import { outcomes, type Outcome, type TrafficSecond } from '../journal/index.ts';
import { decodeHistogram, HistogramSum, type Histogram } from './histogram.ts';

/** A second's histograms, decoded; null where one could not be read. Large: to be used and forgotten. */
export type SecondLatencies = Record<'service' | 'response', Partial<Record<Outcome, Histogram | null>>>;

/** Decodes the histograms of a second. */
export function latenciesOf(second: Pick<TrafficSecond, 'service' | 'response'>): SecondLatencies {
  const decoded: SecondLatencies = { service: {}, response: {} };
  for (const kind of ['service', 'response'] as const) {
    for (const outcome of outcomes) {
      const text = second[kind][outcome];
      if (text !== undefined) decoded[kind][outcome] = decodeHistogram(text);
    }
  }
  return decoded;
}

/** Latencies of all ok requests of a run, summed up second by second. */
export class OkLatencies {
  readonly #sums = { service: new HistogramSum(), response: new HistogramSum() };
  /** Histograms that could not be read. */
  readonly unreadable = { service: 0, response: 0 };

  add(latencies: SecondLatencies): void {
    for (const kind of ['service', 'response'] as const) {
      const { ok } = latencies[kind];
      if (ok === null) this.unreadable[kind] += 1;
      else if (ok !== undefined) this.#sums[kind].add(ok);
    }
  }

  sum(kind: 'service' | 'response'): Histogram {
    return this.#sums[kind].histogram();
  }
}
