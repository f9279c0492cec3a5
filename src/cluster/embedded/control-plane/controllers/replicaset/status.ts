/** A ReplicaSet's status from its pods. Pure. */
import type { Pod, PodTemplateSpec, ReplicaSet } from '../../../objects.ts';
import { timestamp } from '../machinery/timestamps.ts';
import { availableAt, isReady } from '../machinery/pods.ts';

type Status = NonNullable<ReplicaSet['status']>;

/** The status, and in how many effective milliseconds a pod that is ready now becomes available. */
export function replicaSetStatus(
  { metadata, spec, status }: ReplicaSet,
  pods: readonly Pod[],
  { nowMs, minReadyMs, failure }: { nowMs: number; minReadyMs: number; failure: Failure | undefined },
): { status: Status; nextAvailableInMs: number | undefined } {
  const labels = Object.entries(templateLabels(spec?.template));
  const isFullyLabeled = ({ metadata }: Pod): boolean =>
    labels.every(([key, value]) => metadata?.labels?.[key] === value);
  const dueIn = pods.filter(isReady).map((pod) => availableAt(pod, minReadyMs) - nowMs);
  const waiting = dueIn.filter((ms) => ms > 0);
  return {
    status: {
      replicas: pods.length,
      fullyLabeledReplicas: pods.filter(isFullyLabeled).length,
      readyReplicas: dueIn.length,
      availableReplicas: dueIn.length - waiting.length,
      observedGeneration: metadata?.generation ?? 0,
      conditions: failureConditions(status?.conditions ?? [], failure, nowMs),
    },
    nextAvailableInMs: waiting.length === 0 ? undefined : Math.min(...waiting),
  };
}

/** Why pods could not be made or deleted. */
export interface Failure {
  reason: 'FailedCreate' | 'FailedDelete';
  message: string;
}

function templateLabels(template: PodTemplateSpec | undefined): Record<string, string> {
  return template?.metadata?.labels ?? {};
}

function failureConditions(
  before: NonNullable<Status['conditions']>,
  failure: Failure | undefined,
  nowMs: number,
): NonNullable<Status['conditions']> {
  const others = before.filter(({ type }) => type !== 'ReplicaFailure');
  if (failure === undefined) return others;
  const same = before.find(({ type, reason }) => type === 'ReplicaFailure' && reason === failure.reason);
  const lastTransitionTime = same?.lastTransitionTime ?? timestamp(nowMs);
  return [...others, { type: 'ReplicaFailure', status: 'True', ...failure, lastTransitionTime }];
}
