import {
  scalingStages,
  type Governor,
  type LoadStepFinding,
  type ScalingDecision,
  type ScalingStage,
} from '../findings.ts';
import type { PodTrack, Pods } from '../pods.ts';
import type { RunRecord, Second } from '../record.ts';
import { governedBy, timingOf } from '../timers.ts';
import type { LoadStep } from './load-steps.ts';

/** After so many looks of the autoscaler without a change it had settled. */
const settledLooks = 3.5;

/** A pod may be seen a moment before the change that asked for it. */
const causeSlackMs = 1000;

/** Follows each rise of the load through metrics, decision and pods to the first request that a new pod served. */
export function scalingDelays(
  record: RunRecord,
  pods: Pods,
  {
    steps,
    decisions,
    seconds,
    replacements,
  }: {
    steps: readonly LoadStep[];
    decisions: readonly ScalingDecision[];
    seconds: readonly Second[];
    /** Pods made for lost ones. */
    replacements: ReadonlySet<string>;
  },
): LoadStepFinding[] {
  const taken = new Set(replacements);
  return steps.map((step, index) => {
    const untilMs = steps[index + 1]?.fromMs ?? Infinity;
    const raised = decisions.filter(
      ({ atMs, from, to }) => to > from && atMs >= step.fromMs && atMs < untilMs,
    );
    const first = untilSettled(raised, timingOf(record, 'hpaSyncPeriodMs') ?? 15_000);
    const added = first.flatMap((decision) => podsOf(decision, pods, taken));
    const stages = stagesOf(record, step, { decisions: first, added });
    const servedMs = stages.find(({ stage }) => stage === 'in rotation')?.allMs ?? null;
    return {
      ...step,
      decisions: first,
      pods: added.map(({ name }) => name),
      stages,
      longest: longestOf(record, stages),
      ...badWithin(seconds, step.fromMs, servedMs),
    };
  });
}

/** The decisions that followed each other: one that came after several looks without a change corrects something else. */
function untilSettled(raised: readonly ScalingDecision[], syncMs: number): ScalingDecision[] {
  const end = raised.findIndex(({ atMs }, index) => {
    const before = raised[index - 1];
    return before !== undefined && atMs - before.atMs > settledLooks * syncMs;
  });
  return end === -1 ? [...raised] : raised.slice(0, end);
}

function podsOf({ atMs, from, to }: ScalingDecision, pods: Pods, taken: Set<string>): PodTrack[] {
  const created = pods.all
    .filter(({ name, seen }) => (seen[0]?.t ?? -Infinity) >= atMs - causeSlackMs && !taken.has(name))
    .slice(0, to - from);
  for (const { name } of created) taken.add(name);
  return created;
}

type Stages = LoadStepFinding['stages'];

function stagesOf(
  record: RunRecord,
  { fromMs }: LoadStep,
  { decisions, added }: { decisions: readonly ScalingDecision[]; added: readonly PodTrack[] },
): Stages {
  const visibleMs = decisions.length === 0 ? null : visibleFrom(record, fromMs);
  const missing = decisions.reduce((sum, { from, to }) => sum + to - from, 0) - added.length;
  const each = (
    of: (pod: PodTrack) => number | undefined,
  ): { firstMs: number | null; allMs: number | null } => {
    const instants = added.map(of).filter((at) => at !== undefined);
    return {
      firstMs: instants.length === 0 ? null : Math.min(...instants),
      allMs:
        instants.length === 0 || instants.length < added.length || missing > 0 ? null : Math.max(...instants),
    };
  };
  const instants: Record<ScalingStage, { firstMs: number | null; allMs: number | null }> = {
    load: { firstMs: fromMs, allMs: fromMs },
    'visible in metrics': { firstMs: visibleMs, allMs: visibleMs },
    decision: { firstMs: decisions[0]?.atMs ?? null, allMs: decisions.at(-1)?.atMs ?? null },
    'pods created': each(({ seen }) => seen[0]?.t),
    scheduled: each(({ seen }) => seen.find((now) => now.node !== null)?.t),
    started: each(({ seen }) => seen.find((now) => now.started)?.t),
    ready: each(({ seen }) => seen.find((now) => now.ready)?.t),
    'in rotation': each(({ rotations }) => rotations[0]?.fromMs),
    'first request served': each(({ answers }) => answers.firstMs[0]),
  };
  return scalingStages.map((stage) => ({ stage, ...instants[stage] }));
}

/** The first publication since then in which the pods' use lay above what the autoscaler tolerates. */
function visibleFrom(record: RunRecord, fromMs: number): number | null {
  const tolerance = timingOf(record, 'hpaTolerance') ?? 0.1;
  const target = record.of('k8s.hpa').findLast(({ t }) => t <= fromMs)?.targetUtilization ?? null;
  if (target === null) return null;
  const requests = new Map(
    record.of('k8s.pod').map(({ name, cpuRequestMilli }) => [name, cpuRequestMilli ?? 0]),
  );
  for (const { t, pods } of record.of('k8s.metrics')) {
    if (t < fromMs) continue;
    const known = pods.filter(({ name }) => (requests.get(name) ?? 0) > 0);
    const used = known.reduce((sum, { cpuMilli }) => sum + cpuMilli, 0);
    const requested = known.reduce((sum, { name }) => sum + (requests.get(name) ?? 0), 0);
    if (requested > 0 && (used / requested) * 100 > target * (1 + tolerance)) return t;
  }
  // Journals that do not tell requests: the autoscaler's own status, which comes with its look.
  const shown = record
    .of('k8s.hpa')
    .find(({ t, currentUtilization }) => t >= fromMs && (currentUtilization ?? 0) > target * (1 + tolerance));
  return shown?.t ?? null;
}

/** The longest way between two stages that follow each other, for the pod that was first. */
function longestOf(record: RunRecord, stages: Stages): LoadStepFinding['longest'] {
  let reached = stages[0]?.firstMs ?? 0;
  let longest: LoadStepFinding['longest'] = null;
  for (const { stage, firstMs } of stages) {
    if (firstMs === null || firstMs <= reached) continue;
    if (longest === null || firstMs - reached > longest.toMs - longest.fromMs) {
      longest = {
        stage,
        fromMs: reached,
        toMs: firstMs,
        governor: governorOf(record, stage, firstMs - reached),
      };
    }
    reached = firstMs;
  }
  return longest;
}

function governorOf(record: RunRecord, stage: ScalingStage, tookMs: number): Governor {
  const untimed = (meanwhile: string): Governor => ({
    setting: null,
    effectiveMs: null,
    defaultMs: null,
    meanwhile,
  });
  switch (stage) {
    case 'visible in metrics':
      return governedBy(
        record,
        'metricsResolutionMs',
        'no window of CPU use with the new load had been published',
      );
    case 'decision':
      if (tookMs > 1.2 * (timingOf(record, 'hpaSyncPeriodMs') ?? 15_000))
        return untimed('the autoscaler looked more than once before it raised the number of pods');
      return governedBy(record, 'hpaSyncPeriodMs', 'the autoscaler had not looked yet');
    case 'ready':
      return untimed('the application started up, until a probe found it ready');
    case 'first request served':
      return untimed('no new connection had met a new pod');
    case 'started':
      return untimed('the kubelet fetched the image and started the container');
    default:
      return untimed('controllers and scheduler did their work');
  }
}

function badWithin(
  seconds: readonly Second[],
  fromMs: number,
  toMs: number | null,
): { scheduled: number; lost: number; slow: number } {
  const within = seconds.filter(({ startT }) => startT >= fromMs && startT < (toMs ?? -Infinity));
  return {
    scheduled: within.reduce((sum, { scheduled }) => sum + scheduled, 0),
    lost: within.reduce((sum, { scheduled, outcomes: { ok } }) => sum + scheduled - ok, 0),
    slow: within.reduce((sum, { slow }) => sum + slow.length, 0),
  };
}
