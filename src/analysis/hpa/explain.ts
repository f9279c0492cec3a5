import {
  MetricUnavailable,
  newHistory,
  recordScale,
  replicasForAverageValue,
  replicasForUtilization,
  scalingBehaviour,
  tame,
  type PodSample,
  type ReplicaRules,
  type ScaledPod,
  type ScalingHistory,
  type ScalingLimits,
} from '../../autoscaler/index.ts';
import type { ClusterEvent, HpaObserved } from '../../journal/index.ts';
import type { AutoscalerFindings, AutoscalerSync } from '../findings.ts';
import type { Pods } from '../pods.ts';
import type { RunRecord } from '../record.ts';
import { cpuSamplesOf } from '../samples.ts';
import { objectSpeedupOf, speedupOf, timingOf } from '../timers.ts';
import { looksOf, type Look } from './looks.ts';
import { podsAt, PublishedSamples } from './measured.ts';
import { autoscalerInWords, readingsInWords, setAsideInWords, syncInWords } from './sentences.ts';

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
  const samples = new PublishedSamples(cpuSamplesOf(record));
  let history: ScalingHistory | null = null;
  const syncs = looks.map((look): AutoscalerSync => {
    history ??= newHistory(look.current, look.atMs);
    const { sync, after } = explainLook(record, look, { scaled: podsAt(pods, look.atMs), samples, history });
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
  const aim = aimOf(status);
  if (aim === null && status.readings === undefined)
    return 'Only autoscalers with one metric, the CPU of their pods, can be recomputed; this one has others, and the journal does not tell what its status showed of them.';
  if (aim === null) return null;
  if (
    aim.unit === 'percent' &&
    !pods.all.some(({ seen }) => seen.some(({ cpuRequestMilli }) => typeof cpuRequestMilli === 'number'))
  )
    return 'The journal does not tell what the pods request, so the autoscaler cannot be recomputed.';
  if (record.of('k8s.metrics').length === 0) return 'No CPU figures were recorded.';
  return null;
}

interface Aim {
  unit: 'percent' | 'millicores';
  target: number;
  shown: number | null;
}

/** The one metric that can be recomputed from what the harness records: the CPU of whole pods. Null where it is not that alone. */
function aimOf(status: HpaObserved): Aim | null {
  const { metrics = 1, targetUtilization, currentUtilization, targetCpuMilli, averageCpuMilli } = status;
  if (metrics > 1) return null;
  if (targetUtilization !== null)
    return { unit: 'percent', target: targetUtilization, shown: currentUtilization };
  if (typeof targetCpuMilli !== 'number') return null;
  return { unit: 'millicores', target: targetCpuMilli, shown: averageCpuMilli ?? null };
}

interface Seen {
  scaled: ScaledPod[];
  samples: PublishedSamples;
  history: ScalingHistory;
}

function explainLook(
  record: RunRecord,
  { atMs, seen, status, current }: Look,
  { scaled, samples, history }: Seen,
): { sync: AutoscalerSync; after: ScalingHistory } {
  const rules = rulesOf(record, { current, atMs });
  const limits = limitsOf(record, status);
  const aim = aimOf(status);
  const read = aim === null ? notComputed(status) : bestReading(scaled, samples, { aim, rules, seen });
  const { proposal } = read;
  const tamed =
    proposal === null
      ? null
      : tame({ proposed: proposal.replicas, currentReplicas: current }, limits, history, atMs);
  // A status that has never told a number of pods yet has decided nothing.
  const result = seen && status.desiredReplicas > 0 ? status.desiredReplicas : current;
  const computed = tamed?.replicas ?? null;
  const sync: Omit<AutoscalerSync, 'why'> = {
    atMs,
    seen,
    current,
    unit: aim?.unit ?? 'percent',
    target: aim?.target ?? 0,
    minReplicas: limits.minReplicas,
    maxReplicas: limits.maxReplicas,
    utilization: read.measured,
    shownUtilization: aim?.shown ?? null,
    basis: read.basis,
    shownMetrics: readingsInWords(status.readings),
    ratio: read.ratio,
    tolerance: rules.tolerances.up,
    counted: proposal?.counted ?? 0,
    setAside: proposal?.setAside ?? [],
    proposed: proposal?.replicas ?? null,
    stabilized: tamed?.stabilized ?? null,
    desired: computed,
    result,
    conditions: tamed === null ? [] : [tamed.ableToScale.reason, tamed.scalingLimited.reason],
    shownConditions: status.conditions.map(({ reason }) => reason),
    error: read.error,
    utilizationAgrees:
      !seen || aim === null || (read.measured === null && aim.shown === null)
        ? null
        : read.measured === aim.shown,
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

function rulesOf(record: RunRecord, { current, atMs }: { current: number; atMs: number }): ReplicaRules {
  const tolerance = timingOf(record, 'hpaTolerance') ?? 0.1;
  const speedup = speedupOf(record);
  return {
    currentReplicas: current,
    tolerances: { up: tolerance, down: tolerance },
    nowMs: atMs,
    cpuInitializationMs: timingOf(record, 'hpaCpuInitializationMs') ?? 300_000 / speedup,
    initialReadinessDelayMs: timingOf(record, 'hpaInitialReadinessDelayMs') ?? 30_000 / speedup,
    resource: 'cpu',
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

/** What a look is computed from, and what follows. */
interface Reading {
  basis: AutoscalerSync['basis'];
  /** From the published metrics, whatever the look goes by; null where they give nothing. */
  measured: number | null;
  ratio: number | null;
  proposal: { replicas: number; counted: number; setAside: AutoscalerSync['setAside'] } | null;
  error: string | null;
}

/** Of several metrics the highest ratio leads; which number it asks for depends on what was not recorded. */
function notComputed({ readings = [], metrics = 1 }: HpaObserved): Reading {
  const ratios = readings.flatMap(({ ratio }) => ratio ?? []);
  const error =
    metrics > 1
      ? 'it goes by several metrics, of which the harness records only the CPU of whole pods'
      : 'the harness does not record the metric that it goes by';
  const ratio = ratios.length === 0 || ratios.length < readings.length ? null : Math.max(...ratios);
  return { basis: 'none', measured: null, ratio, proposal: null, error };
}

/**
 * Of the samples that may have been published by then, those that give what the status shows. Where none do, the autoscaler read
 * what the harness was not shown: then the look goes by the status.
 */
function bestReading(
  scaled: ScaledPod[],
  samples: PublishedSamples,
  { aim, rules, seen }: { aim: Aim; rules: ReplicaRules; seen: boolean },
): Reading {
  let first: Reading | null = null;
  const names = scaled.map(({ name }) => name);
  for (const readable of samples.readableAt(names, rules.nowMs)) {
    const reading = readingOf(scaled, readable, { aim, rules });
    if (reading.measured === aim.shown) return reading;
    first ??= reading;
  }
  const nothing: Reading = { basis: 'metrics', measured: null, ratio: null, proposal: null, error: null };
  return seen && aim.target > 0 && aim.shown !== null
    ? byStatus(scaled, { measured: first?.measured ?? null, aim, rules }, aim.shown)
    : (first ?? nothing);
}

function readingOf(
  scaled: ScaledPod[],
  readable: Map<string, PodSample>,
  { aim: { unit, target }, rules }: { aim: Aim; rules: ReplicaRules },
): Reading {
  const nothing: Reading = { basis: 'metrics', measured: null, ratio: null, proposal: null, error: null };
  if (!(target > 0)) return { ...nothing, error: 'the autoscaler has no target' };
  const replicasFor = unit === 'percent' ? replicasForUtilization : replicasForAverageValue;
  try {
    const { replicas, ratio, setAside, utilizationPercent, averageMilli } = replicasFor(
      scaled,
      readable,
      target,
      rules,
    );
    const measured = unit === 'percent' ? utilizationPercent : averageMilli;
    const proposal = {
      replicas,
      counted: setAside.readyCount,
      setAside: setAsideInWords(setAside, scaled),
    };
    return { basis: 'metrics', measured, ratio, proposal, error: null };
  } catch (error) {
    if (!(error instanceof MetricUnavailable)) throw error;
    return { ...nothing, error: error.message };
  }
}

/** The rule on what the status shows; which pods had a figure is not known, so those count that were Ready. */
function byStatus(
  scaled: readonly ScaledPod[],
  { measured, aim, rules }: { measured: number | null; aim: Aim; rules: ReplicaRules },
  shown: number,
): Reading {
  const ratio = shown / aim.target;
  const counted = scaled.filter(({ deleting, ready }) => !deleting && ready === true).length;
  const { up, down } = rules.tolerances;
  const stays = ratio >= 1 - down && ratio <= 1 + up;
  const replicas = stays ? rules.currentReplicas : Math.ceil(ratio * counted);
  return { basis: 'status', measured, ratio, proposal: { replicas, counted, setAside: [] }, error: null };
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
      compared: count(({ utilizationAgrees }) => utilizationAgrees !== null),
      same: count(({ utilizationAgrees }) => utilizationAgrees === true),
    },
    decision: {
      compared: count(({ decisionAgrees }) => decisionAgrees !== null),
      same: count(({ decisionAgrees }) => decisionAgrees === true),
    },
    rescales: { told: rescales.length, explained: explained.length },
  };
}

/** A look next to the event computed the size that the event tells. */
function isExplained({ t, message }: ClusterEvent, syncs: readonly AutoscalerSync[]): boolean {
  const size = Number(/^New size: (\d+)/.exec(message)?.[1]);
  return syncs.some(({ atMs, desired }) => Math.abs(atMs - t) <= eventSlackMs && desired === size);
}
