import {
  newHistory,
  recordScale,
  scalingBehaviour,
  tame,
  type ReplicaRules,
  type ScalingHistory,
  type ScalingLimits,
} from '../../autoscaler/index.ts';
import type { ClusterEvent, HpaObserved } from '../../journal/index.ts';
import type { AutoscalerFindings, AutoscalerReading, AutoscalerSync } from '../findings.ts';
import type { Pods } from '../pods.ts';
import type { RunRecord } from '../record.ts';
import { usageSamplesOf } from '../samples.ts';
import { objectSpeedupOf, speedupOf, timingOf } from '../timers.ts';
import { looksOf, type Look } from './looks.ts';
import { PublishedSamples } from './measured.ts';
import { aimsOf, readAll, type Readings } from './reading.ts';
import { autoscalerInWords, readingsInWords, syncInWords } from './sentences.ts';

/** Events and status changes arrive on different watches; so far they may lie apart, ms. */
const eventSlackMs = 1000;

/**
 * Every look of the autoscaler as a row, recomputed by its own arithmetic from what it could see, and compared with what its
 * status and events say it did.
 */
export function autoscalerOf(record: RunRecord, pods: Pods): AutoscalerFindings {
  const looks = looksOf(record);
  const problem = problemOf(record, pods, looks);
  if (problem !== null) return { syncs: [], problem, agreement: null, says: [] };
  const samples = new PublishedSamples(usageSamplesOf(record));
  let history: ScalingHistory | null = null;
  const syncs = looks.map((look): AutoscalerSync => {
    history ??= newHistory(look.current, look.atMs);
    const { sync, after } = explainLook(record, look, { pods, samples, history });
    history = after;
    return sync;
  });
  const agreement = agreementOf(syncs, record);
  return { syncs, problem: null, agreement, says: autoscalerInWords(syncs, agreement) };
}

function problemOf(record: RunRecord, pods: Pods, looks: readonly Look[]): string | null {
  const status = record.of('k8s.hpa').at(-1);
  if (!status) return 'The workload has no autoscaler.';
  if (looks.length === 0) return 'The autoscaler was never seen to look at its metrics.';
  const aims = aimsOf(status);
  if (aims === null && status.readings === undefined)
    return 'Only autoscalers that go by the CPU and the memory of their pods can be recomputed; this one has other metrics, and the journal does not tell what its status showed of them.';
  if (aims === null) return null;
  const tells = (what: 'cpuRequestMilli' | 'memoryRequestBytes'): boolean =>
    pods.all.some(({ seen }) => seen.some((now) => typeof now[what] === 'number'));
  const untold = aims.some(
    ({ unit, resource }) =>
      unit === 'percent' && !tells(resource === 'cpu' ? 'cpuRequestMilli' : 'memoryRequestBytes'),
  );
  if (untold)
    return 'The journal does not tell what the pods request, so the autoscaler cannot be recomputed.';
  if (record.of('k8s.metrics').length === 0) return 'No CPU figures were recorded.';
  return null;
}

interface Seen {
  pods: Pods;
  samples: PublishedSamples;
  history: ScalingHistory;
}

function explainLook(
  record: RunRecord,
  { atMs, seen, status, current }: Look,
  { pods, samples, history }: Seen,
): { sync: AutoscalerSync; after: ScalingHistory } {
  const rules = rulesOf(record, { current, atMs });
  const limits = limitsOf(record, status);
  const aims = aimsOf(status);
  const { leading, others }: Readings =
    aims === null
      ? { leading: notComputed(status), others: [] }
      : readAll(aims, { pods, samples, rules, seen });
  const { proposed } = leading;
  const tamed =
    proposed === null ? null : tame({ proposed, currentReplicas: current }, limits, history, atMs);
  // A status that has never told a number of pods yet has decided nothing.
  const result = seen && status.desiredReplicas > 0 ? status.desiredReplicas : current;
  const computed = tamed?.replicas ?? null;
  const sync: Omit<AutoscalerSync, 'why'> = {
    ...leading,
    atMs,
    seen,
    current,
    minReplicas: limits.minReplicas,
    maxReplicas: limits.maxReplicas,
    shownMetrics: readingsInWords(status.readings),
    tolerance: rules.tolerances.up,
    others,
    stabilized: tamed?.stabilized ?? null,
    desired: computed,
    result,
    conditions: tamed === null ? [] : [tamed.ableToScale.reason, tamed.scalingLimited.reason],
    shownConditions: status.conditions.map(({ reason }) => reason),
    decisionAgrees: computed === null ? null : computed === result,
  };
  const scaledNow = recordScale(
    tamed?.history ?? history,
    { from: current, to: result },
    limits.behaviour,
    atMs,
  );
  return { sync: { ...sync, why: syncInWords(sync) }, after: scaledNow };
}

function rulesOf(
  record: RunRecord,
  { current, atMs }: { current: number; atMs: number },
): Omit<ReplicaRules, 'resource'> {
  const tolerance = timingOf(record, 'hpaTolerance') ?? 0.1;
  const speedup = speedupOf(record);
  return {
    currentReplicas: current,
    tolerances: { up: tolerance, down: tolerance },
    nowMs: atMs,
    cpuInitializationMs: timingOf(record, 'hpaCpuInitializationMs') ?? 300_000 / speedup,
    initialReadinessDelayMs: timingOf(record, 'hpaInitialReadinessDelayMs') ?? 30_000 / speedup,
  };
}

function limitsOf(record: RunRecord, { minReplicas, maxReplicas, behavior }: HpaObserved): ScalingLimits {
  const speedup = speedupOf(record);
  const downscaleStabilizationMs = timingOf(record, 'hpaDownscaleStabilizationMs') ?? 300_000 / speedup;
  const behaviour = scalingBehaviour(behavior ?? undefined, {
    downscaleStabilizationMs,
    speedup: objectSpeedupOf(record),
  });
  return { minReplicas, maxReplicas, behaviour, downscaleStabilizationMs };
}

/** Of several metrics the highest ratio leads; which number it asks for depends on what was not recorded. */
function notComputed({ readings = [], metrics = 1 }: HpaObserved): AutoscalerReading {
  const ratios = readings.flatMap(({ ratio }) => ratio ?? []);
  const error =
    metrics > 1
      ? 'not all of its metrics are the CPU or the memory of whole pods, which is what the harness records'
      : 'the harness does not record the metric that it goes by';
  return {
    metric: readings[0]?.metric ?? 'unknown',
    unit: 'percent',
    target: 0,
    utilization: null,
    shownUtilization: null,
    basis: 'none',
    ratio: ratios.length === 0 || ratios.length < readings.length ? null : Math.max(...ratios),
    counted: 0,
    setAside: [],
    proposed: null,
    error,
    utilizationAgrees: null,
  };
}

function agreementOf(
  syncs: readonly AutoscalerSync[],
  record: RunRecord,
): NonNullable<AutoscalerFindings['agreement']> {
  const count = (of: (sync: AutoscalerSync) => boolean): number => syncs.filter(of).length;
  const rescales = record.of('k8s.event').filter(({ reason }) => reason === 'SuccessfulRescale');
  const explained = rescales.filter((event) => isExplained(event, syncs));
  return {
    looks: syncs.length,
    seen: count(({ seen }) => seen),
    fromStatus: count(({ basis }) => basis === 'status'),
    notComputed: count(({ basis }) => basis === 'none'),
    utilization: {
      compared: count((sync) => agreements(sync).some((agrees) => agrees !== null)),
      same: count((sync) => agreements(sync).some(Boolean) && !agreements(sync).includes(false)),
    },
    decision: {
      compared: count(({ decisionAgrees }) => decisionAgrees !== null),
      same: count(({ decisionAgrees }) => decisionAgrees === true),
    },
    rescales: { told: rescales.length, explained: explained.length },
  };
}

/** Of each of its metrics. */
function agreements({ utilizationAgrees, others }: AutoscalerSync): (boolean | null)[] {
  return [utilizationAgrees, ...others.map((other) => other.utilizationAgrees)];
}

/** A look next to the event computed the size that the event tells. */
function isExplained({ t, message }: ClusterEvent, syncs: readonly AutoscalerSync[]): boolean {
  const size = Number(/^New size: (\d+)/.exec(message)?.[1]);
  return syncs.some(({ atMs, desired }) => Math.abs(atMs - t) <= eventSlackMs && desired === size);
}
