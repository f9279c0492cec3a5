import { expect, test } from 'vitest';
import type { Clock } from '../../../../support/index.ts';
import { Relist } from './relist.ts';

test.each([
  { sinceMs: 0, inMs: 1_000, what: 'a whole period after it began' },
  { sinceMs: 300, inMs: 700, what: 'what is left of the period' },
  { sinceMs: 7_999, inMs: 1, what: 'always in the same rhythm' },
])('$sinceMs ms after it began it looks in $inMs ms: $what', ({ sinceMs, inMs }) => {
  let now = 5_432;
  const clock: Clock = { now: () => now, wall: () => 0, sleep: () => Promise.resolve() };
  const relist = new Relist(clock, 1_000);
  now += sinceMs;
  expect(relist.inMs()).toBe(inMs);
});
