/**
 * Which nodes a pod may run on, and why not on the others, in Kubernetes' words and order. Pure. The first filter that
 * objects speaks for the node.
 */
import { untolerated } from '../controllers/machinery/taints.ts';
import { matchesNode } from './node-affinity.ts';
import type { HostPort, NodeView, PodView } from './node-view.ts';
import type { PodRules } from './pod-rules.ts';

/** Why a node was refused. */
export interface Refusal {
  reasons: string[];
  /** Removing other pods from the node could help. */
  resolvable: boolean;
}

/** The first objection to the pod running on the node; undefined: it fits. */
export function refusal(pod: PodView, node: NodeView, rules: PodRules): Refusal | undefined {
  for (const filter of filters) {
    const refused = filter(pod, node, rules);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

type Filter = (pod: PodView, node: NodeView, rules: PodRules) => Refusal | undefined;

const filters: readonly Filter[] = [
  unschedulable,
  nodeName,
  taints,
  nodeAffinity,
  ports,
  resources,
  podRules,
];

const never = (reason: string): Refusal => ({ reasons: [reason], resolvable: false });
const notNow = (...reasons: string[]): Refusal => ({ reasons, resolvable: true });

function unschedulable({ pod }: PodView, { node }: NodeView): Refusal | undefined {
  if (!node.spec?.unschedulable) return undefined;
  const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  return untolerated(pod, [taint], ['NoSchedule']) && never('node(s) were unschedulable');
}

function nodeName({ pod }: PodView, { name }: NodeView): Refusal | undefined {
  const wanted = pod.spec?.nodeName;
  return wanted && wanted !== name ? never("node(s) didn't match the requested node name") : undefined;
}

function taints({ pod }: PodView, { node }: NodeView): Refusal | undefined {
  const taint = untolerated(pod, node.spec?.taints ?? [], ['NoSchedule', 'NoExecute']);
  return taint && never('node(s) had untolerated taint(s)');
}

function nodeAffinity({ pod }: PodView, { node }: NodeView): Refusal | undefined {
  return matchesNode(pod, node) ? undefined : never("node(s) didn't match Pod's node affinity/selector");
}

function ports({ hostPorts }: PodView, { pods }: NodeView): Refusal | undefined {
  if (hostPorts.length === 0) return undefined;
  const taken = [...pods.values()].flatMap(({ hostPorts }) => hostPorts);
  return hostPorts.some((port) => taken.some((other) => collide(port, other)))
    ? notNow("node(s) didn't have free ports for the requested pod ports")
    : undefined;
}

function collide(a: HostPort, b: HostPort): boolean {
  const everywhere = a.ip === '0.0.0.0' || b.ip === '0.0.0.0';
  return a.port === b.port && a.protocol === b.protocol && (everywhere || a.ip === b.ip);
}

function resources({ requests }: PodView, { allocatable, requested, pods }: NodeView): Refusal | undefined {
  const reasons: string[] = [];
  let resolvable = true;
  if ((pods.size + 1) * 1000 > (allocatable['pods'] ?? 0)) reasons.push('Too many pods');
  for (const [name, amount] of Object.entries(requests)) {
    const room = allocatable[name] ?? 0;
    if (amount === 0 || amount <= room - (requested[name] ?? 0)) continue;
    reasons.push(`Insufficient ${name}`);
    if (amount > room) resolvable = false;
  }
  return reasons.length === 0 ? undefined : { reasons, resolvable };
}

function podRules(_pod: PodView, node: NodeView, rules: PodRules): Refusal | undefined {
  return rules.refusal(node);
}
