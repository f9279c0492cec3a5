/** Objects that tests of scheduler and controllers start from. */
import type { Deployment, Node, Pod, ReplicaSet } from '../../../objects.ts';

export const namespace = 'default';

/** A worker with 4 cores, 8 GiB and room for 110 pods, which is Ready. */
export function node(
  name: string,
  change: { spec?: Node['spec']; labels?: Record<string, string>; allocatable?: Record<string, string> } = {},
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...change.labels } },
    spec: change.spec ?? {},
    status: {
      allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...change.allocatable },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

/** A pod that requests 100m of CPU. */
export function pod(
  name: string,
  spec: Partial<NonNullable<Pod['spec']>> = {},
  labels: Record<string, string> = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: { containers: [container()], ...spec },
  };
}

export function container(cpu = '100m'): NonNullable<Pod['spec']>['containers'][number] {
  return {
    name: 'api',
    image: 'x:1',
    resources: { requests: { cpu, memory: '64Mi' } },
    ports: [{ name: 'http', containerPort: 8080 }],
  };
}

export function replicaSet(
  name: string,
  replicas: number,
  change: Partial<NonNullable<ReplicaSet['spec']>> = {},
): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace },
    spec: { ...podsOf(name, replicas), ...change },
  };
}

export function deployment(
  name: string,
  replicas: number,
  change: Partial<NonNullable<Deployment['spec']>> = {},
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { ...podsOf(name, replicas), ...change },
  };
}

/** How a ReplicaSet and a Deployment describe their pods. */
function podsOf(name: string, replicas: number) {
  return {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [container()] } },
  };
}
