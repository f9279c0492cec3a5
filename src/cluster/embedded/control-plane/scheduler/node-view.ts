/** What the scheduler knows of a node: its capacity and what the pods on it take. */
import { milliOf } from '../../../../kubernetes/quantity.ts';
import type { Node, Pod } from '../../objects.ts';

/** Amounts by resource name, in thousandths of its unit (`cpu`: millicores, `memory`: millibytes, `pods`: 1000 a pod). */
export type Amounts = Readonly<Record<string, number>>;

export interface HostPort {
  ip: string;
  port: number;
  protocol: string;
}

/** A pod with what scheduling asks of it computed once. */
export interface PodView {
  pod: Pod;
  /** `namespace/name`. */
  key: string;
  requests: Amounts;
  hostPorts: readonly HostPort[];
  /** uid of the controlling owner. */
  owner: string | undefined;
}

export interface NodeView {
  name: string;
  node: Node;
  allocatable: Amounts;
  pods: ReadonlyMap<string, PodView>;
  /** Sum of the pods' requests. */
  requested: Amounts;
  /** The same, where a pod without a request counts as a small one: without this they would all go to one node. */
  weighted: Amounts;
}

/** What a pod that requests nothing is taken to use when nodes are compared: 100m and 200 MiB. */
const smallPod: Amounts = { cpu: 100, memory: 200 * 1024 * 1024 * 1000 };

/** A node without its pods. */
export function nodeView(node: Node): NodeView {
  const allocatable = amounts(node.status?.allocatable ?? node.status?.capacity ?? {});
  return { name: node.metadata?.name ?? '', node, allocatable, pods: new Map(), requested: {}, weighted: {} };
}

/** What scheduling asks of a pod. */
export function podView(pod: Pod): PodView {
  return {
    pod,
    key: `${pod.metadata?.namespace ?? ''}/${pod.metadata?.name ?? ''}`,
    requests: podRequests(pod),
    hostPorts: hostPorts(pod),
    owner: pod.metadata?.ownerReferences?.find(({ controller }) => controller)?.uid,
  };
}

/** The node with these pods on it. */
export function withPods(view: NodeView, pods: ReadonlyMap<string, PodView>): NodeView {
  const requested: Record<string, number> = {};
  const weighted: Record<string, number> = {};
  for (const { requests } of pods.values()) {
    add(requested, requests);
    add(weighted, weightedRequests(requests));
  }
  return { ...view, pods, requested, weighted };
}

/** Requests as they count when nodes are compared. */
export function weightedRequests(requests: Amounts): Amounts {
  return { ...smallPod, ...requests };
}

/**
 * What a pod requests: the sum of its containers and restartable init containers, or the largest plain init container with
 * the restartable ones before it if that is more, and its overhead.
 */
function podRequests(pod: Pod): Amounts {
  const total: Record<string, number> = {};
  for (const { resources } of pod.spec?.containers ?? []) add(total, amounts(resources?.requests ?? {}));
  const sidecars: Record<string, number> = {};
  const peaks: Record<string, number>[] = [];
  for (const { resources, restartPolicy } of pod.spec?.initContainers ?? []) {
    const requests = amounts(resources?.requests ?? {});
    if (restartPolicy === 'Always') add(sidecars, requests);
    else {
      const peak = { ...sidecars };
      add(peak, requests);
      peaks.push(peak);
    }
  }
  add(total, sidecars);
  for (const peak of peaks) {
    for (const [name, value] of Object.entries(peak)) total[name] = Math.max(total[name] ?? 0, value);
  }
  add(total, amounts(pod.spec?.overhead ?? {}));
  return total;
}

function amounts(quantities: Readonly<Record<string, string>>): Amounts {
  return Object.fromEntries(Object.entries(quantities).map(([name, quantity]) => [name, milliOf(quantity)]));
}

function add(total: Record<string, number>, more: Amounts): void {
  for (const [name, value] of Object.entries(more)) total[name] = (total[name] ?? 0) + value;
}

function hostPorts(pod: Pod): HostPort[] {
  const ports = (pod.spec?.containers ?? []).flatMap(({ ports }) => ports ?? []);
  return ports.flatMap(({ hostPort, hostIP, protocol }) =>
    hostPort ? [{ ip: hostIP || '0.0.0.0', port: hostPort, protocol: protocol ?? 'TCP' }] : [],
  );
}
