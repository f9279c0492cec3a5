import { formatCount, formatDuration, formatPlural } from '../../support/index.ts';
import type { FaultFinding, Statement } from '../findings.ts';
import type { BadRequest, Blame } from './losses.ts';

/** What became of the client's connections to the pods that a fault took; null where it took none. */
export function misroutedOf(
  { episode, lostUntil }: Blame,
  bad: readonly BadRequest[],
  leftRotationMs: number | null,
): FaultFinding['misrouted'] {
  if (episode.lost.length === 0) return null;
  // Pods that were not listed when the fault struck had left before.
  const wereListed = episode.lost.some(({ rotations }) =>
    rotations.some(({ fromMs, toMs }) => fromMs <= episode.atMs && (toMs === null || toMs >= episode.atMs)),
  );
  const outOfRotationMs = wereListed ? leftRotationMs : episode.struckMs;
  const counts = { underWay: 0, keptConnections: 0, whileListed: 0, afterwards: 0, livingPods: 0 };
  let lastMs: number | null = null;
  for (const request of bad) {
    if (request.outcome === 'ok' || request.outcome === 'dropped') continue;
    const kind = kindOf(request);
    counts[kind] += request.weight;
    if (kind === 'keptConnections' || kind === 'whileListed')
      lastMs = Math.max(lastMs ?? request.scheduledMs, request.scheduledMs);
  }
  const rounded = Object.fromEntries(
    Object.entries(counts).map(([kind, weight]) => [kind, Math.round(weight)]),
  ) as typeof counts;
  return { ...rounded, lastMs, outOfRotationMs, says: inWords(rounded) };

  function kindOf({ pod, reused, scheduledMs }: BadRequest): keyof typeof counts {
    if (scheduledMs < episode.struckMs) return 'underWay';
    if (pod !== null && !lostUntil.has(pod)) return 'livingPods';
    if (reused === true || (reused === undefined && pod !== null)) return 'keptConnections';
    return outOfRotationMs === null || scheduledMs <= outOfRotationMs ? 'whileListed' : 'afterwards';
  }

  function inWords(of: typeof counts): Statement[] {
    const sent = of.keptConnections + of.whileListed + of.afterwards;
    if (sent + of.underWay === 0) return [];
    const about = {
      definition: 'rerouting',
      fromMs: episode.struckMs,
      toMs: lastMs ?? outOfRotationMs ?? episode.struckMs,
    };
    const pods = episode.lost.length === 1 ? 'the lost pod' : `the ${episode.lost.length} lost pods`;
    const share = (part: number): string => (part === sent ? 'all' : formatCount(part));
    const parts = [
      of.keptConnections > 0 &&
        `${share(of.keptConnections)} over connections that clients had kept to ${pods} (keep-alive's share)`,
      of.whileListed > 0 &&
        `${share(of.whileListed)} over new connections, because the Service's proxy still chose ${pods}${listedInWords()} (the proxy's share)`,
      of.afterwards > 0 &&
        `${share(of.afterwards)} over new connections after ${pods} had left the EndpointSlices`,
    ].filter((part) => part !== false);
    const were = of.underWay === 1 ? 'was' : 'were';
    const underWay = `${formatPlural(of.underWay, 'request')} that ${were} under way when the fault struck failed`;
    const last =
      lastMs === null
        ? ''
        : `; the last was due ${formatDuration(lastMs - episode.struckMs)} after the fault`;
    const text =
      sent === 0
        ? `${underWay}; none went to ${pods} afterwards.`
        : `After the fault ${formatPlural(sent, 'request')} went astray and failed: ${parts.join('; ')}${last}.${of.underWay > 0 ? ` Besides, ${underWay}.` : ''}`;
    return [{ text, ...about }];
  }

  function listedInWords(): string {
    return outOfRotationMs === null
      ? ', which never left the EndpointSlices'
      : `, listed in the EndpointSlices until ${formatDuration(outOfRotationMs - episode.struckMs)} after the fault`;
  }
}
