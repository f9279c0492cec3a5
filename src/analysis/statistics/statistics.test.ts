import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../support/index.ts';
import {
  adjustForMany,
  ecdf,
  median,
  medianDifference,
  medianInterval,
  quantile,
  rankTest,
  sorted,
  summarise,
} from './index.ts';

const someValues = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 30 });

describe('quantiles', () => {
  // R 4: quantile(c(15, 20, 35, 40, 50), …), whose default is type 7; NumPy's documentation has the second row.
  test.each([
    [[15, 20, 35, 40, 50], 0.4, 29],
    [[10, 7, 4, 3, 2, 1], 0.5, 3.5],
    [[15, 20, 35, 40, 50], 0.05, 16],
    [[7], 0.9, 7],
    [[1, 2], 0.9, 1.9],
  ])('of %j at %f is %f', (values, share, expected) => {
    expect(quantile(sorted(values), share)).toBeCloseTo(expected, 12);
  });

  test('lie between the least and the greatest value and grow with the share', () => {
    fc.assert(
      fc.property(someValues, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const ascending = sorted(values);
        const found = quantile(ascending, share);
        expect(found).toBeGreaterThanOrEqual(ascending[0] as number);
        expect(found).toBeLessThanOrEqual(ascending.at(-1) as number);
        expect(quantile(ascending, Math.min(1, share + 0.1))).toBeGreaterThanOrEqual(found);
      }),
    );
  });

  test('of nothing are refused', () => {
    expect(() => quantile([], 0.5)).toThrow('expected values');
    expect(() => quantile([1], 1.1)).toThrow('share from 0 to 1');
  });
});

describe('the interval of a median', () => {
  test('covers the true median about 95 times in 100', () => {
    const random = seededRandom(2026);
    let covered = 0;
    const experiments = 60;
    for (let experiment = 0; experiment < experiments; experiment += 1) {
      // Exponential: as lopsided as times of recovery are. Its median is ln 2.
      const values = Array.from({ length: 15 }, () => -Math.log(1 - random()));
      const { low, high } = medianInterval(values) ?? { low: NaN, high: NaN };
      if (low <= Math.LN2 && Math.LN2 <= high) covered += 1;
    }
    expect(covered / experiments).toBeGreaterThan(0.88);
    expect(covered / experiments).toBeLessThan(1);
  });

  test('is the same for the same values, contains their median and lies among them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 6, maxLength: 12 }), (values) => {
        const { low, high } = medianInterval(values) ?? { low: NaN, high: NaN };
        expect(medianInterval(values)).toEqual({ low, high });
        expect(low).toBeGreaterThanOrEqual(Math.min(...values));
        expect(low).toBeLessThanOrEqual(median(values));
        expect(high).toBeGreaterThanOrEqual(median(values));
        expect(high).toBeLessThanOrEqual(Math.max(...values));
      }),
      { numRuns: 10 },
    );
  });

  test('is not made up from five values or fewer', () => {
    expect(medianInterval([1, 2, 3, 4, 5])).toBeNull();
    expect(medianInterval([3, 3, 3, 3, 3, 3])).toEqual({ low: 3, high: 3 });
  });
});

describe('the difference of two medians', () => {
  const before = [12.1, 12.4, 11.8, 12.9, 12.2, 12.5, 12.0, 12.3];

  test('is signed, and its interval shifts with it', () => {
    const after = before.map((value) => value - 3);
    const { difference, interval } = medianDifference(before, after);
    expect(difference).toBeCloseTo(-3, 9);
    expect(interval?.low).toBeLessThan(-3);
    expect(interval?.high).toBeGreaterThan(-3);
    expect(interval?.high).toBeLessThan(0);
  });

  test('of a set and itself is 0, with 0 inside the interval', () => {
    const { difference, interval } = medianDifference(before, before);
    expect(difference).toBe(0);
    expect(interval?.low).toBeLessThan(0);
    expect(interval?.high).toBeGreaterThan(0);
  });

  test('has no interval where a set is small', () => {
    expect(medianDifference([1], before)).toEqual({ difference: median(before) - 1, interval: null });
  });
});

describe('the rank test', () => {
  // Exact two-sided values: R's wilcox.test and, in the third row, the example of scipy.stats.mannwhitneyu.
  test.each([
    [[1, 2, 3], [4, 5, 6], 2 / 20],
    [[1, 2, 3, 4], [5, 6, 7, 8], 2 / 70],
    [[19, 22, 16, 29, 24], [20, 11, 17, 12], 1 / 9],
    [[1, 3, 5], [2, 4, 6], 0.7],
    [[5], [5], 1],
    [[2, 2, 2], [2, 2], 1],
  ])('of %j and %j gives p = %f', (a, b, p) => {
    expect(rankTest(a, b)).toBeCloseTo(p, 10);
  });

  test('counts ties as every division of the values does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }),
        (a, b) => {
          expect(rankTest(a, b)).toBeCloseTo(byEveryDivision(a, b), 10);
          expect(rankTest(b, a)).toBeCloseTo(rankTest(a, b) ?? NaN, 10);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('draws where there is too much to count, and finds nearly the same', () => {
    const random = seededRandom(11);
    const a = Array.from({ length: 51 }, () => random());
    const b = Array.from({ length: 50 }, () => random() + 0.1);
    const all = rankTest(a.slice(1), b) ?? NaN;
    expect(rankTest(a, b)).toBeGreaterThan(0);
    expect(Math.abs((rankTest(a, b) ?? NaN) - all)).toBeLessThan(0.05);
    expect(
      rankTest(
        a.map((value) => value + 9),
        b,
      ),
    ).toBe(1 / 10_000);
  });

  test('of nothing is nothing', () => {
    expect(rankTest([], [1])).toBeNull();
  });

  test('calls chance a difference in no more than its share of cases', () => {
    const random = seededRandom(4);
    let called = 0;
    for (let experiment = 0; experiment < 400; experiment += 1) {
      const [a, b] = [0, 1].map(() => Array.from({ length: 7 }, () => random()));
      if ((rankTest(a ?? [], b ?? []) ?? 1) <= 0.05) called += 1;
    }
    expect(called / 400).toBeLessThanOrEqual(0.07);
    expect(called).toBeGreaterThan(2);
  });
});

test('p-values of many tests are adjusted as R does (p.adjust, method BH)', () => {
  const adjusted = adjustForMany([0.01, 0.02, null, 0.03, 0.04, 0.9]);
  expect(adjusted.map((p) => p && Number(p.toFixed(6)))).toEqual([0.05, 0.05, null, 0.05, 0.05, 0.9]);
  expect(adjustForMany([0.001, 0.2, 0.8]).map((p) => p && Number(p.toFixed(6)))).toEqual([0.003, 0.3, 0.8]);
});

test('where nothing differs, hardly any experiment of thirty measures has one that is called different', () => {
  const random = seededRandom(930);
  const seven = (): number[] => Array.from({ length: 7 }, () => random());
  let called = 0;
  for (let experiment = 0; experiment < 60; experiment += 1) {
    const tests = Array.from({ length: 30 }, () => rankTest(seven(), seven()));
    if (adjustForMany(tests).some((p) => p !== null && p <= 0.05)) called += 1;
  }
  expect(called).toBeLessThanOrEqual(6);
});

test('the distribution function steps at each distinct value and ends at 1', () => {
  expect(ecdf([3, 1, 3, 2])).toEqual([
    { value: 1, share: 0.25 },
    { value: 2, share: 0.5 },
    { value: 3, share: 1 },
  ]);
  expect(ecdf([])).toEqual([]);
});

test('a summary has five numbers, the mean and the interval; of nothing there is none', () => {
  expect(summarise([4, 1, 3, 2])).toEqual({
    n: 4,
    min: 1,
    q1: 1.75,
    median: 2.5,
    q3: 3.25,
    max: 4,
    mean: 2.5,
    interval: null,
  });
  expect(summarise([])).toBeNull();
});

/** p by writing down each way to choose as many of all values as `a` has. */
function byEveryDivision(a: readonly number[], b: readonly number[]): number {
  const all = [...a, ...b];
  const rank = (value: number): number =>
    all.filter((other) => other < value).length + (all.filter((other) => other === value).length + 1) / 2;
  const ranks = all.map(rank);
  const total = ranks.reduce((sum, value) => sum + value, 0);
  const expected = (total * a.length) / all.length;
  const sums = Array.from({ length: 2 ** all.length }, (_, mask) => mask)
    .map((mask) => ranks.filter((_, index) => (mask >> index) & 1))
    .filter((chosen) => chosen.length === a.length)
    .map((chosen) => Math.abs(chosen.reduce((sum, value) => sum + value, 0) - expected));
  const found = Math.abs(ranks.slice(0, a.length).reduce((sum, value) => sum + value, 0) - expected);
  return sums.filter((distance) => distance >= found - 1e-9).length / sums.length;
}
