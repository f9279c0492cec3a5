/** Pure: Kubernetes objects as a watch shows them → events of the journal. */
import type {
  ClusterEvent,
  DeploymentObserved,
  EndpointsObserved,
  HpaObserved,
  MetricsObserved,
  NodeObserved,
  PodObserved,
  PodTimings,
  ScalingBehaviorSpec,
  ScalingRulesSpec,
  Unstamped,
} from '../../journal/index.ts';
import {
  isReady,
  isTerminating,
  milliOf,
  reasonOf,
  type Change,
  type Deployment,
  type EndpointSlice,
  type Event,
  type HorizontalPodAutoscaler,
  type Node,
  type Pod,
  type PodMetrics,
} from '../../kubernetes/index.ts';
import { hpaReadings } from './hpa-readings.ts';

type Behavior = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['behavior']>;

/** @param fromWall Ms since the run's origin of a wall-clock instant. */
export function podObserved(
  change: Change,
  pod: Pod,
  fromWall: (wallMs: number) => number,
): Unstamped<PodObserved> {
  const { metadata, spec, status } = pod;
  const [container] = status?.containerStatuses ?? [];
  return {
    type: 'k8s.pod',
    change,
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    node: spec?.nodeName ?? null,
    phase: status?.phase ?? 'Pending',
    ready: isReady(pod),
    started: container?.state?.running !== undefined,
    restarts: container?.restartCount ?? 0,
    reason: reasonOf(pod),
    ip: status?.podIP ?? null,
    owner: metadata?.ownerReferences?.find(({ kind }) => kind === 'ReplicaSet')?.name ?? null,
    terminating: isTerminating(pod),
    createdT: fromWall(Date.parse(metadata?.creationTimestamp ?? '')),
    startT: instant(status?.startTime, fromWall),
    readyChangedT: instant(
      status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime,
      fromWall,
    ),
    cpuRequestMilli: requestMilliOf(pod, 'cpu'),
    memoryRequestBytes: bytesOf(requestMilliOf(pod, 'memory')),
  };
}

function instant(stamp: string | undefined, fromWall: (wallMs: number) => number): number | null {
  const wallMs = Date.parse(stamp ?? '');
  return Number.isNaN(wallMs) ? null : fromWall(wallMs);
}

/** What the autoscaler divides a pod's use by: the requests of its containers, sidecars included; null where one has none. */
function requestMilliOf({ spec }: Pod, resource: 'cpu' | 'memory'): number | null {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const requests = [...(spec?.containers ?? []), ...sidecars].map(
    ({ resources }) => resources?.requests?.[resource],
  );
  return requests.reduce<number | null>(
    (sum, request) => (sum === null || request === undefined ? null : sum + milliOf(request)),
    0,
  );
}

function bytesOf(milli: number | null): number | null {
  return milli === null ? null : milli / 1000;
}

export function nodeObserved(change: Change, { metadata, spec, status }: Node): Unstamped<NodeObserved> {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  const labels = metadata?.labels ?? {};
  return {
    type: 'k8s.node',
    change,
    name: metadata?.name ?? '',
    role: 'node-role.kubernetes.io/control-plane' in labels ? 'control-plane' : 'worker',
    ready: ready === 'True' || ready === 'False' ? ready : 'Unknown',
    unschedulable: spec?.unschedulable ?? false,
    taints: (spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`),
    allocatableCpuMilli: milliOf(status?.allocatable?.['cpu'] ?? '0'),
  };
}

/** The endpoints of a Service over all its slices, by pod; one that stands in two slices is taken once. */
export function endpointsObserved(
  service: string,
  slices: readonly EndpointSlice[],
): Unstamped<EndpointsObserved> {
  const endpoints = new Map<string, EndpointsObserved['endpoints'][number]>();
  for (const { targetRef, addresses, nodeName, conditions } of slices.flatMap(
    // Kubernetes sends null where there are none.
    ({ endpoints }) => endpoints ?? [],
  )) {
    const pod = targetRef?.name ?? addresses[0] ?? '';
    // A condition that is left out counts as true, save terminating (the API's own rule).
    const ready = conditions?.ready ?? true;
    endpoints.set(pod, {
      pod,
      node: nodeName ?? null,
      ip: addresses[0] ?? '',
      ready,
      serving: conditions?.serving ?? ready,
      terminating: conditions?.terminating ?? false,
    });
  }
  const byPod = [...endpoints.values()].toSorted((a, b) => (a.pod < b.pod ? -1 : 1));
  return { type: 'k8s.endpoints', service, endpoints: byPod };
}

export function hpaObserved(hpa: HorizontalPodAutoscaler): Unstamped<HpaObserved> {
  const { metadata, spec, status } = hpa;
  const target = spec?.metrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.target;
  const current = status?.currentMetrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.current;
  return {
    type: 'k8s.hpa',
    name: metadata?.name ?? '',
    minReplicas: spec?.minReplicas ?? 1,
    maxReplicas: spec?.maxReplicas ?? 1,
    currentReplicas: status?.currentReplicas ?? 0,
    desiredReplicas: status?.desiredReplicas ?? 0,
    targetUtilization: target?.averageUtilization ?? null,
    currentUtilization: current?.averageUtilization ?? null,
    conditions: (status?.conditions ?? []).map(({ type, status, reason = '', message = '' }) => ({
      type,
      status,
      reason,
      message,
    })),
    averageCpuMilli: current?.averageValue === undefined ? null : milliOf(current.averageValue),
    behavior: behaviorOf(spec?.behavior),
    metrics: spec?.metrics?.length ?? 0,
    targetCpuMilli: target?.averageValue === undefined ? null : milliOf(target.averageValue),
    readings: hpaReadings(hpa),
  };
}

function behaviorOf(behavior: Behavior | undefined): ScalingBehaviorSpec | null {
  if (behavior === undefined) return null;
  const { scaleUp, scaleDown } = behavior;
  return {
    ...(scaleUp !== undefined && { scaleUp: rulesOf(scaleUp) }),
    ...(scaleDown !== undefined && { scaleDown: rulesOf(scaleDown) }),
  };
}

function rulesOf({
  stabilizationWindowSeconds,
  selectPolicy,
  policies,
}: NonNullable<Behavior['scaleUp']>): ScalingRulesSpec {
  return {
    ...(stabilizationWindowSeconds !== undefined && { stabilizationWindowSeconds }),
    ...(selectPolicy !== undefined && { selectPolicy }),
    ...(policies !== undefined && {
      policies: policies.map(({ type, value, periodSeconds }) => ({ type, value, periodSeconds })),
    }),
  };
}

export function deploymentObserved({ metadata, spec, status }: Deployment): Unstamped<DeploymentObserved> {
  return {
    type: 'k8s.deployment',
    name: metadata?.name ?? '',
    specReplicas: spec?.replicas ?? 1,
    replicas: status?.replicas ?? 0,
    readyReplicas: status?.readyReplicas ?? 0,
    updatedReplicas: status?.updatedReplicas ?? 0,
    template: podTimings(spec?.template.spec),
  };
}

/** Defaults are the API's own, for servers that leave them out. */
function podTimings(spec: Pod['spec']): PodTimings {
  const probe = spec?.containers[0]?.readinessProbe;
  return {
    terminationGraceMs: (spec?.terminationGracePeriodSeconds ?? 30) * 1000,
    readiness:
      probe === undefined
        ? null
        : {
            periodMs: (probe.periodSeconds ?? 10) * 1000,
            initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1000,
            timeoutMs: (probe.timeoutSeconds ?? 1) * 1000,
            failureThreshold: probe.failureThreshold ?? 3,
          },
  };
}

export function clusterEvent({
  type,
  reason = '',
  message = '',
  involvedObject,
  source,
  reportingComponent,
  count,
  series,
}: Event): Unstamped<ClusterEvent> {
  return {
    type: 'k8s.event',
    severity: type === 'Warning' ? 'Warning' : 'Normal',
    reason,
    message,
    object: { kind: involvedObject.kind ?? '', name: involvedObject.name ?? '' },
    component: source?.component ?? reportingComponent ?? '',
    count: series?.count ?? count ?? 1,
  };
}

/** @param fromWall Ms since the run's origin of a wall-clock instant. */
export function metricsObserved(
  metrics: readonly PodMetrics[],
  fromWall: (wallMs: number) => number,
): Unstamped<MetricsObserved> {
  return {
    type: 'k8s.metrics',
    pods: metrics.map(({ metadata, containers, window, timestamp }) => ({
      name: metadata?.name ?? '',
      cpuMilli: containers.reduce((sum, { usage }) => sum + milliOf(usage.cpu), 0),
      ...memoryUsed(containers),
      windowMs: durationMs(window),
      ...takenAt(timestamp, fromWall),
    })),
  };
}

function memoryUsed(containers: PodMetrics['containers']): { memoryBytes?: number } {
  const figures = containers.map(({ usage }): string | undefined => usage.memory);
  if (figures.length === 0 || figures.includes(undefined)) return {};
  return { memoryBytes: figures.reduce((sum, figure) => sum + milliOf(figure ?? '0'), 0) / 1000 };
}

function takenAt(timestamp: string, fromWall: (wallMs: number) => number): { takenT?: number } {
  const takenT = instant(timestamp, fromWall);
  return takenT === null ? {} : { takenT };
}

const unitMs: Record<string, number> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/** A Go duration (`1m0.5s`, `250ms`) in milliseconds; NaN-free: what is no duration counts 0. */
export function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)];
  return parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (unitMs[unit] ?? 0), 0);
}
