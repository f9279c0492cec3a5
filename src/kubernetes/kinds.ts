import type {
  AccessReview,
  ConfigMap,
  Deployment,
  EndpointSlice,
  Event,
  HorizontalPodAutoscaler,
  Ingress,
  Job,
  Lease,
  KubeObject,
  Namespace,
  Node,
  Pod,
  PodMetrics,
  ReplicaSet,
  Secret,
  Service,
} from './objects.ts';

/** Where a kind is served. `T` is a phantom: it ties the objects' type to the kind. */
export interface Kind<T extends KubeObject = KubeObject> {
  /** `v1`, `apps/v1`, … */
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly _type?: T;
}

const clusterScoped = new Set(['Node', 'Namespace', 'SelfSubjectAccessReview']);

function kind<T extends KubeObject>(apiVersion: string, name: string, plural: string): Kind<T> {
  return { apiVersion, kind: name, plural, namespaced: !clusterScoped.has(name) };
}

/** The kinds that openbell itself reads and writes. Others are found by discovery, from their apiVersion and kind. */
export const kinds = {
  pod: kind<Pod>('v1', 'Pod', 'pods'),
  node: kind<Node>('v1', 'Node', 'nodes'),
  service: kind<Service>('v1', 'Service', 'services'),
  namespace: kind<Namespace>('v1', 'Namespace', 'namespaces'),
  event: kind<Event>('v1', 'Event', 'events'),
  configMap: kind<ConfigMap>('v1', 'ConfigMap', 'configmaps'),
  secret: kind<Secret>('v1', 'Secret', 'secrets'),
  deployment: kind<Deployment>('apps/v1', 'Deployment', 'deployments'),
  replicaSet: kind<ReplicaSet>('apps/v1', 'ReplicaSet', 'replicasets'),
  endpointSlice: kind<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  horizontalPodAutoscaler: kind<HorizontalPodAutoscaler>(
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    'horizontalpodautoscalers',
  ),
  job: kind<Job>('batch/v1', 'Job', 'jobs'),
  ingress: kind<Ingress>('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  lease: kind<Lease>('coordination.k8s.io/v1', 'Lease', 'leases'),
  accessReview: kind<AccessReview>(
    'authorization.k8s.io/v1',
    'SelfSubjectAccessReview',
    'selfsubjectaccessreviews',
  ),
  podMetrics: kind<PodMetrics>('metrics.k8s.io/v1beta1', 'PodMetrics', 'pods'),
} as const;

/** Path of the group and version: `/api/v1`, `/apis/apps/v1`. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Path of a kind's collection, or of one object in it. */
export function resourcePath(kind: Kind, namespace: string | undefined, name?: string): string {
  const scope =
    kind.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${groupPath(kind.apiVersion)}${scope}/${kind.plural}${object}`;
}
