import {
  build,
  decodeFromCompressedBase64,
  encodeIntoCompressedBase64,
  type Histogram as Reference,
} from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../support/index.ts';
import { bandsOf, countUpTo, decodeHistogram, mergeHistograms, quantileMs } from './histogram.ts';

/** Values as of latencies: most near 2 ms, some up to seconds. */
function recorded(seed: number, values: number, digits: 1 | 2 | 3 | 4 | 5 = 3): Reference {
  const random = seededRandom(seed);
  const histogram = build({ useWebAssembly: false, numberOfSignificantValueDigits: digits });
  histogram.autoResize = true;
  for (let made = 0; made < values; made += 1) {
    histogram.recordValue(Math.round(300 * Math.exp(9 * random() * random())));
  }
  return histogram;
}

const quantiles = [0.0001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1];

describe('a histogram of the journal', () => {
  test.each([1, 2, 3])('has the reference’s quantiles (seed %i)', (seed) => {
    const text = encodeIntoCompressedBase64(recorded(seed, 2000));
    const reference = decodeFromCompressedBase64(text, 32, false);
    const own = decodeHistogram(text);
    if (own === null) throw new Error('it could not be read');
    expect(own.totalCount).toBe(reference.totalCount);
    expect(quantiles.map((quantile) => quantileMs(own, quantile))).toEqual(
      quantiles.map((quantile) => reference.getValueAtPercentile(quantile * 100) / 1000),
    );
    expect(quantileMs(own, 1)).toBe(reference.maxValue / 1000);
  });

  test('adds up as the reference does', () => {
    const parts = [recorded(4, 500), recorded(5, 1500), recorded(6, 1)].map((part) =>
      decodeFromCompressedBase64(encodeIntoCompressedBase64(part), 32, false),
    );
    const sum = build({ useWebAssembly: false });
    sum.autoResize = true;
    for (const part of parts) sum.add(part);
    const own = mergeHistograms(
      parts.map((part) => decodeHistogram(encodeIntoCompressedBase64(part))).filter((part) => part !== null),
    );
    expect(own.totalCount).toBe(sum.totalCount);
    expect(quantiles.map((quantile) => quantileMs(own, quantile))).toEqual(
      quantiles.map((quantile) => sum.getValueAtPercentile(quantile * 100) / 1000),
    );
  });

  test.each([2, 4] as const)('of %i digits is read to three', (digits) => {
    const reference = recorded(7, 1000, digits);
    const own = decodeHistogram(encodeIntoCompressedBase64(reference));
    if (own === null) throw new Error('it could not be read');
    expect(own.totalCount).toBe(1000);
    const middle = reference.getValueAtPercentile(50) / 1000;
    expect(Math.abs((quantileMs(own, 0.5) ?? 0) - middle) / middle).toBeLessThan(0.02);
  });

  test('counts what is at most a value', () => {
    const histogram = build({ useWebAssembly: false });
    for (const value of [100, 200, 300, 5000, 70_000]) histogram.recordValue(value);
    const own = decodeHistogram(encodeIntoCompressedBase64(histogram));
    expect(own && [99, 100, 300, 5000, 80_000].map((value) => countUpTo(own, value))).toEqual([
      0, 1, 3, 4, 5,
    ]);
  });

  test('falls into bands of equal width on a logarithmic scale', () => {
    const histogram = build({ useWebAssembly: false });
    for (const value of [1024, 1025, 1300, 2048, 5000]) histogram.recordValue(value);
    const own = decodeHistogram(encodeIntoCompressedBase64(histogram));
    expect(bandsOf(own, 2)).toEqual({ lowest: 20, counts: [3, 0, 1, 0, 1] });
  });

  test('an empty one has no quantile', () => {
    const own = decodeHistogram(encodeIntoCompressedBase64(build({ useWebAssembly: false })));
    expect(own).toMatchObject({ totalCount: 0 });
    expect(own && quantileMs(own, 0.5)).toBeNull();
  });

  test('what cannot be read is null, wherever it was cut or changed', () => {
    const text = encodeIntoCompressedBase64(recorded(8, 300));
    for (const cut of [0, 1, 8, 12, 40, text.length - 8])
      expect(decodeHistogram(text.slice(0, cut))).toBeNull();
    expect(decodeHistogram('not base64 at all')).toBeNull();
    for (let at = 0; at < text.length; at += 17) {
      const changed = `${text.slice(0, at)}A${text.slice(at + 1)}`;
      expect(() => decodeHistogram(changed)).not.toThrow();
    }
  });
});
