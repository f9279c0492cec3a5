import { expect, test } from 'vitest';
import { thin } from './thin.ts';

test('a short list stays as it is', () => expect(thin([3, 1, 2])).toEqual([3, 1, 2]));

test('a long list keeps its first, its last and an even choice between, in order', () => {
  const long = Array.from({ length: 12_345 }, (_, i) => i);
  const kept = thin(long);
  expect(kept).toHaveLength(500);
  expect([kept[0], kept.at(-1)]).toEqual([0, 12_344]);
  const gaps = kept.slice(1).map((n, i) => n - (kept[i] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(24);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(25);
});
