import { expect, test } from 'vitest';
import { sampleOf } from './metrics.ts';

const point = (at: number, cpuNanos: number) => ({ at, cpuNanos, memoryBytes: 1024 });
const timings = { freshMs: 10_000, resolutionMs: 15_000 };

test('usage is what was used between two points, per second', () => {
  const sample = sampleOf({ last: point(0, 1e9), now: point(15_000, 4e9), startedAt: -60_000, ...timings });
  expect(sample).toEqual({ at: 15_000, windowMs: 15_000, cpuNanosPerSecond: 2e8, memoryBytes: 1024 });
});

test.each([
  { ageMs: 5_000, windowMs: undefined, why: 'it has not run for long enough' },
  { ageMs: 12_000, windowMs: 12_000, why: 'its start is the first point' },
  { ageMs: 40_000, windowMs: undefined, why: 'nobody knows what it used when' },
])('a container first seen $ageMs ms after its start: $why', ({ ageMs, windowMs }) => {
  const sample = sampleOf({
    last: undefined,
    now: point(50_000, 6e9),
    startedAt: 50_000 - ageMs,
    ...timings,
  });
  expect(sample?.windowMs).toBe(windowMs);
});
