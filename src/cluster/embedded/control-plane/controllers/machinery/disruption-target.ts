import type { Pod } from '../../../objects.ts';
import { timestamp } from './timestamps.ts';

/** A pod's conditions with the one that says that the cluster, not the pod, is the cause of its end. */
export function withDisruptionTarget(
  pod: Pod,
  because: { reason: string; message: string },
  wallMs: number,
): NonNullable<NonNullable<Pod['status']>['conditions']> {
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
  const lastTransitionTime = timestamp(wallMs);
  return [...others, { type: 'DisruptionTarget', status: 'True', ...because, lastTransitionTime }];
}
