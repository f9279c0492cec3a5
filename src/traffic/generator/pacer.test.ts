import { expect, test } from 'vitest';
import { Pacer } from './pacer.ts';

/** A pacer of arrivals that are all overdue, on a clock that moves a millisecond with each. */
function overdue(total: number): Promise<string> {
  let nowMs = 0;
  let seen = '';
  return new Promise((resolve) => {
    const pacer: Pacer = new Pacer({
      schedule: {
        durationMs: 0,
        total,
        countBy: () => total,
        dueMs: (index) => index / 1000,
        rateAt: () => 0,
      },
      startMs: 0,
      now: () => nowMs,
      paced: {
        arrive() {
          seen += 'a';
          nowMs++;
        },
        nextDueMs: () => Number.POSITIVE_INFINITY,
        turn() {
          seen += '.';
          nowMs++;
          if (pacer.arrived < total) return false;
          resolve(seen);
          return true;
        },
      },
    });
  });
}

test('a long backlog is worked off in turns, so that answers are read in between', async () => {
  const seen = await overdue(40);
  expect(seen.replaceAll('.', '')).toHaveLength(40);
  expect(Math.max(...seen.split('.').map((arrivals) => arrivals.length))).toBeLessThanOrEqual(6);
});
