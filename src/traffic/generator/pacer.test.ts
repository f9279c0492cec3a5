import { expect, test, vi } from 'vitest';
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
  expect(Math.max(...seen.split('.').map((arrivals) => arrivals.length))).toBeLessThanOrEqual(2);
});

test('between arrivals that are milliseconds apart it wakes up once, in time for the next', () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'setImmediate', 'clearTimeout', 'clearImmediate', 'performance'],
  });
  try {
    const latenessMs: number[] = [];
    let turns = 0;
    const dueMs = (index: number): number => 2.5 + index * 7.3;
    const pacer: Pacer = new Pacer({
      schedule: { durationMs: 1000, total: 100, countBy: () => 100, dueMs, rateAt: () => 0 },
      startMs: 0,
      now: () => performance.now(),
      paced: {
        arrive: (_index, due, nowMs) => void latenessMs.push(nowMs - due),
        nextDueMs: () => Number.POSITIVE_INFINITY,
        turn() {
          turns++;
          return pacer.arrived === 100;
        },
      },
    });
    vi.advanceTimersByTime(1000);
    expect(latenessMs).toHaveLength(100);
    expect(Math.min(...latenessMs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...latenessMs)).toBeLessThanOrEqual(1);
    // One for each arrival, and the first.
    expect(turns).toBe(101);
  } finally {
    vi.useRealTimers();
  }
});
