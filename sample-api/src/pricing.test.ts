import { describe, expect, it } from 'vitest';
import { optionValue, pathsPerMs, spotOf } from './pricing.ts';

describe('optionValue', () => {
  it('is near the closed form for an at-the-money call, spot × volatility × √(1/2π)', () => {
    const closedForm = 100 * (0.25 / Math.sqrt(252)) * Math.sqrt(1 / (2 * Math.PI));
    expect(optionValue(100, 100_000, 7)).toBeCloseTo(closedForm, 1);
  });

  it('follows from its arguments alone', () => {
    const { spot, seed } = spotOf('AAPL');
    expect(optionValue(spot, 1000, seed)).toBe(optionValue(spot, 1000, seed));
    expect(spotOf('MSFT')).not.toEqual({ spot, seed });
  });

  it('costs nothing without paths', () => {
    expect(optionValue(100, 0, 1)).toBe(0);
  });
});

describe('pathsPerMs', () => {
  it('is the speed of the least disturbed round', () => {
    // A chunk of 1,000 paths costs 0.25 ms, but for a while each costs four times that.
    let now = 0;
    let looks = 0;
    const cpuMs = (): number => {
      looks += 1;
      now += looks < 19 ? 1 : 0.25;
      return now;
    };
    expect(pathsPerMs(cpuMs)).toBe(4000);
  });

  it('measures this machine', () => {
    expect(pathsPerMs()).toBeGreaterThan(100);
  });
});
