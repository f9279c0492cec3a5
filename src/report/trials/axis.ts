/** Linear axes for drawings. */
import { formatPrice, type MetricUnit } from '../../analysis/index.ts';
import { decimal, duration, percent } from '../html/format.ts';

/** A range of values laid out over a range of pixels. */
export interface Axis {
  /** Where a value lies, rounded to a tenth of a pixel. */
  at: (value: number) => number;
  /** Round values inside the range. */
  ticks: number[];
}

/** An axis over all of these values with a little room at both ends, and about `wanted` ticks. */
export function axisOver(
  values: readonly number[],
  { from, to, wanted = 4, zero = false }: { from: number; to: number; wanted?: number; zero?: boolean },
): Axis {
  const low = Math.min(...values, ...(zero ? [0] : []));
  const high = Math.max(...values, ...(zero ? [0] : []));
  const range = high - low;
  // Values that are all the same stand in the middle of a range around them.
  const room = range > 0 ? range * 0.06 : Math.max(Math.abs(high) * 0.05, 1e-6);
  const first = zero && low === 0 ? 0 : low - room;
  const last = high + room;
  const scale = (to - from) / (last - first);
  return {
    at: (value) => Math.round((from + (value - first) * scale) * 10) / 10,
    ticks: ticksIn(first, last, wanted),
  };
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function ticksIn(first: number, last: number, wanted: number): number[] {
  const rough = (last - first) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  for (let index = Math.ceil(first / step); index * step <= last + step * 1e-9; index += 1) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

/** A value of a measure with its unit. */
export function valueText(value: number, unit: MetricUnit): string {
  switch (unit) {
    case 'ms':
      return duration(value);
    case 'ratio':
      return percent(value);
    case 'count':
      return decimal(value, 1);
    case 'price':
      return formatPrice(value);
    default:
      return unit satisfies never;
  }
}

/** Labels of an axis' ticks: as values are written, but with all their digits where these would read alike. */
export function tickTexts(ticks: readonly number[], unit: MetricUnit): string[] {
  const texts = ticks.map((tick) => valueText(tick, unit));
  if (new Set(texts).size === texts.length) return texts;
  const inSeconds = unit === 'ms' && Math.max(...ticks) >= 1000;
  const factor = inSeconds ? 0.001 : unit === 'ratio' ? 100 : 1;
  const sign = inSeconds ? '\u00a0s' : unit === 'ms' ? '\u00a0ms' : unit === 'ratio' ? '\u00a0%' : '';
  const scaled = ticks.map((tick) => Number((tick * factor).toPrecision(12)));
  const digits = Math.max(...scaled.map((value) => String(value).split('.')[1]?.length ?? 0));
  return scaled.map((value) => value.toFixed(digits) + sign);
}

/** `[2.6 s, 3.8 s]`. */
export function intervalText({ low, high }: { low: number; high: number }, unit: MetricUnit): string {
  return `[${valueText(low, unit)}, ${valueText(high, unit)}]`;
}
