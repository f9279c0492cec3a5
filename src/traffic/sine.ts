import { usableRate, type RateCurve } from './curve.ts';

/** A sine wave around a mean; where it would be negative the rate is 0. */
export interface Sine {
  mean: number;
  amplitude: number;
  periodMs: number;
}

const turn = 2 * Math.PI;

/**
 * The curve mean + amplitude · sin(2π·t ÷ period), cut off below 0, until `endMs`. The integral is in closed form: the
 * wave is positive on one arc of each turn, so the arrivals are those of the whole turns plus a part of one arc. The
 * inverse is found by Newton's method inside a bracket that shrinks with every step.
 */
export function sineCurve({ mean, amplitude, periodMs }: Sine, endMs: number): RateCurve {
  const period = periodMs > 0 && Number.isFinite(periodMs) ? periodMs : endMs;
  const swing = Number.isFinite(amplitude) ? Math.abs(amplitude) : 0;
  const shift = amplitude < 0 ? Math.PI : 0;
  const middle = Number.isFinite(mean) ? mean : 0;
  const angleAt = (ms: number): number => (turn * ms) / period + shift;

  // The arc of a turn on which the rate is above 0.
  const rises = swing > 0 ? Math.asin(Math.max(-1, Math.min(1, -middle / swing))) : 0;
  const arc = middle >= swing ? turn : Math.max(0, Math.PI - 2 * rises);
  // ∫ (mean + swing·sin) from the arc's start over `x` radians.
  const onArc = (x: number): number => middle * x + swing * (Math.cos(rises) - Math.cos(rises + x));
  const perTurn = onArc(arc);
  const primitive = (angle: number): number => {
    const turns = Math.floor((angle - rises) / turn);
    return turns * perTurn + onArc(Math.min(angle - rises - turns * turn, arc));
  };
  const start = primitive(shift);
  const rateAt = (ms: number): number => usableRate(middle + swing * Math.sin(angleAt(ms)));
  const arrivalsBy = (ms: number): number => {
    const within = Math.max(0, Math.min(ms, endMs));
    return Math.max(0, ((primitive(angleAt(within)) - start) * period) / turn / 1000);
  };

  return {
    rateAt,
    arrivalsBy,
    timeOf(arrivals) {
      if (arrivals <= 0) return 0;
      if (arrivals > arrivalsBy(endMs)) return endMs;
      let low = 0;
      let high = endMs;
      let ms = endMs / 2;
      for (let step = 0; step < 100 && high - low > 1e-9; step++) {
        const excess = arrivalsBy(ms) - arrivals;
        if (excess >= 0) high = ms;
        else low = ms;
        const rate = rateAt(ms);
        const newton = rate > 0 ? ms - (excess * 1000) / rate : Number.NaN;
        if (Math.abs(newton - ms) < 1e-9) return Math.max(low, Math.min(high, newton));
        ms = newton > low && newton < high ? newton : (low + high) / 2;
      }
      return high;
    },
  };
}
