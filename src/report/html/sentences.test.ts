import { describe, expect, test } from 'vitest';
import { failuresInWords, shortageMs } from './sentences.ts';

test('failures are said largest first, and only those that happened', () => {
  expect(failuresInWords({ ok: 5, reset: 2, timeout: 30, refused: 0 })).toBe('30 timed out and 2 reset');
  expect(failuresInWords({})).toBe('');
});

describe('time with fewer pods in rotation than desired', () => {
  test('runs from change to change, to the end of the run', () => {
    const points = [
      { t: 0, desired: 2, ready: 0, inRotation: 0 },
      { t: 1000, desired: 2, ready: 2, inRotation: 2 },
      { t: 5000, desired: 4, ready: 2, inRotation: 2 },
      { t: 7500, desired: 4, ready: 4, inRotation: 4 },
      { t: 9000, desired: 4, ready: 3, inRotation: 3 },
    ];
    expect(shortageMs(points, 10_000)).toBe(2500 + 1000);
  });

  test('is none where no pod ever was in rotation', () => {
    expect(shortageMs([{ t: 0, desired: 2, ready: 0, inRotation: 0 }], 9000)).toBe(0);
  });
});
