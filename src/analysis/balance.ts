import { formatCount } from '../support/index.ts';
import type { Findings, PodBalance, PodLife } from './findings.ts';
import type { RunRecord, Second } from './record.ts';

/** A pod's share is judged over at least so many seconds and expected requests; less is chance. */
const leastSeconds = 5;
const leastFair = 50;

/** Off the fair share by so much is an imbalance, if it is also this many standard deviations of chance. */
const notable = 0.25;
const deviations = 4;

/**
 * How evenly the pods in rotation were asked, and whether connections explain it: a Service picks a pod for each new
 * connection, and every request on it goes there. Null where no second had two pods in rotation all through.
 */
export function balanceOf(
  record: RunRecord,
  pods: readonly PodLife[],
  seconds: readonly Second[],
): Findings['balance'] {
  const tallies = new Map<string, Tally>();
  for (const second of seconds) {
    const sharing = pods.filter((pod) => inRotationThrough(pod, second.startT));
    if (sharing.length < 2) continue;
    const all = { served: 0, held: 0 };
    const shared = sharing.map(({ name }) => {
      const tally = tallies.get(name) ?? { seconds: 0, served: 0, fair: 0, held: 0, fairHeld: 0 };
      tallies.set(name, tally);
      const { ok = 0, httpError = 0, connections = 0 } = second.pods.get(name) ?? {};
      tally.seconds++;
      tally.served += ok + httpError;
      tally.held += connections;
      all.served += ok + httpError;
      all.held += connections;
      return tally;
    });
    for (const tally of shared) {
      tally.fair += all.served / sharing.length;
      tally.fairHeld += all.held / sharing.length;
    }
  }
  const shares = [...tallies].flatMap(([pod, tally]) => shareOf(pod, tally));
  if (shares.length < 2) return null;
  const policy = record.of('traffic.start')[0]?.connectionPolicy ?? null;
  return { pods: shares, says: sentenceOf(shares, policy) };
}

/** Sums over the seconds in which a pod shared the traffic. */
interface Tally {
  seconds: number;
  served: number;
  fair: number;
  held: number;
  fairHeld: number;
}

function inRotationThrough({ inRotationMs, outOfRotationMs }: PodLife, startT: number): boolean {
  return inRotationMs !== null && inRotationMs <= startT && (outOfRotationMs ?? Infinity) >= startT + 1000;
}

function shareOf(pod: string, { seconds, served, fair, held, fairHeld }: Tally): PodBalance[] {
  if (seconds < leastSeconds || fair < leastFair) return [];
  return [
    {
      pod,
      seconds,
      served,
      fair,
      requests: served / fair,
      connections: fairHeld < 1 ? null : held / fairHeld,
    },
  ];
}

/** Names the pod that is furthest off and what explains it; null where the spread is even or may be chance. */
function sentenceOf(shares: readonly PodBalance[], policy: string | null): string | null {
  const off = ({ requests }: PodBalance): number => Math.abs(requests - 1);
  // Of two that share, one gets as much too little as the other too much: who gets less is the one to look at.
  const worst = shares.reduce((a, b) =>
    off(b) > off(a) || (off(b) === off(a) && b.served < a.served) ? b : a,
  );
  const byChance = deviations / Math.sqrt(worst.fair);
  if (off(worst) < Math.max(notable, byChance)) return null;
  const { pod, served, fair, requests, connections } = worst;
  const fairly = formatCount(Math.round(fair));
  const got =
    served === 0
      ? `${pod} got none of the requests that were its fair share (${fairly})`
      : `${pod} got ${times(requests)} its fair share of the requests (${formatCount(served)} instead of ${fairly})`;
  const held =
    connections === 0 ? 'no connections' : `${times(connections ?? 0)} its share of the connections`;
  const explained = connections !== null && (connections - 1) / (requests - 1) >= 0.5;
  const kept = policy === null ? '' : ` (here: ${policy})`;
  return explained
    ? `${got} because it held ${held}: a Service is a layer-4 balancer, which spreads connections and not requests, and each request follows its connection${kept}. Connections that are made anew more often spread the requests.`
    : `${got}, and its share of the connections does not explain it: look at how fast it answered and when it came into rotation.`;
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 0.1 ? 2 : 1)} times`;
}
