/** Questions that several controllers ask of a pod. */
import type { Pod } from '../../../objects.ts';
import { parseTimestamp } from './timestamps.ts';

/** The pod's condition of that type. */
export function podCondition(
  pod: Pod,
  type: string,
): NonNullable<PodStatus['conditions']>[number] | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}
type PodStatus = NonNullable<Pod['status']>;

export function isReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** Succeeded or Failed: its containers will not run again. */
export function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Counts towards a ReplicaSet's replicas: neither ended nor on its way out. */
export function isActive(pod: Pod): boolean {
  return !isTerminal(pod) && pod.metadata?.deletionTimestamp === undefined;
}

/** Wall-clock milliseconds at which a ready pod counts as available: ready for `minReadyMs` without a break. */
export function availableAt(pod: Pod, minReadyMs: number): number {
  const since = parseTimestamp(podCondition(pod, 'Ready')?.lastTransitionTime);
  return minReadyMs === 0 || since === undefined ? 0 : since + minReadyMs;
}
