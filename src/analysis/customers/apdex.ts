import type { Apdex } from '../findings.ts';
import { countUpTo } from '../histogram.ts';
import type { Traffic } from '../traffic.ts';

/** The threshold where the scenario puts no limit on response times, ms: Apdex's own convention is to choose one. */
const assumedMs = 500;

/** Apdex of the run (Apdex Technical Specification 1.1): satisfied up to T, tolerating up to 4 T, everything else frustrated. */
export function apdexOf({ requests, okResponse }: Traffic, goodResponseMs: number | null): Apdex | null {
  if (requests.scheduled === 0) return null;
  const thresholdMs = goodResponseMs ?? assumedMs;
  const satisfied = countUpTo(okResponse, thresholdMs * 1000);
  const tolerating = countUpTo(okResponse, 4 * thresholdMs * 1000) - satisfied;
  return {
    thresholdMs,
    assumed: goodResponseMs === null,
    satisfied,
    tolerating,
    frustrated: requests.scheduled - satisfied - tolerating,
    score: (satisfied + tolerating / 2) / requests.scheduled,
  };
}
