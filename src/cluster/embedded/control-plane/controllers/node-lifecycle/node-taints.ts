/** Taints that say in what state a node is. Pure. */
import type { Node } from '../../../objects.ts';
import type { Taint } from '../machinery/taints.ts';
import { readiness } from './health.ts';

const prefix = 'node.kubernetes.io/';
const notReady = `${prefix}not-ready`;
const unreachable = `${prefix}unreachable`;
const unschedulable = `${prefix}unschedulable`;

/** Condition types that keep pods away while they are True. */
const pressures: Record<string, string> = {
  MemoryPressure: `${prefix}memory-pressure`,
  DiskPressure: `${prefix}disk-pressure`,
  PIDPressure: `${prefix}pid-pressure`,
  NetworkUnavailable: `${prefix}network-unavailable`,
};
const managedKeys = [notReady, unreachable, unschedulable, ...Object.values(pressures)];

/** The node's taints with those of effect NoSchedule that follow from its conditions; undefined: they are right. */
export function withNoSchedule(node: Node, now: string): Taint[] | undefined {
  const wanted = new Set(noScheduleKeys(node));
  return replaced(node.spec?.taints ?? [], { effect: 'NoSchedule', managed: managedKeys, wanted, now });
}

/** The same for effect NoExecute, by which pods are evicted; `key` null takes them off. */
export function withNoExecute(node: Node, key: string | null, now: string): Taint[] | undefined {
  const wanted = new Set(key === null ? [] : [key]);
  return replaced(node.spec?.taints ?? [], {
    effect: 'NoExecute',
    managed: [notReady, unreachable],
    wanted,
    now,
  });
}

/** The key of the taint by which the node's pods are being evicted for its state. */
export function noExecuteKey({ spec }: Node): string | undefined {
  return spec?.taints?.find(
    ({ key, effect }) => effect === 'NoExecute' && (key === notReady || key === unreachable),
  )?.key;
}

/** The key of the taint that an unready node gets; null: it is ready. */
export function unreadyKey(node: Node): string | null {
  const status = readiness(node);
  return status === 'True' ? null : status === 'False' ? notReady : unreachable;
}

function noScheduleKeys(node: Node): string[] {
  const unready = unreadyKey(node);
  const pressed = (node.status?.conditions ?? []).flatMap(({ type, status }) =>
    status === 'True' && pressures[type] ? [pressures[type]] : [],
  );
  return [
    ...(unready === null ? [] : [unready]),
    ...(node.spec?.unschedulable ? [unschedulable] : []),
    ...pressed,
  ];
}

function replaced(
  taints: readonly Taint[],
  change: { effect: string; managed: readonly string[]; wanted: ReadonlySet<string>; now: string },
): Taint[] | undefined {
  const { effect, managed, wanted, now } = change;
  const isManaged = (taint: Taint): boolean => taint.effect === effect && managed.includes(taint.key);
  const kept = taints.filter((taint) => !isManaged(taint) || wanted.has(taint.key));
  const missing = [...wanted].filter((key) => !kept.some((taint) => isManaged(taint) && taint.key === key));
  if (kept.length === taints.length && missing.length === 0) return undefined;
  return [...kept, ...missing.map((key) => ({ key, effect, timeAdded: now }))];
}
