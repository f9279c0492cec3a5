/**
 * The API as the embedded cluster's own components see it. Two implementations: directly on the store inside the control-plane
 * process, and over HTTPS from the node processes. Both run the same defaulting, validation and conflict checks.
 */
import type {
  ConfigMap,
  Deployment,
  EndpointSlice,
  Event,
  HorizontalPodAutoscaler,
  Job,
  KubeObject,
  Lease,
  Namespace,
  Node,
  NodeMetrics,
  Pod,
  PodDisruptionBudget,
  PodMetrics,
  ReplicaSet,
  Secret,
  Service,
  Status,
} from './objects.ts';

/** A kind that the API serves. `T` is a phantom: it ties the objects' type to the resource. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** `''` for core. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly _type?: T;
}

function resourceType<T extends KubeObject>(
  [group, version]: [string, string],
  plural: string,
  kind: string,
  namespaced = true,
): ResourceType<T> {
  return { group, version, plural, kind, namespaced };
}

/** The kinds that the cluster's own components use; the API server may serve more. */
export const resources = {
  pods: resourceType<Pod>(['', 'v1'], 'pods', 'Pod'),
  nodes: resourceType<Node>(['', 'v1'], 'nodes', 'Node', false),
  services: resourceType<Service>(['', 'v1'], 'services', 'Service'),
  namespaces: resourceType<Namespace>(['', 'v1'], 'namespaces', 'Namespace', false),
  events: resourceType<Event>(['', 'v1'], 'events', 'Event'),
  configMaps: resourceType<ConfigMap>(['', 'v1'], 'configmaps', 'ConfigMap'),
  secrets: resourceType<Secret>(['', 'v1'], 'secrets', 'Secret'),
  deployments: resourceType<Deployment>(['apps', 'v1'], 'deployments', 'Deployment'),
  replicaSets: resourceType<ReplicaSet>(['apps', 'v1'], 'replicasets', 'ReplicaSet'),
  jobs: resourceType<Job>(['batch', 'v1'], 'jobs', 'Job'),
  podDisruptionBudgets: resourceType<PodDisruptionBudget>(
    ['policy', 'v1'],
    'poddisruptionbudgets',
    'PodDisruptionBudget',
  ),
  endpointSlices: resourceType<EndpointSlice>(['discovery.k8s.io', 'v1'], 'endpointslices', 'EndpointSlice'),
  leases: resourceType<Lease>(['coordination.k8s.io', 'v1'], 'leases', 'Lease'),
  horizontalPodAutoscalers: resourceType<HorizontalPodAutoscaler>(
    ['autoscaling', 'v2'],
    'horizontalpodautoscalers',
    'HorizontalPodAutoscaler',
  ),
  podMetrics: resourceType<PodMetrics>(['metrics.k8s.io', 'v1beta1'], 'pods', 'PodMetrics'),
  nodeMetrics: resourceType<NodeMetrics>(['metrics.k8s.io', 'v1beta1'], 'nodes', 'NodeMetrics', false),
} as const;

/** Name of a namespaced or cluster-wide object. */
export interface ObjectRef {
  namespace?: string | undefined;
  name: string;
}

export interface ListOptions {
  namespace?: string;
  /** `key=value,key2!=value2,key3 in (a,b)`. */
  labelSelector?: string;
  /** `spec.nodeName=worker-1`, `metadata.name=…`, `status.phase!=…`. */
  fieldSelector?: string;
}

export interface List<T> {
  resourceVersion: string;
  items: T[];
}

export type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  | { type: 'BOOKMARK'; object: KubeObject }
  | { type: 'ERROR'; object: Status };

export interface DeleteOptions {
  /** Nominal seconds; 0 removes a pod at once. Left out: the pod's own. */
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** Verbs of the API. All reject with an {@link ApiError} that carries Kubernetes' own Status. */
export interface Api {
  get<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef): Promise<T>;
  list<T extends KubeObject>(type: ResourceType<T>, options?: ListOptions): Promise<List<T>>;
  create<T extends KubeObject>(type: ResourceType<T>, object: T): Promise<T>;
  /** Replaces; a `metadata.resourceVersion` that is not the current one is a 409 Conflict. */
  update<T extends KubeObject>(type: ResourceType<T>, object: T): Promise<T>;
  /** Replaces only the status. */
  updateStatus<T extends KubeObject>(type: ResourceType<T>, object: T): Promise<T>;
  /** JSON merge patch (RFC 7396), optionally of a subresource (`status`, `scale`, `finalize`). */
  patch<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    patch: object,
    subresource?: 'status' | 'scale' | 'finalize',
  ): Promise<T>;
  delete<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef, options?: DeleteOptions): Promise<void>;
  /** pods/binding: sets spec.nodeName and the PodScheduled condition. */
  bind(pod: ObjectRef, node: string): Promise<void>;
  /**
   * Changes after `resourceVersion`. Ends when `signal` aborts or the server closes it; an expired version arrives as an
   * `ERROR` event with code 410.
   */
  watch<T extends KubeObject>(
    type: ResourceType<T>,
    options: ListOptions & { resourceVersion: string; signal: AbortSignal },
  ): AsyncIterable<WatchEvent<T>>;
}

/** A refusal by the API, with the Status object that Kubernetes would answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: Status;

  constructor(status: Status) {
    super(status.message ?? status.reason ?? `HTTP ${status.code}`);
    this.status = status;
  }

  /** HTTP status code. */
  get code(): number {
    return this.status.code ?? 500;
  }
  /** Kubernetes' word for it: `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, … */
  get reason(): string {
    return this.status.reason ?? '';
  }
}
