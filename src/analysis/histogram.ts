import { build, decodeFromCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { LatencySummary } from './findings.ts';

/** No value: nothing was measured. */
const noLatency: LatencySummary = { p50: null, p90: null, p99: null, max: null };

/** A histogram of microseconds as the journal holds it (V2 compressed, base64); null when it cannot be read. */
export function decodeHistogram(text: string): Histogram | null {
  try {
    return decodeFromCompressedBase64(text, 32, false);
  } catch {
    return null;
  }
}

/** One histogram with the counts of all; quantiles are taken of the sum, never averaged. */
export function mergeHistograms(histograms: Iterable<Histogram>): Histogram {
  const sum = build({ useWebAssembly: false });
  sum.autoResize = true;
  for (const histogram of histograms) sum.add(histogram);
  return sum;
}

/** Quantiles in ms of a histogram of microseconds. */
export function summaryOfHistogram(histogram: Histogram | null): LatencySummary {
  if (!histogram || histogram.totalCount === 0) return noLatency;
  return {
    p50: quantileMs(histogram, 0.5),
    p90: quantileMs(histogram, 0.9),
    p99: quantileMs(histogram, 0.99),
    max: histogram.maxValue / 1000,
  };
}

/** A quantile (0 to 1) in ms of a histogram of microseconds; null when it is empty. */
export function quantileMs(histogram: Histogram, quantile: number): number | null {
  return histogram.totalCount === 0 ? null : histogram.getValueAtPercentile(quantile * 100) / 1000;
}

/** How many recorded values are at most `value`, to the histogram's precision (three significant digits). */
export function countUpTo(histogram: Histogram, value: number): number {
  const limit = value * 1.001;
  let low = 0;
  let high = histogram.totalCount;
  // The value at a rank rises with the rank: the last rank whose value is within the limit is the count.
  while (low < high) {
    const rank = Math.ceil((low + high) / 2);
    const within = histogram.getValueAtPercentile(((rank - 0.5) / histogram.totalCount) * 100) <= limit;
    if (within) low = rank;
    else high = rank - 1;
  }
  return low;
}
