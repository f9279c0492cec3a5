import { seededRandom, type Random } from '../../support/index.ts';
import { sorted } from './quantile.ts';

/** Up to so many values together every way to divide them is counted; above, ways are drawn. */
const mostCounted = 100;
const drawn = 9_999;

/**
 * Permutation test of whether two sets differ in location: the probability, if the same thing was measured in both, that
 * dividing the values by chance puts the rank sum (Wilcoxon 1945, ties share their mean rank) at least as far from its
 * expectation as it was found. Two-sided. Exact up to 100 values together; above, from 9,999 seeded draws.
 *
 * @returns the p-value, above 0 and at most 1; null when a set is empty.
 */
export function rankTest(a: readonly number[], b: readonly number[]): number | null {
  if (a.length === 0 || b.length === 0) return null;
  const ranks = doubledRanks([...a, ...b]);
  const observed = sumOf(ranks.slice(0, a.length));
  // Doubled ranks are whole numbers, so that sums compare exactly.
  const expected = (a.length * sumOf(ranks)) / ranks.length;
  const distance = Math.abs(observed - expected);
  const isAsFar = (sum: number): boolean => Math.abs(sum - expected) >= distance - 1e-9;
  return ranks.length <= mostCounted
    ? counted(ranks, a.length, isAsFar)
    : estimated(ranks, a.length, isAsFar, seededRandom(0x0be11));
}

/** Share of all divisions that are as far: counts subsets of the asked size by their sum, rank after rank. */
function counted(ranks: readonly number[], size: number, isAsFar: (sum: number) => boolean): number {
  const most = sumOf(ranks);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1));
  ways[0]?.fill(1, 0, 1);
  for (const rank of ranks) {
    for (let taken = size; taken >= 1; taken -= 1) {
      const less = ways[taken - 1] as Float64Array;
      const more = ways[taken] as Float64Array;
      for (let sum = most; sum >= rank; sum -= 1)
        more[sum] = (more[sum] as number) + (less[sum - rank] as number);
    }
  }
  let asFar = 0;
  let all = 0;
  ways[size]?.forEach((count, sum) => {
    all += count;
    if (isAsFar(sum)) asFar += count;
  });
  return asFar / all;
}

/** The division that was found counts as one of those drawn, so that p is never 0 (Davison and Hinkley 1997, 4.11). */
function estimated(
  ranks: readonly number[],
  size: number,
  isAsFar: (sum: number) => boolean,
  random: Random,
): number {
  const left = [...ranks];
  let asFar = 1;
  for (let draw = 0; draw < drawn; draw += 1) {
    let sum = 0;
    for (let index = 0; index < size; index += 1) {
      const other = index + Math.floor(random() * (left.length - index));
      [left[index], left[other]] = [left[other] as number, left[index] as number];
      sum += left[index] as number;
    }
    if (isAsFar(sum)) asFar += 1;
  }
  return asFar / (drawn + 1);
}

/** Twice the rank of each value among all; equal values share the mean of their ranks. */
function doubledRanks(values: readonly number[]): number[] {
  const ascending = sorted(values);
  return values.map((value) => ascending.indexOf(value) + ascending.lastIndexOf(value) + 2);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
