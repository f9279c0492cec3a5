import { inflateSync } from 'node:zlib';
import type { LatencyBands, LatencySummary } from './findings.ts';

/**
 * Counts of recorded values, in microseconds, with three significant digits: an HDR histogram as far as figures need it. Only
 * occupied buckets are held, by rising value, so that thousands of seconds fit into memory at once.
 */
export interface Histogram {
  /** Indices of the occupied buckets, rising; {@link lowestOf} tells their values. */
  readonly indices: readonly number[];
  /** How often a value of the bucket was recorded. */
  readonly counts: readonly number[];
  readonly totalCount: number;
}

/** Layout of buckets: 2,048 of width 1, then 1,024 of twice the width of those before, and so on. */
interface Layout {
  /** Binary logarithm of the number of buckets of the first width. */
  magnitude: number;
  /** Binary logarithm of the first width. */
  unit: number;
}

const own: Layout = { magnitude: 11, unit: 0 };

const compressedCookie = 0x1c849304;
const plainCookie = 0x1c849303;
/** More than a histogram of three digits over all of a double's range takes. */
const mostBytes = 1 << 20;

/** No value: nothing was measured. */
const noLatency: LatencySummary = { p50: null, p90: null, p99: null, max: null };

/** A histogram of microseconds as the journal holds it (HDR V2 compressed, base64); null when it cannot be read. */
export function decodeHistogram(text: string): Histogram | null {
  try {
    const packed = Buffer.from(text, 'base64');
    if (!hasCookie(packed, compressedCookie)) return null;
    return decodePlain(
      inflateSync(packed.subarray(8, 8 + packed.readInt32BE(4)), {
        chunkSize: 4096,
        maxOutputLength: mostBytes,
      }),
    );
  } catch {
    return null;
  }
}

/**
 * The V2 encoding (hdrhistogram.org): a head of 40 bytes, then counts by rising value as ZigZag LEB128 of up to nine bytes, a
 * negative one being a run of empty buckets.
 */
function decodePlain(bytes: Buffer): Histogram | null {
  if (!hasCookie(bytes, plainCookie)) return null;
  const end = 40 + bytes.readInt32BE(4);
  const digits = bytes.readInt32BE(12);
  const lowest = Number(bytes.readBigInt64BE(16));
  if (end > bytes.length || digits < 0 || digits > 5 || lowest < 1) return null;
  const layout = {
    magnitude: Math.ceil(Math.log2(2 * 10 ** digits)),
    unit: Math.floor(Math.log2(lowest)),
  };
  const native = layout.magnitude === own.magnitude && layout.unit === own.unit;
  const indices: number[] = [];
  const counts: number[] = [];
  let totalCount = 0;
  let index = 0;
  for (let at = 40; at < end;) {
    let coded = bytes[at] ?? 0;
    at += 1;
    if (coded >= 0x80) {
      coded &= 0x7f;
      let weight = 128;
      for (let byteIndex = 1; ; byteIndex += 1) {
        const byte = bytes[at] ?? 0;
        at += 1;
        // The ninth byte has no continuation bit.
        coded += (byteIndex === 8 ? byte : byte & 0x7f) * weight;
        weight *= 128;
        if (byteIndex === 8 || byte < 0x80) break;
      }
    }
    if (coded % 2 === 1) {
      index += (coded + 1) / 2;
      continue;
    }
    if (coded > 0) {
      const place = native ? index : indexOf(lowestOf(index, layout));
      // Buckets of a finer layout may share one of ours.
      if (place === indices.at(-1)) counts[counts.length - 1] = (counts.at(-1) ?? 0) + coded / 2;
      else {
        indices.push(place);
        counts.push(coded / 2);
      }
      totalCount += coded / 2;
    }
    index += 1;
  }
  return { indices, counts, totalCount };
}

function hasCookie(bytes: Buffer, cookie: number): boolean {
  return bytes.length >= 8 && (bytes.readInt32BE(0) & ~0xf0) === cookie;
}

/** The least value of a bucket, µs. */
function lowestOf(index: number, { magnitude, unit }: Layout = own): number {
  const half = 2 ** (magnitude - 1);
  return index < 2 * half
    ? index * 2 ** unit
    : ((index % half) + half) * 2 ** (Math.floor(index / half) - 1 + unit);
}

/** The greatest value that is told apart from the next bucket's, µs. */
function highestOf(index: number): number {
  return lowestOf(index + 1) - 1;
}

function indexOf(value: number): number {
  const half = 2 ** (own.magnitude - 1);
  if (value < 2 * half) return Math.floor(value);
  const shift = Math.floor(Math.log2(value)) - own.magnitude + 1;
  return half * shift + Math.floor(value / 2 ** shift);
}

/** One histogram with the counts of all; quantiles are taken of the sum, never averaged. */
export function mergeHistograms(histograms: Iterable<Histogram>): Histogram {
  const sum = new HistogramSum();
  for (const histogram of histograms) sum.add(histogram);
  return sum.histogram();
}

/** Adds up histograms as they come, so that they need not be in memory together. */
export class HistogramSum {
  #sums = new Float64Array(16_384);

  add({ indices, counts }: Histogram): void {
    const last = indices.at(-1) ?? 0;
    if (last >= this.#sums.length) {
      const grown = new Float64Array(2 * last);
      grown.set(this.#sums);
      this.#sums = grown;
    }
    const sums = this.#sums;
    for (let at = 0; at < indices.length; at += 1) {
      const index = indices[at] ?? 0;
      sums[index] = (sums[index] ?? 0) + (counts[at] ?? 0);
    }
  }

  /** The sum so far. */
  histogram(): Histogram {
    const indices: number[] = [];
    const counts: number[] = [];
    let totalCount = 0;
    for (const [index, count] of this.#sums.entries()) {
      if (count === 0) continue;
      indices.push(index);
      counts.push(count);
      totalCount += count;
    }
    return { indices, counts, totalCount };
  }
}

/** Quantiles in ms of a histogram of microseconds. */
export function summaryOfHistogram(histogram: Histogram | null): LatencySummary {
  if (!histogram || histogram.totalCount === 0) return noLatency;
  return {
    p50: quantileMs(histogram, 0.5),
    p90: quantileMs(histogram, 0.9),
    p99: quantileMs(histogram, 0.99),
    max: quantileMs(histogram, 1),
  };
}

/** A quantile (0 to 1) in ms of a histogram of microseconds; null when it is empty. */
export function quantileMs({ indices, counts, totalCount }: Histogram, quantile: number): number | null {
  if (totalCount === 0) return null;
  if (quantile >= 1) return highestOf(indices.at(-1) ?? 0) / 1000;
  // Rounded up, but not because of the last binary digit of the product.
  const rank = Math.max(1, Math.ceil(quantile * totalCount * (1 - Number.EPSILON)));
  let reached = 0;
  for (let at = 0; at < counts.length; at += 1) {
    reached += counts[at] ?? 0;
    if (reached >= rank) return highestOf(indices[at] ?? 0) / 1000;
  }
  return highestOf(indices.at(-1) ?? 0) / 1000;
}

/** The counts in bands that are each as wide as the others on a logarithmic scale; none without a histogram. */
export function bandsOf(histogram: Histogram | null, perDoubling: number): LatencyBands {
  const { indices, counts } = histogram ?? { indices: [], counts: [] };
  const bands: LatencyBands = { lowest: 0, counts: [] };
  let last = 0;
  /** The first bucket of the band after the last one. */
  let next = 0;
  for (let at = 0; at < indices.length; at += 1) {
    const index = indices[at] ?? 0;
    const count = counts[at] ?? 0;
    if (index >= next) {
      const band = Math.floor(Math.log2(Math.max(1, lowestOf(index))) * perDoubling);
      next = indexOf(Math.ceil(2 ** ((band + 1) / perDoubling)));
      if (at === 0) bands.lowest = band;
      last = band - bands.lowest;
      while (bands.counts.length <= last) bands.counts.push(0);
    }
    bands.counts[last] = (bands.counts[last] ?? 0) + count;
  }
  return bands;
}

/** How many recorded values are at most `value`, to the histogram's precision (three significant digits). */
export function countUpTo({ indices, counts }: Histogram, value: number): number {
  const limit = value * 1.001;
  let count = 0;
  for (const [at, index] of indices.entries()) if (highestOf(index) <= limit) count += counts[at] ?? 0;
  return count;
}

/** The sum of all recorded values, to the histogram's precision: each counts as the middle of its bucket. */
export function totalOf({ indices, counts }: Histogram): number {
  let total = 0;
  for (const [at, index] of indices.entries()) {
    total += (counts[at] ?? 0) * ((lowestOf(index) + highestOf(index)) / 2);
  }
  return total;
}
