import type { Capabilities } from '../cluster/index.ts';
import { deletePod } from './delete-pod.ts';
import { drainNode } from './drain-node.ts';
import type { Fault } from './fault.ts';
import { hangNode } from './hang-node.ts';
import { killNode } from './kill-node.ts';
import { killPod } from './kill-pod.ts';
import type { FaultSpec, FaultType } from './spec.ts';

/** Every fault, by the type that a scenario names. */
export const faults: Record<FaultType, Fault> = {
  'kill-pod': killPod,
  'delete-pod': deletePod,
  'kill-node': killNode,
  'hang-node': hangNode,
  'drain-node': drainNode,
};

/** Why a fault cannot be injected on a cluster with these capabilities; null when it can. */
export function whyUnsupported({ type }: FaultSpec, { power }: Capabilities): string | null {
  const missing = faults[type].needs.filter((action) => !power.has(action));
  return missing.length === 0
    ? null
    : `this cluster's provider cannot do to a node what ${type} needs: ${missing.join(', ')}`;
}
