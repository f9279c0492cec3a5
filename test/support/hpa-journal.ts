/** Tiny journals of an autoscaler over two pods. */
import { analyse, type AutoscalerFindings } from '../../src/analysis/index.ts';
import type { HpaObserved, JournalEvent, PodObserved } from '../../src/journal/index.ts';
import { deployment, pod, tinyRun } from './tiny-journal.ts';

/** A cluster at Kubernetes' own pace with a target of 60 %. */
export const ready: JournalEvent = {
  t: 0.5,
  type: 'cluster.ready',
  provider: 'embedded',
  kubernetesVersion: 'v1.34.4',
  timings: { speedup: 1, hpaSyncPeriodMs: 15_000, hpaTolerance: 0.1 },
  notFollowed: [],
  facts: {},
};

/** A look that the status tells of; within the target unless said otherwise. */
export function look(t: number, seen: Partial<HpaObserved>): HpaObserved {
  return {
    t,
    type: 'k8s.hpa',
    name: 'app',
    minReplicas: 1,
    maxReplicas: 10,
    currentReplicas: 2,
    desiredReplicas: 2,
    targetUtilization: 60,
    currentUtilization: 60,
    conditions: [{ type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale', message: '' }],
    metrics: 1,
    ...seen,
  };
}

/** A pod that requests 100m and has been Ready since `readyAt`. */
export function requesting(name: string, readyAt: number, seen: Partial<PodObserved> = {}): PodObserved {
  return pod(readyAt, name, {
    cpuRequestMilli: 100,
    startT: readyAt - 1000,
    readyChangedT: readyAt,
    ...seen,
  });
}

/** The CPU that each pod used; or CPU and memory, null where none was told. */
export function metrics(t: number, use: Record<string, number | [number, number | null]>): JournalEvent {
  const pods = Object.entries(use).map(([name, used]) => ({
    name,
    ...(typeof used === 'number' ? { cpuMilli: used } : { cpuMilli: used[0] }),
    ...(typeof used !== 'number' && used[1] !== null && { memoryBytes: used[1] }),
    windowMs: 15_000,
    takenT: t,
  }));
  return { t: t + 10, type: 'k8s.metrics', pods };
}

/** Two pods of 100m, long Ready. */
export const pair = [ready, deployment(1, 2), requesting('a', 100), requesting('b', 100)];

/** What is found of the autoscaler in a run of two pods and these events. */
export function autoscalerOf(...events: (JournalEvent | JournalEvent[])[]): AutoscalerFindings {
  return analyse(tinyRun(pair, ...events)).autoscaler;
}
