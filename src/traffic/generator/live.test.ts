import { expect, test } from 'vitest';
import { LiveFigures } from './live.ts';

test('shows the rate and the p99 of the last second and forgets what lies before', () => {
  const live = new LiveFigures();
  for (let i = 0; i < 1000; i++) live.answered(50_000, 10_000 + i);
  for (let i = 0; i < 1000; i++) live.answered(i % 20 === 0 ? 20_000 : 1000, 12_000 + i);
  const { answeredRate, p99Ms } = live.last(13_000);
  expect(answeredRate).toBeCloseTo(1000, 6);
  expect(p99Ms).toBeGreaterThan(19);
  expect(p99Ms).toBeLessThan(21);
});

test('has no p99 without answers', () => {
  expect(new LiveFigures().last(5000)).toEqual({ answeredRate: 0, p99Ms: null });
});
