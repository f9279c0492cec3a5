import type { RunCost } from '../findings.ts';
import type { PodTrack, Pods } from '../pods.ts';
import type { RunRecord } from '../record.ts';
import type { Traffic } from '../traffic.ts';

/** What the pods cost against what lost requests cost, at the scenario's prices; null prices give null costs. */
export function costOf(record: RunRecord, pods: Pods, { startMs, endMs, requests }: Traffic): RunCost {
  const {
    podHourPrice = null,
    lostRequestPrice = null,
    currency = '',
  } = record.of('run.plan')[0]?.economy ?? {};
  const fromMs = startMs ?? 0;
  const toMs = endMs ?? fromMs;
  const podSeconds = pods.all.reduce((sum, pod) => sum + placedMs(pod, fromMs, toMs), 0) / 1000;
  const lostRequests = requests.scheduled - requests.ok;
  return {
    fromMs,
    toMs,
    podSeconds,
    lostRequests,
    podHourPrice,
    lostRequestPrice,
    currency,
    pods: podHourPrice === null ? null : (podSeconds / 3600) * podHourPrice,
    lost: lostRequestPrice === null ? null : lostRequests * lostRequestPrice,
  };
}

/** How long a pod took up a node's room: from its placement until it was gone. */
function placedMs({ seen }: PodTrack, fromMs: number, toMs: number): number {
  const placed = seen.find((now) => now.node !== null)?.t;
  if (placed === undefined) return 0;
  const gone = seen.find((now) => now.change === 'deleted')?.t ?? Infinity;
  return Math.max(0, Math.min(gone, toMs) - Math.max(placed, fromMs));
}
