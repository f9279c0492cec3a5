/** Questions that several controllers ask of a pod. */
import type { Pod } from '../../../objects.ts';

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
