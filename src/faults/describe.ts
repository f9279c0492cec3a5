import { isOfControlPlane } from '../cluster/index.ts';
import { faultAims, type FaultSpec, type TargetSelector } from './spec.ts';

/** A fault in words: `kill-node: 1 worker (labels zone=b), undone after 10 s`. */
export function describeFault({ type, select, component, joins, forMs }: FaultSpec): string {
  const undone = forMs === null ? '' : `, undone after ${forMs / 1000} s`;
  if (isOfControlPlane(component)) return `${type}: ${component}${undone}`;
  if (joins !== undefined) return `${type}: ${joins.join(', ')}${undone}`;
  const noun = faultAims[type] === 'pod' ? 'pod' : 'worker';
  const amount =
    'count' in select.amount
      ? `${select.amount.count} ${noun}${select.amount.count === 1 ? '' : 's'}`
      : `${select.amount.percent} % of the ${noun}s`;
  const conditions = conditionsOf(select);
  const where = conditions.length === 0 ? '' : ` (${conditions.join(', ')})`;
  const what = component === undefined ? amount : `${component} of ${amount}`;
  return `${type}: ${what}${where}${undone}`;
}

/** Why a fault found nothing to hit. */
export function describeMissing({ type, select, component, joins }: FaultSpec): string {
  if (joins !== undefined) return `${joins.join(', ')} joined before`;
  if (isOfControlPlane(component)) return `the ${component} is stopped already`;
  const what = faultAims[type] === 'pod' ? "no running pod of the run's workload" : 'no Ready worker';
  const conditions = conditionsOf(select);
  const { amount } = select;
  const wanted = 'count' in amount ? `${amount.count}` : `${amount.percent} %`;
  return `${what}${conditions.length === 0 ? '' : ` matches ${conditions.join(' and ')}`} (wanted ${wanted})`;
}

function conditionsOf({ labels, node }: TargetSelector): string[] {
  return [...(labels === null ? [] : [`labels ${labels}`]), ...(node === null ? [] : [`node ${node}`])];
}
