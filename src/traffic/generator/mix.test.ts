import { expect, test } from 'vitest';
import { seededRandom } from '../../support/index.ts';
import { drawAt, weightedMix } from './mix.ts';

test('the draw of an arrival is the number the seeded source would draw for it', () => {
  const random = seededRandom(42);
  for (let index = 0; index < 1000; index++) expect(drawAt(42, index)).toBe(random());
});

test('a mix follows its weights', () => {
  const mix = weightedMix([3, 0, 1], 7);
  const counts = [0, 0, 0];
  for (let index = 0; index < 40_000; index++) counts[mix(index)]! += 1;
  expect(counts[1]).toBe(0);
  expect(counts[0]! / 40_000).toBeCloseTo(0.75, 1);
});

test.each([
  ['one request', [5], 0],
  ['one request of weight 0', [0], 0],
  ['only the last has weight', [0, 0, 2], 2],
])('%s is always drawn', (_name, weights, expected) => {
  const mix = weightedMix(weights, 1);
  expect(Array.from({ length: 50 }, (_, index) => mix(index))).toEqual(
    Array.from({ length: 50 }, () => expected),
  );
});

test('weights that sum to nothing count as equal', () => {
  const mix = weightedMix([0, Number.NaN], 1);
  expect(new Set(Array.from({ length: 50 }, (_, index) => mix(index)))).toEqual(new Set([0, 1]));
});
