import type { FaultLanded } from '../journal/index.ts';
import { formatCount, formatDuration, formatPlural } from '../support/index.ts';
import type { Departure, FaultFinding, Findings, SentAfter, Statement } from './findings.ts';
import type { PodTrack, Pods } from './pods.ts';
import type { RunRecord, Second } from './record.ts';
import { countUntil } from './search.ts';
import { weightsOf } from './weights.ts';

/** How traffic followed the pods: away from those that went, towards those that came. */
export function reroutingOf(
  record: RunRecord,
  pods: Pods,
  { seconds, faults }: { seconds: readonly Second[]; faults: readonly FaultFinding[] },
): Findings['rerouting'] {
  const first = seconds[0]?.startT ?? Infinity;
  const last = (seconds.at(-1)?.startT ?? -Infinity) + 1000;
  const weights = seconds.map(weightsOf);
  const landed = record.of('fault.landed');
  const departures = pods.all
    .map((pod) => departureOf(pod, { seconds, weights, faults, landed }))
    .filter((departure) => departure !== null)
    .filter(({ sigtermMs, outOfRotationMs, diedMs }) => {
      const since = Math.min(sigtermMs ?? Infinity, outOfRotationMs ?? Infinity, diedMs ?? Infinity);
      return since >= first && since < last;
    });
  const arrivals = pods.all.flatMap((pod) => {
    const readyMs = pod.seen.find((now) => now.ready)?.t;
    const rotation = pod.rotations[0];
    const servedMs = pod.answers.firstMs[0];
    if (readyMs === undefined || rotation === undefined || rotation.fromMs < first || rotation.fromMs > last)
      return [];
    return [{ pod: pod.name, readyMs, inRotationMs: rotation.fromMs, firstServedMs: servedMs ?? null }];
  });
  return {
    departures,
    arrivals,
    says: [...leavingInWords(departures), ...arrivingInWords(record, arrivals)],
  };
}

/** What departures are told from. */
interface Traffic {
  seconds: readonly Second[];
  /** Of each second. */
  weights: readonly ReturnType<typeof weightsOf>[];
}

function departureOf(
  pod: PodTrack,
  {
    seconds,
    weights,
    faults,
    landed,
  }: Traffic & { faults: readonly FaultFinding[]; landed: readonly FaultLanded[] },
): Departure | null {
  const sigtermMs = pod.seen.find((now) => now.terminating && now.change !== 'deleted')?.t ?? null;
  const deletedMs = pod.seen.find((now) => now.change === 'deleted')?.t ?? null;
  const outOfRotationMs = pod.rotations.at(-1)?.toMs ?? null;
  const fault =
    faults.find(({ lostPods, landedMs }) => landedMs !== null && lostPods.includes(pod.name)) ?? null;
  const landedMs =
    fault && kills(fault)
      ? (landed.find(({ id }) => id === fault.id)?.ended?.[pod.name] ?? fault.landedMs)
      : null;
  // The API may forget a killed pod before its processes have ended: only the fault says when they had.
  const diedMs = landedMs ?? deletedMs;
  if (sigtermMs === null && outOfRotationMs === null && diedMs === null) return null;
  const after = (sinceMs: number | null): SentAfter | null =>
    sinceMs === null ? null : sentAfter(pod, sinceMs, { seconds, weights });
  return {
    pod: pod.name,
    node: pod.seen.findLast((now) => now.node !== null)?.node ?? null,
    faultId: fault?.id ?? null,
    // A pod that was killed was told nothing.
    sigtermMs: landedMs === null ? sigtermMs : null,
    outOfRotationMs,
    diedMs,
    afterSigterm: landedMs === null ? after(sigtermMs) : null,
    afterOutOfRotation: after(outOfRotationMs),
    afterDeath: after(diedMs),
  };
}

/** Whether the fault ends processes at once; a hung node's live on, a deleted pod is told to end. */
function kills({ type }: FaultFinding): boolean {
  return type.startsWith('kill');
}

/**
 * Requests that were due after an instant and went to the pod, as far as the client knows: those it answered, and those that failed
 * on a connection on which it had answered before. Answers are counted per second; of the second of the instant the share after it is
 * taken, as if they came evenly.
 */
function sentAfter(pod: PodTrack, sinceMs: number, { seconds, weights }: Traffic): SentAfter {
  const sent: SentAfter = { answered: 0, failed: 0, reused: 0, estimated: false, lastMs: null };
  const first = countUntil(seconds, sinceMs - 1000, ({ startT }) => startT);
  for (let index = first; index < seconds.length; index++) {
    const second = seconds[index];
    if (!second) break;
    const { startT, pods, failures } = second;
    const served = pods.get(pod.name);
    const count = served ? served.ok + served.httpError : 0;
    if (served && count > 0 && served.lastT >= sinceMs) {
      const share = startT >= sinceMs ? 1 : shareAfter(served, sinceMs);
      sent.answered += count * share;
      if (sent.reused !== null)
        sent.reused = served.reused === undefined ? null : sent.reused + served.reused * share;
      if (share < 1) sent.estimated = true;
      sent.lastMs = Math.max(sent.lastMs ?? served.lastT, served.lastT);
    }
    for (const { scheduledT, outcome, pod: name, reused } of failures) {
      if (name !== pod.name || scheduledT < sinceMs || outcome === 'http_error') continue;
      const weight = weights[index]?.get(outcome) ?? 1;
      sent.failed += weight;
      if (sent.reused !== null && (reused ?? true)) sent.reused += weight;
      sent.lastMs = Math.max(sent.lastMs ?? scheduledT, scheduledT);
    }
  }
  return {
    ...sent,
    answered: Math.round(sent.answered),
    failed: Math.round(sent.failed),
    reused: sent.reused === null ? null : Math.round(sent.reused),
  };
}

function shareAfter({ firstT, lastT }: { firstT: number; lastT: number }, sinceMs: number): number {
  return lastT <= firstT ? 1 : Math.min(1, (lastT - Math.max(sinceMs, firstT)) / (lastT - firstT));
}

/** What pods that were told to end still had to do; what faults took is said with the fault. */
function leavingInWords(departures: readonly Departure[]): Statement[] {
  const told = departures.filter(({ afterSigterm }) => afterSigterm !== null);
  if (told.length === 0) return [];
  const sum = (of: (sent: SentAfter) => number): number =>
    told.reduce((total, { afterSigterm }) => total + (afterSigterm ? of(afterSigterm) : 0), 0);
  const sent = sum(({ answered, failed }) => answered + failed);
  const failed = sum((after) => after.failed);
  const known = told.every(({ afterSigterm }) => afterSigterm?.reused !== null);
  const reused = sum((after) => after.reused ?? 0);
  const estimated = told.some(({ afterSigterm }) => afterSigterm?.estimated);
  const fromMs = Math.min(...told.map(({ sigtermMs }) => sigtermMs ?? Infinity));
  const toMs = Math.max(...told.map((one) => one.afterSigterm?.lastMs ?? one.sigtermMs ?? -Infinity));
  const who = `${formatPlural(told.length, 'pod')} ${told.length === 1 ? 'was' : 'were'} told to end (SIGTERM)`;
  const how = known ? `, ${formatCount(reused)} of them over connections that were kept` : '';
  const text =
    sent === 0
      ? `${who}; no request went there afterwards.`
      : `${who}; afterwards ${estimated ? 'about ' : ''}${formatPlural(sent, 'request')} still went there${how}: ${failed === 0 ? 'all were answered' : `${formatCount(failed)} failed`}.`;
  return [{ text, definition: 'rerouting', fromMs, toMs }];
}

function arrivingInWords(record: RunRecord, arrivals: Findings['rerouting']['arrivals']): Statement[] {
  const delays = arrivals
    .flatMap(({ firstServedMs, inRotationMs }) =>
      firstServedMs === null ? [] : Math.max(0, firstServedMs - inRotationMs),
    )
    .sort((a, b) => a - b);
  const longest = delays.at(-1);
  if (longest === undefined) return [];
  const median = delays[Math.floor((delays.length - 1) / 2)] ?? longest;
  const policy = record.of('traffic.start')[0]?.connectionPolicy;
  const idle = arrivals.length - delays.length;
  const toMs = Math.max(...arrivals.map(({ firstServedMs, inRotationMs }) => firstServedMs ?? inRotationMs));
  return [
    {
      text:
        `${formatPlural(delays.length, 'pod')} that came into rotation while traffic ran served the first request ${formatDuration(median)} later (median; at most ${formatDuration(longest)})` +
        `${policy === undefined ? '' : `; clients: ${policy}`}.` +
        (idle === 0 ? '' : ` ${formatPlural(idle, 'pod')} came into rotation and served nothing.`),
      definition: 'rerouting',
      fromMs: Math.min(...arrivals.map(({ inRotationMs }) => inRotationMs)),
      toMs,
    },
  ];
}
