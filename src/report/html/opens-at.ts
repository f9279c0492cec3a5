import type { Findings } from '../../analysis/index.ts';

/** What comes before takes at least this share of the run, or it stays: a short start is no waste of room. */
const leastShare = 0.15;
/** So much of what follows is shown before it, that its beginning may be seen. */
const leadShare = 0.04;

/**
 * Where the charts begin at first, ms since the run's origin: shortly before traffic or whatever is marked before it, where a
 * cluster took long to start and nothing is to be seen until then; else 0. The whole run stays one click away.
 */
export function opensAtMs({ trafficStartMs, seconds, marks }: Findings, durationMs: number): number {
  const begin = trafficStartMs ?? seconds[0]?.t;
  if (begin === undefined) return 0;
  const first = Math.min(begin, ...marks.filter(({ kind }) => kind !== 'node').map(({ t }) => t));
  const from = first - (durationMs - first) * leadShare;
  return from < durationMs * leastShare ? 0 : from;
}
