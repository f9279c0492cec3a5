import { piecewiseLinear, recordedArrivals, usableRate, type RateCurve, type Segment } from './curve.ts';
import { sineCurve } from './sine.ts';
import type { RateShape } from './plan.ts';

/** The curve of a shape over a phase that lasts `durationMs`. Values no rate can have count as 0; it never throws. */
export function curveOf(shape: RateShape, durationMs: number): RateCurve {
  switch (shape.kind) {
    case 'constant':
      return piecewiseLinear([{ startMs: 0, endMs: durationMs, fromRate: shape.rate, toRate: shape.rate }]);
    case 'ramp':
      return piecewiseLinear([{ startMs: 0, endMs: durationMs, fromRate: shape.from, toRate: shape.to }]);
    case 'step':
      return piecewiseLinear(stairs(shape, durationMs));
    case 'spike':
      return piecewiseLinear(between(spikePoints(shape), durationMs));
    case 'sine':
      return sineCurve(shape, durationMs);
    case 'replay':
      return piecewiseLinear(between(shape.points, durationMs));
    case 'arrivals':
      return recordedArrivals(shape.atMs, durationMs);
    case 'users':
      // Their requests follow from answers and are on no schedule.
      return piecewiseLinear([{ startMs: 0, endMs: durationMs, fromRate: 0, toRate: 0 }]);
  }
}

/** A shape in a few words, for plans and charts: `ramp 200 → 2000/s`. */
export function describeShape(shape: RateShape): string {
  switch (shape.kind) {
    case 'constant':
      return `constant ${shape.rate}/s`;
    case 'ramp':
      return `ramp ${shape.from} → ${shape.to}/s`;
    case 'step':
      return `${shape.steps} steps ${shape.from} → ${shape.to}/s`;
    case 'spike':
      return `${shape.base}/s, spike to ${shape.peak}/s at ${shape.atMs / 1000} s for ${shape.widthMs / 1000} s`;
    case 'sine':
      return `sine ${shape.mean} ± ${shape.amplitude}/s every ${shape.periodMs / 1000} s`;
    case 'replay':
      return `replay of ${shape.points.length} points`;
    case 'arrivals':
      return `replay of ${shape.atMs.length} logged arrivals`;
    case 'users':
      return `${shape.users} ${shape.users === 1 ? 'user' : 'users'}`;
  }
}

interface Point {
  atMs: number;
  rate: number;
}

function stairs(
  { from, to, steps }: { from: number; to: number; steps: number },
  durationMs: number,
): Segment[] {
  const count = Number.isFinite(steps) ? Math.max(1, Math.floor(steps)) : 1;
  return Array.from({ length: count }, (_, i) => {
    const rate = count === 1 ? from : from + ((to - from) * i) / (count - 1);
    return {
      startMs: (durationMs * i) / count,
      endMs: (durationMs * (i + 1)) / count,
      fromRate: rate,
      toRate: rate,
    };
  });
}

function spikePoints({
  base,
  peak,
  atMs,
  widthMs,
}: {
  base: number;
  peak: number;
  atMs: number;
  widthMs: number;
}): Point[] {
  const half = Math.max(0, widthMs) / 2;
  return [
    { atMs: atMs - half, rate: base },
    { atMs, rate: peak },
    { atMs: atMs + half, rate: base },
  ];
}

/** Straight lines through the points, held level before the first and after the last, cut to [0, durationMs]. */
function between(points: readonly Point[], durationMs: number): Segment[] {
  const sorted = points
    .filter(({ atMs }) => Number.isFinite(atMs))
    .map(({ atMs, rate }) => ({ atMs, rate: usableRate(rate) }))
    .sort((a, b) => a.atMs - b.atMs);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return [];
  const whole = [
    { ...first, atMs: Math.min(0, first.atMs) },
    ...sorted,
    { ...last, atMs: Math.max(durationMs, last.atMs) },
  ];
  return whole.slice(1).flatMap((to, i) => {
    const from = whole[i] ?? to;
    const startMs = Math.max(0, from.atMs);
    const endMs = Math.min(durationMs, to.atMs);
    if (endMs <= startMs) return [];
    const rateAt = (ms: number): number =>
      from.rate + ((to.rate - from.rate) * (ms - from.atMs)) / (to.atMs - from.atMs);
    return [{ startMs, endMs, fromRate: rateAt(startMs), toRate: rateAt(endMs) }];
  });
}
