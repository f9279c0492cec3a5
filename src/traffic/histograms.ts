import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram,
} from 'hdr-histogram-js';

/** An empty histogram of microseconds, three significant digits, growing as needed. */
export function newHistogram(): Histogram {
  return build({
    bitBucketSize: 32,
    autoResize: true,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2 ** 21,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });
}

/** The histogram as the journal stores it: HdrHistogram V2, compressed, base64. */
export function encodeHistogram(histogram: Histogram): string {
  return encodeIntoCompressedBase64(histogram);
}

/** One histogram with everything that the encoded ones counted. Nothing is averaged. */
export function mergeHistograms(encoded: Iterable<string>): Histogram {
  const merged = newHistogram();
  for (const one of encoded) merged.add(decodeFromCompressedBase64(one, 32, false));
  return merged;
}

/** The quantiles that charts show, µs; null for an empty histogram. */
export function quantilesUs(
  histogram: Histogram,
): { p50: number; p90: number; p99: number; max: number } | null {
  if (histogram.totalCount === 0) return null;
  // A bucket stands for its highest value, which may lie above the largest that was recorded.
  const at = (percentile: number): number =>
    Math.min(histogram.getValueAtPercentile(percentile), histogram.maxValue);
  return { p50: at(50), p90: at(90), p99: at(99), max: histogram.maxValue };
}
