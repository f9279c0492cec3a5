import type { Deployment, Event, Pod } from './objects.ts';

/** Whether the Ready condition of a pod or node is True. */
export function isReady({ status }: { status?: { conditions?: Condition[] } }): boolean {
  return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

interface Condition {
  type: string;
  status: string;
}

/** Whether the pod is being deleted. */
export function isTerminating(pod: Pod): boolean {
  return pod.metadata?.deletionTimestamp !== undefined;
}

/**
 * Whether a Deployment is as its spec says: the controller has seen this generation, every replica is of the newest template,
 * and all of them are available.
 */
export function isAvailable({ metadata, spec, status }: Deployment): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) >= wanted &&
    (status?.availableReplicas ?? 0) >= wanted
  );
}

/**
 * Why a pod does not run or is not ready, in Kubernetes' word: a container's waiting or terminated reason first
 * (`ImagePullBackOff`, `CrashLoopBackOff`, `OOMKilled`), else a condition's (`Unschedulable`, `ContainersNotReady`), else the
 * pod's own (`Evicted`, `NodeLost`). Null where nothing is said or the pod is ready.
 */
export function reasonOf(pod: Pod): string | null {
  if (isReady(pod)) return null;
  const { containerStatuses = [], initContainerStatuses = [], conditions = [], reason } = pod.status ?? {};
  for (const { state } of [...initContainerStatuses, ...containerStatuses]) {
    const said = state?.waiting?.reason ?? state?.terminated?.reason;
    if (said !== undefined && said !== 'Completed') return said;
  }
  if (reason !== undefined) return reason;
  const order = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'];
  const failing = conditions
    .filter(({ type, status, reason }) => order.includes(type) && status !== 'True' && reason !== undefined)
    .toSorted((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
  return failing[0]?.reason ?? null;
}

/**
 * The state of pods for a person who waited for them in vain: one line per pod that is not ready, then the newest warnings.
 */
export function describePods(pods: readonly Pod[], events: readonly Event[] = []): string {
  const lines = [`${pods.filter(isReady).length} of ${pods.length} pods are ready`];
  for (const pod of pods.filter((pod) => !isReady(pod)).slice(0, 5)) {
    const { phase = 'Pending' } = pod.status ?? {};
    const reason = reasonOf(pod);
    const message = messageOfPod(pod);
    lines.push(
      `pod ${pod.metadata?.name}: ${phase}${reason === null ? '' : `, ${reason}`}${message === '' ? '' : ` (${message})`}`,
    );
  }
  const warnings = events
    .filter(({ type }) => type === 'Warning')
    .slice(-3)
    .map(
      ({ reason, involvedObject, message }) =>
        `event ${reason} of ${involvedObject.kind} ${involvedObject.name}: ${message}`,
    );
  return [...lines, ...new Set(warnings)].join('\n  ');
}

function messageOfPod({ status }: Pod): string {
  const container = status?.containerStatuses?.find(({ state }) => state?.running === undefined)?.state;
  return (
    container?.waiting?.message ??
    container?.terminated?.message ??
    status?.conditions?.find(({ status, message }) => status !== 'True' && message !== undefined)?.message ??
    status?.message ??
    ''
  );
}
