/** Objects that cases start from. */
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { target } from './client.ts';

type PodSpec = NonNullable<Pod['spec']>;
type Container = PodSpec['containers'][number];

export function configMap(name: string, data: Record<string, string> = {}, metadata: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

/** Runs until it is asked to end. */
const idle = "process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);";

/** A container that runs a Node.js program; without one it waits to be asked to end. */
export function container(program: string = idle, change: Partial<Container> = {}): Container {
  return {
    name: 'main',
    image: target.image,
    command: ['node', '-e', program],
    resources: { requests: { cpu: '10m', memory: '16Mi' } },
    ...change,
  };
}

export function pod(name: string, spec: Partial<PodSpec> = {}, metadata: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: podSpec(spec),
  };
}

export function podSpec(spec: Partial<PodSpec> = {}): PodSpec {
  return { containers: [container()], terminationGracePeriodSeconds: 5, ...spec };
}

/** A pod that no node has room for, so that nothing but the API happens to it. */
export function pendingPod(name: string, metadata: object = {}): object {
  return pod(name, { nodeSelector: { 'contract.openbell.dev/nowhere': 'true' } }, metadata);
}

/** A Deployment or ReplicaSet. */
export function replicated(
  kind: 'Deployment' | 'ReplicaSet',
  name: string,
  spec: { replicas?: number; pod?: Partial<PodSpec> } & Record<string, unknown> = {},
): object {
  const { replicas = 1, pod, ...rest } = spec;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec(pod) },
      ...rest,
    },
  };
}

export function service(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, ...metadata },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  };
}
