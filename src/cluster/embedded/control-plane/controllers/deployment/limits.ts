/** What a rolling update may do at most. Pure. */
import type { Deployment, ReplicaSet } from '../../../objects.ts';

/** Pods above and below `spec.replicas` that a rolling update may have. */
export interface RollingLimits {
  replicas: number;
  maxSurge: number;
  maxUnavailable: number;
}

/** Percentages of `spec.replicas`: surge rounded up, unavailable down. Not both can be 0. */
export function rollingLimits({ spec }: Deployment): RollingLimits {
  const replicas = spec?.replicas ?? 1;
  if (isRecreate(spec)) return { replicas, maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge, maxUnavailable } = spec?.strategy?.rollingUpdate ?? {};
  const surge = absolute(maxSurge ?? '25%', replicas, Math.ceil);
  const unavailable = absolute(maxUnavailable ?? '25%', replicas, Math.floor);
  return {
    replicas,
    maxSurge: surge,
    maxUnavailable: Math.min(replicas, surge === 0 && unavailable === 0 ? 1 : unavailable),
  };
}

/** All old pods go before the first new one comes. */
export function isRecreate(spec: Deployment['spec']): boolean {
  return spec?.strategy?.type === 'Recreate';
}

/** `spec.replicas` of a ReplicaSet. */
export function sizeOf(set: ReplicaSet): number {
  return set.spec?.replicas ?? 1;
}

/** How many pods the sets ask for together. */
export function totalSize(sets: readonly ReplicaSet[]): number {
  return sets.reduce((total, set) => total + sizeOf(set), 0);
}

/** How many pods of the sets are available. */
export function totalAvailable(sets: readonly ReplicaSet[]): number {
  return sets.reduce((total, set) => total + (set.status?.availableReplicas ?? 0), 0);
}

/** Oldest first. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const [timeA = '', timeB = ''] = [a.metadata?.creationTimestamp, b.metadata?.creationTimestamp];
  return compareText(timeA, timeB) || compareText(a.metadata?.name ?? '', b.metadata?.name ?? '');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function absolute(value: number | string, replicas: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? Number(value) || 0 : round((Number(percent) * replicas) / 100);
}
