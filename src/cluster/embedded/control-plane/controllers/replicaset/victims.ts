/**
 * Which pods go first when a ReplicaSet shrinks. Pure. Source: Kubernetes v1.34, `pkg/controller`, as facts; checked row
 * by row against its answers.
 */
import type { Pod } from '../../../objects.ts';
import { isReady, podCondition } from '../machinery/pods.ts';

/** A pod and how many active pods of related ReplicaSets share its node, itself included. */
export interface RankedPod {
  pod: Pod;
  rank: number;
}

/** The pods in the order in which they are deleted. `nowMs` is wall-clock time. */
export function inDeletionOrder(pods: readonly RankedPod[], nowMs: number): Pod[] {
  const order = (a: RankedPod, b: RankedPod): number => {
    for (const criterion of criteria) {
      const result = criterion(a, b, nowMs);
      if (result !== 0) return result;
    }
    return 0;
  };
  return [...pods].sort(order).map(({ pod }) => pod);
}

type Criterion = (a: RankedPod, b: RankedPod, nowMs: number) => number;

const criteria: readonly Criterion[] = [
  ascending(({ pod }) => (pod.spec?.nodeName ? 1 : 0)),
  ascending(({ pod }) => ({ Unknown: 1, Running: 2 })[pod.status?.phase ?? ''] ?? 0),
  ascending(({ pod }) => (isReady(pod) ? 1 : 0)),
  ascending(({ pod }) => deletionCost(pod)),
  ascending(({ rank }) => -rank),
  (a, b, nowMs) =>
    isReady(a.pod) && isReady(b.pod) ? youngerFirst(a.pod, b.pod, { timeOf: readySince, nowMs }) : 0,
  ascending(({ pod }) => -restarts(pod).regular),
  ascending(({ pod }) => -restarts(pod).sidecar),
  (a, b, nowMs) => youngerFirst(a.pod, b.pod, { timeOf: createdAt, nowMs }),
];

function ascending(valueOf: (pod: RankedPod) => number): Criterion {
  return (a, b) => valueOf(a) - valueOf(b);
}

/** `controller.kubernetes.io/pod-deletion-cost`; what is not a plain 32-bit integer counts as 0. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata?.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? '';
  const value = /^(?:0|-?[1-9]\d*)$/.test(text) ? Number(text) : 0;
  return value >= -(2 ** 31) && value < 2 ** 31 ? value : 0;
}

/** The highest restart count among the pod's containers and among its restartable init containers. */
function restarts(pod: Pod): { regular: number; sidecar: number } {
  const sidecars = new Set(
    (pod.spec?.initContainers ?? [])
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => name),
  );
  const most = (statuses: readonly { restartCount: number }[]): number =>
    Math.max(0, ...statuses.map(({ restartCount }) => restartCount));
  return {
    regular: most(pod.status?.containerStatuses ?? []),
    sidecar: most((pod.status?.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name))),
  };
}

function readySince(pod: Pod): string | undefined {
  return podCondition(pod, 'Ready')?.lastTransitionTime;
}

function createdAt(pod: Pod): string | undefined {
  return pod.metadata?.creationTimestamp;
}

/**
 * Younger first, but ages are compared by their order of magnitude (base 2) only, and by uid within it: otherwise the pods
 * of the newest failure domain would always be the ones to go.
 */
function youngerFirst(
  a: Pod,
  b: Pod,
  { timeOf, nowMs }: { timeOf: (pod: Pod) => string | undefined; nowMs: number },
): number {
  const [timeA, timeB] = [Date.parse(timeOf(a) ?? ''), Date.parse(timeOf(b) ?? '')];
  if (timeA === timeB) return 0;
  if (Number.isNaN(timeA) || Number.isNaN(timeB))
    return Number(Number.isNaN(timeB)) - Number(Number.isNaN(timeA));
  const difference = magnitude(nowMs - timeA) - magnitude(nowMs - timeB);
  return difference === 0 ? byText(a.metadata?.uid ?? '', b.metadata?.uid ?? '') : difference;
}

function magnitude(ageMs: number): number {
  return ageMs > 0 ? Math.trunc(Math.log2(ageMs * 1e6)) : -1;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
