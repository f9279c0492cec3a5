import { bandsPerDoubling, type SecondPoint } from '../../analysis/index.ts';
import { duration } from './format.ts';

/** How many requests fell into each band of response time, over spans of the run. */
export interface Heat {
  /** Width of a span, s. */
  binS: number;
  /** Starts of the spans, ms since the run's origin. */
  t: number[];
  /** Lower bounds of the bands in ms, rising, and the upper bound of the last. */
  boundsMs: number[];
  /** Requests by band, then by span. */
  counts: number[][];
}

/** The run's latency over time in at most `most` spans; no bands where nothing was answered. */
export function heatOf(seconds: readonly SecondPoint[], most: number): Heat {
  const sorted = [...seconds].sort((a, b) => a.t - b.t);
  const [first, last] = [sorted[0], sorted.at(-1)];
  const occupied = sorted.map(({ latencyBands }) => latencyBands).filter(({ counts }) => counts.length > 0);
  if (first === undefined || last === undefined || occupied.length === 0) {
    return { binS: 1, t: [], boundsMs: [], counts: [] };
  }
  const span = Math.round((last.t - first.t) / 1000) + 1;
  const binS = Math.ceil(span / most);
  const bins = Math.ceil(span / binS);
  const lowest = occupied.reduce((least, { lowest }) => Math.min(least, lowest), Infinity);
  const highest = occupied.reduce(
    (most, { lowest, counts }) => Math.max(most, lowest + counts.length - 1),
    0,
  );
  const counts = Array.from({ length: highest - lowest + 1 }, () => Array.from({ length: bins }, () => 0));
  for (const { t, latencyBands } of sorted) {
    const bin = Math.floor(Math.round((t - first.t) / 1000) / binS);
    for (const [index, count] of latencyBands.counts.entries()) {
      const row = counts[latencyBands.lowest + index - lowest];
      if (row !== undefined) row[bin] = (row[bin] ?? 0) + count;
    }
  }
  return {
    binS,
    t: Array.from({ length: bins }, (_, bin) => first.t + bin * binS * 1000),
    boundsMs: Array.from({ length: highest - lowest + 2 }, (_, band) => boundMs(lowest + band)),
    counts,
  };
}

/** `2.05–2.43 ms`. */
export function bandName(fromMs: number, toMs: number): string {
  return `${duration(fromMs)} – ${duration(toMs)}`;
}

function boundMs(band: number): number {
  return Number((2 ** (band / bandsPerDoubling) / 1000).toPrecision(4));
}
