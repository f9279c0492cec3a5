import fc from '../../test/support/properties.ts';
import { describe, expect, test } from 'vitest';
import { curveOf, describeShape } from './shapes.ts';
import type { RateShape } from './plan.ts';

const rate = fc.double({ min: 0, max: 20_000, noNaN: true });
const ms = fc.double({ min: 0, max: 60_000, noNaN: true });
const shape: fc.Arbitrary<RateShape> = fc.oneof(
  fc.record({ kind: fc.constant('constant' as const), rate }),
  fc.record({ kind: fc.constant('ramp' as const), from: rate, to: rate }),
  fc.record({
    kind: fc.constant('step' as const),
    from: rate,
    to: rate,
    steps: fc.integer({ min: 1, max: 20 }),
  }),
  fc.record({ kind: fc.constant('spike' as const), base: rate, peak: rate, atMs: ms, widthMs: ms }),
  fc.record({
    kind: fc.constant('sine' as const),
    mean: fc.double({ min: -1000, max: 10_000, noNaN: true }),
    amplitude: fc.double({ min: -10_000, max: 10_000, noNaN: true }),
    periodMs: fc.double({ min: 500, max: 60_000, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('replay' as const),
    points: fc.array(fc.record({ atMs: ms, rate }), { maxLength: 12 }),
  }),
);
const durationMs = fc.integer({ min: 1, max: 60_000 });

describe('a rate shape, in figures', () => {
  test.each<[string, RateShape, number, [number, number, number][]]>([
    [
      'constant',
      { kind: 'constant', rate: 200 },
      2000,
      [
        [0, 200, 0],
        [500, 200, 100],
        [2000, 200, 400],
      ],
    ],
    [
      'ramp up',
      { kind: 'ramp', from: 100, to: 300 },
      2000,
      [
        [0, 100, 0],
        [1000, 200, 150],
        [2000, 300, 400],
      ],
    ],
    [
      'ramp from 0',
      { kind: 'ramp', from: 0, to: 100 },
      1000,
      [
        [0, 0, 0],
        [500, 50, 12.5],
        [1000, 100, 50],
      ],
    ],
    [
      'ramp to 0',
      { kind: 'ramp', from: 100, to: 0 },
      1000,
      [
        [500, 50, 37.5],
        [1000, 0, 50],
      ],
    ],
    [
      'steps',
      { kind: 'step', from: 10, to: 30, steps: 3 },
      3000,
      [
        [500, 10, 5],
        [1500, 20, 20],
        [2500, 30, 45],
        [3000, 30, 60],
      ],
    ],
    ['one step', { kind: 'step', from: 10, to: 30, steps: 1 }, 1000, [[500, 10, 5]]],
    [
      'spike',
      { kind: 'spike', base: 100, peak: 500, atMs: 1000, widthMs: 1000 },
      2000,
      [
        [400, 100, 40],
        [750, 300, 100],
        [1000, 500, 200],
        [2000, 100, 400],
      ],
    ],
    [
      'spike cut by the start',
      { kind: 'spike', base: 0, peak: 100, atMs: 0, widthMs: 1000 },
      2000,
      [
        [0, 100, 0],
        [500, 0, 25],
        [2000, 0, 25],
      ],
    ],
    [
      'spike without width',
      { kind: 'spike', base: 10, peak: 100, atMs: 500, widthMs: 0 },
      1000,
      [[1000, 10, 10]],
    ],
    [
      'sine over a turn',
      { kind: 'sine', mean: 100, amplitude: 50, periodMs: 1000 },
      1000,
      [
        [0, 100, 0],
        [250, 150, 25 + 50 / (2 * Math.PI)],
        [1000, 100, 100],
      ],
    ],
    [
      'sine that touches 0',
      { kind: 'sine', mean: 50, amplitude: 50, periodMs: 1000 },
      2000,
      [
        [750, 0, 37.5 + 50 / (2 * Math.PI)],
        [2000, 50, 100],
      ],
    ],
    [
      'sine cut at 0',
      { kind: 'sine', mean: 0, amplitude: Math.PI, periodMs: 1000 },
      2000,
      [
        [250, Math.PI, 0.5],
        [500, 0, 1],
        [1000, 0, 1],
        [2000, 0, 2],
      ],
    ],
    [
      'sine never above 0',
      { kind: 'sine', mean: -10, amplitude: 5, periodMs: 1000 },
      1000,
      [
        [250, 0, 0],
        [1000, 0, 0],
      ],
    ],
    [
      'replay',
      {
        kind: 'replay',
        points: [
          { atMs: 500, rate: 100 },
          { atMs: 1500, rate: 200 },
        ],
      },
      2000,
      [
        [0, 100, 0],
        [1000, 150, 112.5],
        [1500, 200, 200],
        [2000, 200, 300],
      ],
    ],
    [
      'replay without points',
      { kind: 'replay', points: [] },
      1000,
      [
        [500, 0, 0],
        [1000, 0, 0],
      ],
    ],
    [
      'a rate that is none',
      { kind: 'ramp', from: Number.NaN, to: -5 },
      1000,
      [
        [500, 0, 0],
        [1000, 0, 0],
      ],
    ],
  ])('%s', (_name, shape, duration, expected) => {
    const curve = curveOf(shape, duration);
    for (const [atMs, rate, arrivals] of expected) {
      expect(curve.rateAt(atMs), `rate at ${atMs} ms`).toBeCloseTo(rate, 6);
      expect(curve.arrivalsBy(atMs), `arrivals by ${atMs} ms`).toBeCloseTo(arrivals, 6);
    }
  });
});

describe('every rate shape', () => {
  test('counts arrivals that never fall and that are the integral of its rate', () => {
    fc.assert(
      fc.property(shape, durationMs, fc.double({ min: 0, max: 1, noNaN: true }), (shape, duration, share) => {
        const curve = curveOf(shape, duration);
        const from = share * duration;
        const to = Math.min(duration, from + duration / 1e5);
        const arrivals = curve.arrivalsBy(to) - curve.arrivalsBy(from);
        expect(arrivals).toBeGreaterThanOrEqual(-1e-6);
        // Over a short stretch the arrivals are those of its rates, except where a stair lies inside.
        const rates = [from, (from + to) / 2, to].map((ms) => curve.rateAt(ms));
        const steepest = Math.max(...rates.map(Math.abs)) + 20_000;
        expect(arrivals).toBeLessThanOrEqual((steepest * (to - from)) / 1000 + 1e-6);
      }),
    );
  });

  test('finds the instant of every arrival again', () => {
    fc.assert(
      fc.property(shape, durationMs, fc.double({ min: 0, max: 1, noNaN: true }), (shape, duration, share) => {
        const curve = curveOf(shape, duration);
        const arrivals = curve.arrivalsBy(duration) * share;
        const at = curve.timeOf(arrivals);
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThanOrEqual(duration);
        expect(Math.abs(curve.arrivalsBy(at) - arrivals)).toBeLessThan(1e-4);
      }),
      { numRuns: 300 },
    );
  });

  test('never has a rate below 0', () => {
    fc.assert(
      fc.property(shape, durationMs, fc.double({ min: 0, max: 1, noNaN: true }), (shape, duration, share) => {
        expect(curveOf(shape, duration).rateAt(share * duration)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

test('a shape says what it is in a few words', () => {
  expect(describeShape({ kind: 'ramp', from: 200, to: 2000 })).toBe('ramp 200 → 2000/s');
  expect(describeShape({ kind: 'spike', base: 50, peak: 900, atMs: 3000, widthMs: 500 })).toBe(
    '50/s, spike to 900/s at 3 s for 0.5 s',
  );
});
