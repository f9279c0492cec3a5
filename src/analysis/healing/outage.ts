import { goodWindowMs, type BadRequest, type Blame } from './losses.ts';
import type { Second } from '../record.ts';

/** How long the client did without good service because of a fault. */
export interface Outage {
  /** From the fault until the service was good again, ms; 0 when it never was anything else; null when unknown. */
  outageMs: number | null;
  /** Why it is unknown. */
  problem: string | null;
}

/** Without traffic at the fault nobody can say how the service was. */
const noTraffic: Outage = {
  outageMs: null,
  problem: 'No traffic ran when the fault struck, so its effect on the service is unknown.',
};

/**
 * From the fault to the last bad request before the service was good for a full window. A request counts at the instant it was
 * due, one that was under way at the fault when it ended. Trouble that starts while lost pods are still in rotation, or
 * that meets one of them, belongs to the outage even after a window without: then the window was luck.
 */
export function outageOf(
  { episode, lostUntil }: Blame,
  bad: readonly BadRequest[],
  { seconds, outOfRotationMs }: { seconds: readonly Second[]; outOfRotationMs: number | null },
): Outage {
  const faultMs = episode.struckMs;
  const traffic = seconds.filter(({ scheduled }) => scheduled > 0);
  const trafficEndMs = (traffic.at(-1)?.startT ?? -Infinity) + 1000;
  if ((traffic[0]?.startT ?? Infinity) > faultMs || trafficEndMs < faultMs) return noTraffic;

  const instants = bad
    .map((request) => ({
      atMs: request.scheduledMs >= faultMs ? request.scheduledMs : request.endedMs,
      meetsLostPod: request.pod !== null && lostUntil.has(request.pod),
    }))
    .sort((a, b) => a.atMs - b.atMs);
  const inRotationUntilMs = outOfRotationMs ?? faultMs;
  let lastBadMs: number | null = null;
  let open = true;
  for (const { atMs, meetsLostPod } of instants) {
    if (lastBadMs !== null && atMs - lastBadMs > goodWindowMs) open = false;
    if (open || meetsLostPod || atMs <= inRotationUntilMs + goodWindowMs) {
      lastBadMs = atMs;
      open = true;
    }
  }
  if (lastBadMs === null) return { outageMs: 0, problem: null };
  if (!arrivalsWithin(traffic, lastBadMs) || lastBadMs + goodWindowMs > trafficEndMs) {
    return {
      outageMs: null,
      problem: 'Traffic ended before the service was seen good for a full second again.',
    };
  }
  // What failed between the call and the first end was no outage before the fault.
  return { outageMs: Math.max(0, lastBadMs - faultMs), problem: null };
}

/** Somebody asked after the last bad request, so that the silence since then means good service. */
function arrivalsWithin(traffic: readonly Second[], lastBadMs: number): boolean {
  return traffic.some(({ startT }) => startT + 1000 >= lastBadMs + goodWindowMs);
}
