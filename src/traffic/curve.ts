/**
 * How an arrival rate runs over time, with the maths a pacer needs. Times are milliseconds from the curve's start,
 * rates arrivals per second, and arrivals are counted as real numbers: whole requests are the schedule's business.
 */
export interface RateCurve {
  /** Arrivals per second at that instant. */
  rateAt(ms: number): number;
  /** Arrivals from the start until `ms`: the integral of the rate. Never falls. */
  arrivalsBy(ms: number): number;
  /** The first instant by which that many have arrived; the curve's end when there are never so many. */
  timeOf(arrivals: number): number;
}

/** A stretch in which the rate runs straight from one value to another. */
export interface Segment {
  startMs: number;
  endMs: number;
  fromRate: number;
  toRate: number;
}

/** A rate no request can be scheduled by (negative, not a number, infinite) counts as 0. */
export function usableRate(rate: number): number {
  return Number.isFinite(rate) && rate > 0 ? rate : 0;
}

/** The curve made of `segments`, which follow each other without a gap from 0 on. */
export function piecewiseLinear(segments: readonly Segment[]): RateCurve {
  const pieces = segments
    // Shorter than a nanosecond: no arrival in it, and slopes that overflow.
    .filter(({ startMs, endMs }) => endMs - startMs > 1e-6)
    .map((segment) => ({
      ...segment,
      fromRate: usableRate(segment.fromRate),
      toRate: usableRate(segment.toRate),
    }));
  const before = [0];
  for (const piece of pieces) before.push((before.at(-1) ?? 0) + arrivalsWithin(piece, piece.endMs));
  const endMs = pieces.at(-1)?.endMs ?? 0;

  return {
    rateAt(ms) {
      const piece = pieces[lastWhere(pieces.length, (i) => (pieces[i]?.startMs ?? 0) <= ms)];
      if (piece === undefined) return 0;
      const share = Math.min(1, Math.max(0, (ms - piece.startMs) / (piece.endMs - piece.startMs)));
      return piece.fromRate + (piece.toRate - piece.fromRate) * share;
    },
    arrivalsBy(ms) {
      const index = lastWhere(pieces.length, (i) => (pieces[i]?.startMs ?? 0) <= ms);
      const piece = pieces[index];
      if (piece === undefined || ms <= 0) return 0;
      return (before[index] ?? 0) + arrivalsWithin(piece, Math.min(ms, piece.endMs));
    },
    timeOf(arrivals) {
      if (arrivals <= 0) return 0;
      const index = lastWhere(pieces.length, (i) => (before[i] ?? 0) < arrivals);
      const piece = pieces[index];
      if (piece === undefined || arrivals > (before.at(-1) ?? 0)) return endMs;
      return timeWithin(piece, arrivals - (before[index] ?? 0));
    },
  };
}

/** The curve of arrivals that are known one by one: each at its instant (ms from the start, rising), until `endMs`. */
export function recordedArrivals(atMs: readonly number[], endMs: number): RateCurve {
  const usable = atMs.filter((ms) => ms >= 0 && ms < endMs).toSorted((a, b) => a - b);
  const countBefore = (ms: number): number =>
    usable.length === 0 || ms <= (usable[0] ?? 0)
      ? 0
      : lastWhere(usable.length, (i) => (usable[i] ?? 0) < ms) + 1;
  return {
    // Over the second around the instant: what comes one by one has no rate of its own.
    rateAt: (ms) => countBefore(ms + 500) - countBefore(ms - 500),
    arrivalsBy: (ms) => countBefore(ms),
    timeOf: (arrivals) => (arrivals <= 0 ? 0 : (usable[Math.ceil(arrivals) - 1] ?? endMs)),
  };
}

/** Arrivals ÷ s × ms ÷ 1000 = arrivals: r₀·t + ½·slope·t², t in ms from the segment's start. */
function arrivalsWithin({ startMs, endMs, fromRate, toRate }: Segment, ms: number): number {
  const t = ms - startMs;
  const slope = (toRate - fromRate) / (endMs - startMs);
  return (fromRate * t + (slope * t * t) / 2) / 1000;
}

/**
 * The positive root of ½·slope·t² + r₀·t − n = 0 in the form 2n ÷ (r₀ + √(r₀² + 2·slope·n)), which loses no digits
 * when the slope is near 0 and holds for a ramp that starts at rate 0.
 */
function timeWithin({ startMs, endMs, fromRate, toRate }: Segment, arrivals: number): number {
  const n = arrivals * 1000;
  const slope = (toRate - fromRate) / (endMs - startMs);
  const divisor = fromRate + Math.sqrt(Math.max(0, fromRate * fromRate + 2 * slope * n));
  return divisor > 0 ? Math.min(endMs, startMs + (2 * n) / divisor) : endMs;
}

/** The last index below `length` for which `holds`, given that it holds up to some index and not after; 0 if never. */
export function lastWhere(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
