import { expect, test } from 'vitest';
import { seededRandom } from './random.ts';

test('the same seed draws the same numbers', () => {
  const [a, b] = [seededRandom(7), seededRandom(7)];
  expect(Array.from({ length: 100 }, a)).toEqual(Array.from({ length: 100 }, b));
});

test('numbers lie in [0, 1) and spread evenly', () => {
  const random = seededRandom(1);
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let draw = 0; draw < 10_000; draw += 1) {
    const number = random();
    expect(number).toBeGreaterThanOrEqual(0);
    expect(number).toBeLessThan(1);
    tenths[Math.floor(number * 10)]! += 1;
  }
  for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
