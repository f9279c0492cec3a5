/** Where one pod goes, or why nowhere. Pure. */
import { refusal, type Refusal } from './filters.ts';
import type { NodeView, PodView } from './node-view.ts';
import { podRules } from './pod-rules.ts';
import { scores } from './scores.ts';

/** A node, or the message of the event FailedScheduling. */
export type Decision = { node: string } | { unschedulable: string };

/**
 * Filters, then scores. Among equally good nodes the first from index `turn` on is taken, so that who counts `turn` up
 * goes round them.
 */
export function decide(pod: PodView, nodes: readonly NodeView[], turn: number): Decision {
  if (nodes.length === 0) return { unschedulable: 'no nodes available to schedule pods' };
  const rules = podRules(pod, nodes);
  const refusals: Refusal[] = [];
  const feasible: NodeView[] = [];
  const start = turn % nodes.length;
  for (const node of [...nodes.slice(start), ...nodes.slice(0, start)]) {
    const refused = refusal(pod, node, rules);
    if (refused === undefined) feasible.push(node);
    else refusals.push(refused);
  }
  const [only, second] = feasible;
  if (only === undefined) return { unschedulable: explain(refusals) };
  if (second === undefined) return { node: only.name };
  const points = scores(pod, feasible, nodes);
  const best = points.indexOf(Math.max(...points));
  return { node: (feasible[best] ?? only).name };
}

/** `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. …` */
function explain(refusals: readonly Refusal[]): string {
  const total = refusals.length;
  const helpless = refusals.filter(({ resolvable }) => !resolvable).length;
  const preemption = [
    ...(helpless > 0 ? [`${helpless} Preemption is not helpful for scheduling`] : []),
    ...(helpless < total ? [`${total - helpless} No preemption victims found for incoming pod`] : []),
  ];
  const reasons = histogram(refusals.flatMap(({ reasons }) => reasons));
  // Kubernetes 1.34 says on the same line that no resource claims and no lesser pods could make room.
  return (
    `0/${total} nodes are available: ${reasons}. no new claims to deallocate, ` +
    `preemption: 0/${total} nodes are available: ${preemption.sort().join(', ')}.`
  );
}

function histogram(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
