import {
  MetricUnavailable,
  newHistory,
  recordScale,
  replicasForUtilization,
  scalingBehaviour,
  tame,
  type PodSample,
  type ReplicaProposal,
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
import { speedupOf, timingOf } from '../timers.ts';
import { looksOf, type Look } from './looks.ts';
import { podsAt, PublishedSamples } from './measured.ts';
import { autoscalerInWords, setAsideInWords, syncInWords } from './sentences.ts';

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
  if (status.targetUtilization === null || (status.metrics ?? 1) > 1)
    return 'Only autoscalers with one metric, the CPU utilization of a resource, can be recomputed; this one has others.';
  if (!pods.all.some(({ seen }) => seen.some(({ cpuRequestMilli }) => typeof cpuRequestMilli === 'number')))
    return 'The journal does not tell what the pods request, so the autoscaler cannot be recomputed.';
  if (record.of('k8s.metrics').length === 0) return 'No CPU figures were recorded.';
  return null;
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
  const read = bestReading(scaled, samples, { status, rules });
  const tamed =
    read.proposal === null
      ? null
      : tame({ proposed: read.proposal.replicas, currentReplicas: current }, limits, history, atMs);
  // A status that has never told a number of pods yet has decided nothing.
  const result = seen && status.desiredReplicas > 0 ? status.desiredReplicas : current;
  const computed = tamed?.replicas ?? null;
  const sync: Omit<AutoscalerSync, 'why'> = {
    atMs,
    seen,
    current,
    target: status.targetUtilization ?? 0,
    minReplicas: limits.minReplicas,
    maxReplicas: limits.maxReplicas,
    utilization: read.proposal?.utilizationPercent ?? null,
    shownUtilization: status.currentUtilization,
    ratio: read.proposal?.ratio ?? null,
    tolerance: rules.tolerances.up,
    counted: read.proposal?.setAside.readyCount ?? 0,
    setAside: read.proposal === null ? [] : setAsideInWords(read.proposal.setAside, scaled),
    proposed: read.proposal?.replicas ?? null,
    stabilized: tamed?.stabilized ?? null,
    desired: computed,
    result,
    conditions: tamed === null ? [] : [tamed.ableToScale.reason, tamed.scalingLimited.reason],
    shownConditions: status.conditions.map(({ reason }) => reason),
    error: read.error,
    utilizationAgrees:
      !seen || read.proposal === null ? null : read.proposal.utilizationPercent === status.currentUtilization,
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
  const behaviour = scalingBehaviour(behavior ?? undefined, { downscaleStabilizationMs, speedup });
  return { minReplicas, maxReplicas, behaviour, downscaleStabilizationMs };
}

/** Of the samples that may have been published by then, those that give the utilization that the status shows; else the newest. */
function bestReading(
  scaled: ScaledPod[],
  samples: PublishedSamples,
  { status, rules }: { status: HpaObserved; rules: ReplicaRules },
): { proposal: ReplicaProposal | null; error: string | null } {
  let first: { proposal: ReplicaProposal | null; error: string | null } | null = null;
  const names = scaled.map(({ name }) => name);
  for (const readable of samples.readableAt(names, rules.nowMs)) {
    const reading = proposalOf(scaled, readable, { target: status.targetUtilization ?? 0, rules });
    if (reading.proposal?.utilizationPercent === status.currentUtilization) return reading;
    first ??= reading;
  }
  return first ?? { proposal: null, error: null };
}

function proposalOf(
  scaled: ScaledPod[],
  readable: Map<string, PodSample>,
  { target, rules }: { target: number; rules: ReplicaRules },
): { proposal: ReplicaProposal | null; error: string | null } {
  if (!(target > 0)) return { proposal: null, error: 'the autoscaler has no target' };
  try {
    return { proposal: replicasForUtilization(scaled, readable, target, rules), error: null };
  } catch (error) {
    if (!(error instanceof MetricUnavailable)) throw error;
    return { proposal: null, error: error.message };
  }
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
