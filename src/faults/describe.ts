import { faults } from './catalogue.ts';
import type { FaultSpec, TargetSelector } from './spec.ts';

/** A fault in words: `kill-node: 1 worker (labels zone=b), undone after 10 s`. */
export function describeFault({ type, select, forMs }: FaultSpec): string {
  const { targetKind } = faults[type];
  const noun = targetKind === 'Pod' ? 'pod' : 'worker';
  const amount =
    'count' in select.amount
      ? `${select.amount.count} ${noun}${select.amount.count === 1 ? '' : 's'}`
      : `${select.amount.percent} % of the ${noun}s`;
  const conditions = conditionsOf(select);
  const where = conditions.length === 0 ? '' : ` (${conditions.join(', ')})`;
  return `${type}: ${amount}${where}${forMs === null ? '' : `, undone after ${forMs / 1000} s`}`;
}

/** Why a fault found nothing to hit. */
export function describeMissing({ type, select }: FaultSpec): string {
  const what = faults[type].targetKind === 'Pod' ? "no running pod of the run's workload" : 'no Ready worker';
  const conditions = conditionsOf(select);
  const { amount } = select;
  const wanted = 'count' in amount ? `${amount.count}` : `${amount.percent} %`;
  return `${what}${conditions.length === 0 ? '' : ` matches ${conditions.join(' and ')}`} (wanted ${wanted})`;
}

function conditionsOf({ labels, node }: TargetSelector): string[] {
  return [...(labels === null ? [] : [`labels ${labels}`]), ...(node === null ? [] : [`node ${node}`])];
}
