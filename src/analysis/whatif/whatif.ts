import { scalingBehaviour } from '../../autoscaler/index.ts';
import type {
  AutoscalerSync,
  Findings,
  PodLife,
  ReplicaPoint,
  ScalingWhatIf,
  WhatIfFindings,
} from '../findings.ts';
import { formatCount } from '../../support/index.ts';
import type { RunRecord, Second } from '../record.ts';
import { usageSamplesOf } from '../samples.ts';
import { lastUntil } from '../search.ts';
import { objectSpeedupOf, speedupOf, timingOf } from '../timers.ts';
import { weightsOf } from '../weights.ts';
import { badCurveOf, type BadCurve } from './curve.ts';
import { whatIfInWords } from './sentences.ts';
import { replay, type Recorded, type Replay, type Settings } from './simulate.ts';
import { variantsOf } from './variants.ts';

/** What a replay is compared on. */
type Known = Pick<Findings, 'autoscaler' | 'autoscaling' | 'replicas' | 'pods' | 'faults'> & {
  seconds: readonly Second[];
};

/** The run on paper with other settings of the autoscaler; null where it cannot be replayed. */
export function whatIfOf(record: RunRecord, known: Known): WhatIfFindings | null {
  const { seconds, replicas, autoscaling } = known;
  const recorded = recordedOf(record, known);
  const settings = settingsOf(record, known.autoscaler.syncs);
  const points = loadPoints(known);
  const curve = badCurveOf(points);
  const first = seconds[0];
  if (recorded === null || settings === null || !first) return null;
  const outcome = (one: Replay): Outcome => outcomeOf(one, { seconds, curve });
  const tries = (['metrics', 'offered load'] as const).flatMap((work) => {
    const fed = work === 'metrics' ? recorded : fromLoad(record, recorded, known);
    if (fed === null) return [];
    const asItWas = replay(fed, settings);
    return [{ work, fed, asItWas, meanPodError: meanDifference(asItWas, replicas, known.autoscaler.syncs) }];
  });
  const [best] = tries.toSorted((a, b) => a.meanPodError - b.meanPodError);
  if (best === undefined) return null;
  const modelled = outcome(best.asItWas);
  const real = outcomeOf(realReplay(replicas), { seconds, curve });
  const figures = {
    work: best.work,
    meanPodError: best.meanPodError,
    podSeconds: { modelled: modelled.podSeconds, real: real.podSeconds },
    badRequests: { modelled: modelled.bad, real: Math.round(points.reduce((sum, { bad }) => sum + bad, 0)) },
    saturatedSeconds: seconds.filter(({ generator }) => generator.saturated).length,
  };
  const scheduled = seconds.reduce((sum, second) => sum + second.scheduled, 0);
  const model = { ...figures, unfit: whyUnfit(figures, { meanPods: real.meanPods, scheduled }) };
  const tried = variantsOf(settings, {
    peak: Math.max(...replicas.map(({ desired }) => desired)),
    preScaleUntilMs: autoscaling.loadSteps[0]?.fromMs ?? null,
    speedup: speedupOf(record),
  });
  const variants = (model.unfit === null ? tried : []).map(({ change, settings: other }): ScalingWhatIf => {
    const { podSeconds, meanPods, maxPods, bad, beyond } = outcome(replay(best.fed, other));
    return {
      change,
      podSeconds,
      maxPods,
      badRequests: bad,
      morePods: meanPods - modelled.meanPods,
      morePodSeconds: podSeconds - modelled.podSeconds,
      fewerBadRequests: modelled.bad - bad,
      secondsBeyondExperience: Math.max(0, beyond - modelled.beyond),
    };
  });
  const found = { fromMs: first.startT, toMs: (seconds.at(-1) ?? first).startT + 1000, model, variants };
  return { ...found, says: whatIfInWords(found) };
}

/**
 * The same looks with the work that the offered load asks of the pods. CPU tells what they did: at their limit they do no more,
 * however much waits, and work that waited is done, and seen, after the load has gone.
 */
function fromLoad(record: RunRecord, recorded: Recorded, { autoscaling, seconds }: Known): Recorded | null {
  const cost = autoscaling.calibration?.cost ?? null;
  const first = seconds[0];
  if (cost === null || first === undefined) return null;
  const { resolutionMs } = recorded;
  const looks = recorded.looks.map(({ atMs, workMilli }) => {
    const toMs = atMs - resolutionMs / 2;
    const rate = offeredRate(seconds, toMs - resolutionMs, toMs);
    return { atMs, workMilli: workMilli === null ? null : rate * cost.cpuMsPerRequest };
  });
  const capMilli = Math.max(...usageSamplesOf(record).map(({ milli }) => milli));
  return { ...recorded, looks, capMilli };
}

/** Requests per second that were due in a stretch of time. */
function offeredRate(seconds: readonly Second[], fromMs: number, toMs: number): number {
  const due = seconds.reduce((sum, { startT, scheduled }) => {
    const overlap = Math.min(toMs, startT + 1000) - Math.max(fromMs, startT);
    return overlap > 0 ? sum + (scheduled * overlap) / 1000 : sum;
  }, 0);
  return (due * 1000) / (toMs - fromMs);
}

/** So far may the replay of the run as it was be off, and still say something about other settings. */
function whyUnfit(
  { meanPodError, badRequests: { modelled, real } }: Omit<WhatIfFindings['model'], 'unfit'>,
  { meanPods, scheduled }: { meanPods: number; scheduled: number },
): string | null {
  const podsAllowed = Math.max(1, meanPods / 5);
  if (meanPodError > podsAllowed)
    return `its number of pods is off by ${meanPodError.toFixed(1)} on average, more than a fifth of the ${meanPods.toFixed(1)} that there were`;
  // Some requests in a thousand are lost or slow for reasons that have nothing to do with the number of pods.
  if (Math.abs(modelled - real) > Math.max(real / 2, scheduled / 1000))
    return `it gives ${formatCount(modelled)} lost or slow requests where the run had ${formatCount(real)}`;
  return null;
}

function recordedOf(
  record: RunRecord,
  { autoscaler, autoscaling, replicas, pods, seconds }: Known,
): Recorded | null {
  const requestMilli = autoscaling.calibration?.cpuRequestMilli ?? null;
  const first = autoscaler.syncs.find((sync) => sync.unit === 'percent' && usedOf(sync) !== null);
  const startMs = startOf(pods, seconds[0]?.startT ?? 0);
  if (requestMilli === null || first === undefined || startMs === null) return null;
  const idleMilli = autoscaling.calibration?.cost?.idleMilli ?? 0;
  const resolutionMs = timingOf(record, 'metricsResolutionMs') ?? 15_000;
  const looks = autoscaler.syncs
    .filter(({ atMs }) => atMs >= first.atMs)
    .map((sync) => {
      const { atMs } = sync;
      const utilization = usedOf(sync);
      if (utilization === null) return { atMs, workMilli: null };
      // A figure that is read now tells of the middle of a window that ended about half a resolution ago.
      const serving = inRotationAt(replicas, atMs - resolutionMs);
      const each = Math.max(0, (utilization / 100) * requestMilli - idleMilli);
      return { atMs, workMilli: each * Math.max(1, serving) };
    });
  return {
    looks,
    requestMilli,
    idleMilli,
    capMilli: Infinity,
    startMs,
    resolutionMs,
    // The autoscaler's status may not count the pods yet when it looks for the first time.
    startReplicas: Math.max(1, first.minReplicas, first.current),
    fromMs: Math.min(first.atMs, seconds[0]?.startT ?? first.atMs),
  };
}

/** The utilization that the look went by. */
function usedOf({ basis, utilization, shownUtilization }: AutoscalerSync): number | null {
  return basis === 'status' ? shownUtilization : utilization;
}

/** Median time from creation to rotation, of pods made while traffic ran if there are any. */
function startOf(pods: readonly PodLife[], trafficMs: number): number | null {
  const spans = (since: number): number[] =>
    pods
      .flatMap(({ createdMs, inRotationMs }) =>
        createdMs === null || inRotationMs === null || createdMs < since ? [] : inRotationMs - createdMs,
      )
      .sort((a, b) => a - b);
  const during = spans(trafficMs);
  const all = during.length > 0 ? during : spans(-Infinity);
  return all[Math.floor((all.length - 1) / 2)] ?? null;
}

function settingsOf(record: RunRecord, syncs: readonly AutoscalerSync[]): Settings | null {
  const status = record.of('k8s.hpa').at(-1);
  const sync = syncs.at(-1);
  if (!status || !sync || !(sync.target > 0)) return null;
  // Nobody knows what the other metrics would have come to.
  if (sync.metric !== 'cpu' || sync.others.length > 0) return null;
  const speedup = speedupOf(record);
  const tolerance = timingOf(record, 'hpaTolerance') ?? 0.1;
  const downscaleStabilizationMs = timingOf(record, 'hpaDownscaleStabilizationMs') ?? 300_000 / speedup;
  return {
    targetPercent: sync.target,
    rules: {
      tolerances: { up: tolerance, down: tolerance },
      cpuInitializationMs: timingOf(record, 'hpaCpuInitializationMs') ?? 300_000 / speedup,
      initialReadinessDelayMs: timingOf(record, 'hpaInitialReadinessDelayMs') ?? 30_000 / speedup,
    },
    limits: {
      minReplicas: sync.minReplicas,
      maxReplicas: sync.maxReplicas,
      behaviour: scalingBehaviour(status.behavior ?? undefined, {
        downscaleStabilizationMs,
        speedup: objectSpeedupOf(record),
      }),
      downscaleStabilizationMs,
    },
    preScaled: null,
  };
}

/** Each second's load per pod in rotation, and its lost and slow requests but for those that are put down to a fault. */
function loadPoints({
  seconds,
  replicas,
  faults,
}: Known): { ratePerPod: number; requests: number; bad: number }[] {
  const lostPods = new Set(faults.flatMap((fault) => fault.lostPods));
  const troubled = faults
    .filter(({ landedMs }) => landedMs !== null)
    .map(({ injectedMs, outageMs }) => ({ fromMs: injectedMs, toMs: injectedMs + (outageMs ?? 0) + 1000 }));
  return seconds.map((second) => {
    const { startT, scheduled, slow } = second;
    const weights = weightsOf(second);
    const inTrouble = (t: number): boolean => troubled.some(({ fromMs, toMs }) => t >= fromMs && t < toMs);
    const lost = second.failures
      .filter(({ scheduledT, pod }) => !inTrouble(scheduledT) && !(pod !== null && lostPods.has(pod)))
      .reduce((sum, { outcome }) => sum + (weights.get(outcome) ?? 1), 0);
    const late = slow.filter(({ scheduledT }) => !inTrouble(scheduledT)).length;
    const pods = inRotationAt(replicas, startT + 500);
    return { ratePerPod: scheduled / Math.max(1, pods), requests: scheduled, bad: lost + late };
  });
}

interface Outcome {
  podSeconds: number;
  meanPods: number;
  maxPods: number;
  bad: number;
  /** Seconds with more load per pod than the run had seen. */
  beyond: number;
}

function outcomeOf(
  one: Replay,
  { seconds, curve }: { seconds: readonly Second[]; curve: BadCurve },
): Outcome {
  const sum = { podSeconds: 0, bad: 0, beyond: 0, maxPods: 0 };
  for (const { startT, scheduled } of seconds) {
    const asked = lastUntil(one.asked, startT + 500, ({ t }) => t)?.replicas ?? 0;
    const rate = scheduled / Math.max(1, one.readyAt(startT + 500));
    sum.podSeconds += asked;
    sum.maxPods = Math.max(sum.maxPods, asked);
    sum.bad += scheduled * curve.shareAt(rate);
    if (rate > curve.highest * 1.001) sum.beyond += 1;
  }
  return { ...sum, bad: Math.round(sum.bad), meanPods: sum.podSeconds / Math.max(1, seconds.length) };
}

function realReplay(replicas: readonly ReplicaPoint[]): Replay {
  return {
    asked: replicas.map(({ t, desired }) => ({ t, replicas: desired })),
    readyAt: (t) => inRotationAt(replicas, t),
  };
}

/** By how many pods the replay of the run as it was is off, on average over the looks. */
function meanDifference(
  one: Replay,
  replicas: readonly ReplicaPoint[],
  syncs: readonly AutoscalerSync[],
): number {
  const known = syncs.filter(({ proposed }) => proposed !== null);
  const differences = known.map(({ atMs }) => {
    const asked = lastUntil(one.asked, atMs + 1, ({ t }) => t)?.replicas ?? 0;
    const real =
      known.find((sync) => sync.atMs === atMs)?.result ??
      lastUntil(replicas, atMs, ({ t }) => t)?.desired ??
      0;
    return Math.abs(asked - real);
  });
  return differences.length === 0 ? 0 : differences.reduce((sum, one) => sum + one, 0) / differences.length;
}

function inRotationAt(replicas: readonly ReplicaPoint[], t: number): number {
  return lastUntil(replicas, t, (point) => point.t)?.inRotation ?? 0;
}
