import { seededRandom, type Random } from '../../support/index.ts';
import { median, quantile, sorted } from './quantile.ts';

/** A range that covers the true value in 95 of 100 such experiments. */
export interface Interval {
  low: number;
  high: number;
}

/**
 * Fewer values have no interval: even the range from the least to the greatest of n values misses the true median with
 * probability 2 × ½ⁿ, which is above 5 % for n < 6.
 */
export const fewestForInterval = 6;

const resamples = 4_000;
const tail = 0.025;
/** The same data have the same interval, on every machine and at every rendering. */
const seed = 0x0be11;

/** The 95 % interval of the median by the percentile bootstrap (Efron 1979); null for too few values. */
export function medianInterval(values: readonly number[]): Interval | null {
  if (values.length < fewestForInterval) return null;
  if (areSame(values)) return { low: values[0] as number, high: values[0] as number };
  const random = seededRandom(seed);
  return percentileInterval(() => medianOfResample(values, random));
}

/**
 * By how much the median of `after` exceeds that of `before`, with its 95 % interval by the percentile bootstrap, in which
 * either set is drawn from anew. No interval where a set has too few values.
 */
export function medianDifference(
  before: readonly number[],
  after: readonly number[],
): { difference: number; interval: Interval | null } {
  const difference = median(after) - median(before);
  if (Math.min(before.length, after.length) < fewestForInterval) return { difference, interval: null };
  if (areSame(before) && areSame(after))
    return { difference, interval: { low: difference, high: difference } };
  const random = seededRandom(seed);
  return {
    difference,
    interval: percentileInterval(() => medianOfResample(after, random) - medianOfResample(before, random)),
  };
}

function areSame(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

function percentileInterval(draw: () => number): Interval {
  const drawn = sorted(Array.from({ length: resamples }, draw));
  return { low: quantile(drawn, tail), high: quantile(drawn, 1 - tail) };
}

/** As many values as there are, each drawn from all of them. */
function medianOfResample(values: readonly number[], random: Random): number {
  const drawn = new Float64Array(values.length);
  for (let index = 0; index < drawn.length; index += 1)
    drawn[index] = values[Math.floor(random() * values.length)] as number;
  drawn.sort();
  const middle = drawn.length >> 1;
  const upper = drawn[middle] as number;
  return drawn.length % 2 === 1 ? upper : ((drawn[middle - 1] as number) + upper) / 2;
}
