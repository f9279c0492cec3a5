/**
 * How well nodes suit a pod, 0…100 per criterion, weighted as Kubernetes' default profile weighs them. Pure. Only nodes
 * that passed the filters are compared.
 */
import { sum } from '../../../../support/index.ts';
import { preference } from './node-affinity.ts';
import { weightedRequests, type Amounts, type NodeView, type PodView } from './node-view.ts';
import { concerns, countByDomain, domainOf, spreadsOver, type AffinityTerm } from './pod-rules.ts';
import { tolerates } from '../controllers/machinery/taints.ts';
import type { Pod } from '../../objects.ts';

const hostname = 'kubernetes.io/hostname';
const zone = 'topology.kubernetes.io/zone';

/** Total score of each node, in the nodes' order. `all` are all nodes of the cluster, for rules about neighbours. */
export function scores(pod: PodView, feasible: readonly NodeView[], all: readonly NodeView[]): number[] {
  const parts = criteria.map(({ weight, score }) =>
    score(pod, feasible, all).map((points) => points * weight),
  );
  return feasible.map((_, index) => parts.reduce((total, points) => total + (points[index] ?? 0), 0));
}

type Score = (pod: PodView, feasible: readonly NodeView[], all: readonly NodeView[]) => number[];

const criteria: readonly { weight: number; score: Score }[] = [
  { weight: 3, score: tolerated },
  { weight: 2, score: preferredNodes },
  { weight: 1, score: leastAllocated },
  { weight: 1, score: balanced },
  { weight: 2, score: spread },
  { weight: 2, score: preferredNeighbours },
];

/** Fewest PreferNoSchedule taints that the pod does not tolerate. */
function tolerated({ pod }: PodView, feasible: readonly NodeView[]): number[] {
  const tolerations = pod.spec?.tolerations ?? [];
  const counts = feasible.map(
    ({ node }) =>
      (node.spec?.taints ?? []).filter(
        (taint) =>
          taint.effect === 'PreferNoSchedule' &&
          !tolerations.some((toleration) => tolerates(toleration, taint)),
      ).length,
  );
  return scaled(counts).map((points) => 100 - points);
}

function preferredNodes({ pod }: PodView, feasible: readonly NodeView[]): number[] {
  return scaled(feasible.map(({ node }) => preference(pod, node)));
}

/** Most CPU and memory left, in relation to what there is. */
function leastAllocated(pod: PodView, feasible: readonly NodeView[]): number[] {
  const more = weightedRequests(pod.requests);
  return feasible.map(({ allocatable, weighted }) => {
    const points = (['cpu', 'memory'] as const).map((name) => {
      const capacity = allocatable[name] ?? 0;
      const used = (weighted[name] ?? 0) + (more[name] ?? 0);
      return capacity === 0 || used > capacity ? 0 : Math.trunc(((capacity - used) * 100) / capacity);
    });
    return Math.trunc(sum(points) / points.length);
  });
}

/** CPU and memory used to the same degree. */
function balanced(pod: PodView, feasible: readonly NodeView[]): number[] {
  if (!pod.requests['cpu'] && !pod.requests['memory']) return feasible.map(() => 0);
  return feasible.map(({ allocatable, requested }) => {
    const share = (name: string): number => shareOf(name, { allocatable, requested, more: pod.requests });
    const deviation = Math.abs(share('cpu') - share('memory')) / 2;
    return Math.trunc((1 - deviation) * 100);
  });
}

function shareOf(
  name: string,
  { allocatable, requested, more }: { allocatable: Amounts; requested: Amounts; more: Amounts },
): number {
  const capacity = allocatable[name] ?? 0;
  return capacity === 0 ? 0 : Math.min(1, ((requested[name] ?? 0) + (more[name] ?? 0)) / capacity);
}

/** Fewest pods that the newcomer should be spread from: by its own constraints, else from those of the same owner. */
function spread(view: PodView, feasible: readonly NodeView[], all: readonly NodeView[]): number[] {
  const constraints = softConstraints(view);
  const totals = feasible.map(() => 0);
  for (const { topologyKey, maxSkew, counts: matches } of constraints) {
    const counts = countByDomain(all, topologyKey, matches);
    const domains = new Set(feasible.map((node) => domainOf(node, topologyKey))).size;
    for (const [index, node] of feasible.entries()) {
      const domain = domainOf(node, topologyKey);
      if (domain === undefined) continue;
      const here = (counts.get(domain) ?? 0) * Math.log(domains + 2) + (maxSkew - 1);
      totals[index] = (totals[index] ?? 0) + here;
    }
  }
  const rounded = totals.map(Math.round);
  const [least, most] = [Math.min(...rounded), Math.max(...rounded)];
  return rounded.map((total) => (most === 0 ? 100 : Math.trunc((100 * (most + least - total)) / most)));
}

function softConstraints({
  pod,
  owner,
}: PodView): { topologyKey: string; maxSkew: number; counts: (other: Pod) => boolean }[] {
  const own = pod.spec?.topologySpreadConstraints ?? [];
  if (own.length > 0) {
    return own
      .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway')
      .map((constraint) => ({ ...constraint, counts: (other) => spreadsOver(constraint, pod, other) }));
  }
  if (owner === undefined) return [];
  const counts = (other: Pod): boolean =>
    other.metadata?.deletionTimestamp === undefined &&
    (other.metadata?.ownerReferences ?? []).some(({ uid, controller }) => controller && uid === owner);
  return [
    { topologyKey: hostname, maxSkew: 3, counts },
    { topologyKey: zone, maxSkew: 5, counts },
  ];
}

function preferredNeighbours(
  { pod }: PodView,
  feasible: readonly NodeView[],
  all: readonly NodeView[],
): number[] {
  const affinity = pod.spec?.affinity;
  const near = affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const far = affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const totals = feasible.map(() => 0);
  const count = (term: AffinityTerm, weight: number): void => {
    const counts = countByDomain(all, term.topologyKey, (other) =>
      concerns(term, pod.metadata?.namespace, other),
    );
    for (const [index, node] of feasible.entries()) {
      const domain = domainOf(node, term.topologyKey);
      totals[index] = (totals[index] ?? 0) + weight * (counts.get(domain ?? '') ?? 0);
    }
  };
  for (const { podAffinityTerm, weight } of near) count(podAffinityTerm, weight);
  for (const { podAffinityTerm, weight } of far) count(podAffinityTerm, -weight);
  const [least, most] = [Math.min(...totals), Math.max(...totals)];
  return totals.map((total) => (most === least ? 0 : Math.trunc((100 * (total - least)) / (most - least))));
}

/** In relation to the highest: 0…100. */
function scaled(values: readonly number[]): number[] {
  const most = Math.max(0, ...values);
  return values.map((value) => (most === 0 ? 0 : Math.trunc((100 * value) / most)));
}
