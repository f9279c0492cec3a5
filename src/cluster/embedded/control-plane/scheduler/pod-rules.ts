/** Rules about a pod's neighbours: pod affinity and anti-affinity, topology spread constraints. Pure. */
import { selectsBySpec } from '../../../../kubernetes/selector.ts';
import type { Pod } from '../../objects.ts';
import type { Refusal } from './filters.ts';
import { matchesNode } from './node-affinity.ts';
import type { NodeView, PodView } from './node-view.ts';

type PodAffinity = NonNullable<NonNullable<NonNullable<Pod['spec']>['affinity']>['podAffinity']>;
/** One rule of pod affinity: near (or far from) these pods, where "near" means the same value of a node label. */
export type AffinityTerm = NonNullable<PodAffinity['requiredDuringSchedulingIgnoredDuringExecution']>[number];
/** One topology spread constraint. */
export type SpreadConstraint = NonNullable<NonNullable<Pod['spec']>['topologySpreadConstraints']>[number];

/** The rules of one pod against the pods that run now. */
export interface PodRules {
  /** The first rule that forbids the node. */
  refusal(node: NodeView): Refusal | undefined;
}

/** Collects what the pod's rules need to know of all nodes, once per pod. */
export function podRules(pod: PodView, nodes: readonly NodeView[]): PodRules {
  const checks = [
    ...spreadChecks(pod, nodes),
    ...affinityChecks(pod, nodes),
    ...antiAffinityChecks(pod, nodes),
    ...othersAntiAffinityChecks(pod, nodes),
  ];
  return {
    refusal(node) {
      for (const check of checks) {
        const refused = check(node);
        if (refused !== undefined) return refused;
      }
      return undefined;
    },
  };
}

/** Whether the term speaks of `other`, seen from a pod of namespace `own`. */
export function concerns(term: AffinityTerm, own: string | undefined, other: Pod): boolean {
  const namespace = other.metadata?.namespace;
  const named = term.namespaces ?? [];
  // Namespaces' labels are not known here: a namespaceSelector counts as selecting every namespace.
  const inNamespace =
    term.namespaceSelector !== undefined ||
    (named.length === 0 ? namespace === own : namespace !== undefined && named.includes(namespace));
  return inNamespace && selectsBySpec(term.labelSelector, other.metadata?.labels);
}

/** How many pods that `matches` accepts run in each domain of a topology. */
export function countByDomain(
  nodes: readonly NodeView[],
  topologyKey: string,
  matches: (pod: Pod) => boolean,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const domain = domainOf(node, topologyKey);
    if (domain === undefined) continue;
    let count = counts.get(domain) ?? 0;
    for (const { pod } of node.pods.values()) if (matches(pod)) count += 1;
    counts.set(domain, count);
  }
  return counts;
}

/** The value of the node's topology label. */
export function domainOf({ node }: NodeView, topologyKey: string): string | undefined {
  return node.metadata?.labels?.[topologyKey];
}

/** Whether a spread constraint of `pod` counts `other`. Pods on their way out do not count. */
export function spreadsOver(constraint: SpreadConstraint, pod: Pod, other: Pod): boolean {
  if (other.metadata?.namespace !== pod.metadata?.namespace) return false;
  if (other.metadata?.deletionTimestamp !== undefined) return false;
  const [own, labels] = [pod.metadata?.labels ?? {}, other.metadata?.labels ?? {}];
  const sameKeys = (constraint.matchLabelKeys ?? []).every(
    (key) => !(key in own) || own[key] === labels[key],
  );
  return sameKeys && selectsBySpec(constraint.labelSelector, labels);
}

type Check = (node: NodeView) => Refusal | undefined;

const no = (reason: string): Refusal => ({ reasons: [reason], resolvable: true });

function spreadChecks({ pod }: PodView, nodes: readonly NodeView[]): Check[] {
  const constraints = (pod.spec?.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  );
  const eligible = nodes.filter(
    (node) =>
      constraints.every(({ topologyKey }) => domainOf(node, topologyKey) !== undefined) &&
      matchesNode(pod, node.node),
  );
  return constraints.map((constraint): Check => {
    const { topologyKey, maxSkew, minDomains = 1 } = constraint;
    const counts = countByDomain(eligible, topologyKey, (other) => spreadsOver(constraint, pod, other));
    const least = counts.size < minDomains ? 0 : Math.min(...counts.values());
    const self = Number(spreadsOver(constraint, pod, { ...pod, metadata: withoutDeletion(pod) }));
    return (node) => {
      const domain = domainOf(node, topologyKey);
      const reason = "node(s) didn't match pod topology spread constraints";
      if (domain === undefined) return { ...no(`${reason} (missing required label)`), resolvable: false };
      return (counts.get(domain) ?? 0) + self - least > maxSkew ? no(reason) : undefined;
    };
  });
}

function withoutDeletion(pod: Pod): NonNullable<Pod['metadata']> {
  const { deletionTimestamp: _, ...metadata } = pod.metadata ?? {};
  return metadata;
}

function affinityChecks({ pod }: PodView, nodes: readonly NodeView[]): Check[] {
  const terms = pod.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  if (terms.length === 0) return [];
  const own = pod.metadata?.namespace;
  const counted = terms.map((term) => ({
    key: term.topologyKey,
    counts: countByDomain(nodes, term.topologyKey, (other) => concerns(term, own, other)),
  }));
  // The first of a group of pods that want to be near each other must be able to start somewhere.
  const first =
    counted.every(({ counts }) => [...counts.values()].every((count) => count === 0)) &&
    terms.every((term) => concerns(term, own, pod));
  return [
    (node) =>
      counted.every(({ key, counts }) => {
        const domain = domainOf(node, key);
        return domain !== undefined && (first || (counts.get(domain) ?? 0) > 0);
      })
        ? undefined
        : { ...no("node(s) didn't match pod affinity rules"), resolvable: false },
  ];
}

function antiAffinityChecks({ pod }: PodView, nodes: readonly NodeView[]): Check[] {
  const terms = pod.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.map((term): Check => {
    const own = pod.metadata?.namespace;
    const counts = countByDomain(nodes, term.topologyKey, (other) => concerns(term, own, other));
    return (node) =>
      (counts.get(domainOf(node, term.topologyKey) ?? '') ?? 0) > 0
        ? no("node(s) didn't match pod anti-affinity rules")
        : undefined;
  });
}

/** The anti-affinity of pods that run already holds against newcomers too. */
function othersAntiAffinityChecks({ pod }: PodView, nodes: readonly NodeView[]): Check[] {
  const forbidden = new Set<string>();
  for (const node of nodes) {
    for (const { pod: other } of node.pods.values()) {
      const terms =
        other.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
      for (const term of terms) {
        const domain = domainOf(node, term.topologyKey);
        if (domain !== undefined && concerns(term, other.metadata?.namespace, pod)) {
          forbidden.add(`${term.topologyKey}=${domain}`);
        }
      }
    }
  }
  if (forbidden.size === 0) return [];
  return [
    ({ node }) =>
      Object.entries(node.metadata?.labels ?? {}).some(([key, value]) => forbidden.has(`${key}=${value}`))
        ? no("node(s) didn't satisfy existing pods anti-affinity rules")
        : undefined,
  ];
}
