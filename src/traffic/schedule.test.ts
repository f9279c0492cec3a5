import fc from '../../test/support/properties.ts';
import { describe, expect, test } from 'vitest';
import { offeredPerSecond, phaseStarts, scheduleOf, totalDurationMs } from './schedule.ts';
import type { Phase } from './plan.ts';

const constant = (rate: number, durationMs: number): Phase => ({
  name: 'phase',
  durationMs,
  rate: { kind: 'constant', rate },
});
const rate = fc.double({ min: 0, max: 3000, noNaN: true });
const phases = fc.array(
  fc.record({
    name: fc.constant('phase'),
    durationMs: fc.integer({ min: 0, max: 8000 }),
    rate: fc.oneof(
      fc.record({ kind: fc.constant('constant' as const), rate }),
      fc.record({ kind: fc.constant('ramp' as const), from: rate, to: rate }),
      fc.record({
        kind: fc.constant('sine' as const),
        mean: rate,
        amplitude: rate,
        periodMs: fc.integer({ min: 300, max: 9000 }),
      }),
    ),
  }),
  { maxLength: 4 },
);

describe('the schedule of a plan', () => {
  test('puts each arrival into the middle of its share of the load', () => {
    const schedule = scheduleOf({ phases: [constant(200, 1000)] });
    [2.5, 7.5, 12.5].forEach((ms, index) => expect(schedule.dueMs(index)).toBeCloseTo(ms, 6));
    expect(schedule.dueMs(199)).toBeCloseTo(997.5, 6);
  });

  test('sends nothing at once where a ramp starts at 0', () => {
    const schedule = scheduleOf({
      phases: [{ name: 'r', durationMs: 1000, rate: { kind: 'ramp', from: 0, to: 100 } }],
    });
    expect(schedule.total).toBe(50);
    expect(schedule.dueMs(0)).toBeCloseTo(100, 6);
    expect(schedule.rateAt(0)).toBe(0);
  });

  test('leaves a phase of rate 0 empty and goes on after it', () => {
    const schedule = scheduleOf({ phases: [constant(10, 1000), constant(0, 2000), constant(10, 1000)] });
    expect(schedule.total).toBe(20);
    expect(schedule.dueMs(9)).toBeCloseTo(950, 6);
    expect(schedule.dueMs(10)).toBeCloseTo(3050, 6);
    expect(schedule.rateAt(1500)).toBe(0);
  });

  test('has phases that start where the one before ends', () => {
    const plan = { phases: [constant(1, 1500), constant(1, 0), constant(1, 250)] };
    expect(phaseStarts(plan)).toEqual([0, 1500, 1500]);
    expect(totalDurationMs(plan)).toBe(1750);
  });

  test('counts whole arrivals per second, the last second cut short', () => {
    expect(offeredPerSecond({ phases: [constant(100, 2500)] })).toEqual([100, 100, 50]);
    expect(offeredPerSecond({ phases: [constant(0.4, 5000)] })).toEqual([0, 1, 0, 1, 0]);
    expect(offeredPerSecond({ phases: [] })).toEqual([]);
    expect(offeredPerSecond({ phases: [constant(5, Number.NaN)] })).toEqual([]);
  });

  test('offers in its seconds exactly what it sends in all', () => {
    fc.assert(
      fc.property(phases, (phases) => {
        const schedule = scheduleOf({ phases });
        const offered = offeredPerSecond({ phases });
        expect(offered.reduce((sum, n) => sum + n, 0)).toBe(schedule.total);
        expect(offered.every((n) => Number.isInteger(n) && n >= 0)).toBe(true);
      }),
    );
  });

  test('has arrivals in order, each within the second that counts it', () => {
    fc.assert(
      fc.property(phases, (phases) => {
        const schedule = scheduleOf({ phases });
        let index = 0;
        let before = 0;
        offeredPerSecond({ phases }).forEach((count, second) => {
          for (let i = 0; i < count; i++, index++) {
            const due = schedule.dueMs(index);
            if (due < before - 1e-6)
              throw new Error(`arrival ${index} at ${due} ms comes before ${before} ms`);
            if (due < second * 1000 - 1e-3 || due > (second + 1) * 1000 + 1e-3) {
              throw new Error(`arrival ${index} at ${due} ms is not in second ${second}`);
            }
            before = due;
          }
        });
        expect(index).toBe(schedule.total);
      }),
      { numRuns: 50 },
    );
  });
});
