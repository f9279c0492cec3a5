import type { Capabilities } from '../cluster/index.ts';
import { OpenbellError } from '../support/index.ts';
import { addNode } from './add-node.ts';
import { deletePod } from './delete-pod.ts';
import { drainNode } from './drain-node.ts';
import type { Fault } from './fault.ts';
import { hangNode } from './hang-node.ts';
import { killNode } from './kill-node.ts';
import { killPod } from './kill-pod.ts';
import { partitionNode } from './partition-node.ts';
import type { FaultSpec } from './spec.ts';
import { stopComponent } from './stop-component.ts';

/** What a fault is, but not what it hits and when. */
type FaultKind = Pick<FaultSpec, 'type' | 'component' | 'joins'>;

/** The fault that is asked for. */
export function faultFor({ type, component, joins = [] }: FaultKind): Fault {
  switch (type) {
    case 'kill-pod':
      return killPod;
    case 'delete-pod':
      return deletePod;
    case 'kill-node':
      return killNode;
    case 'hang-node':
      return hangNode;
    case 'drain-node':
      return drainNode;
    case 'partition-node':
      return partitionNode;
    case 'stop-component':
      if (component === undefined) {
        throw new OpenbellError('a fault stop-component does not name the component that it stops', {
          code: 'SCENARIO_INVALID',
        });
      }
      return stopComponent(component);
    case 'add-node':
      return addNode(joins);
    default:
      return type satisfies never;
  }
}

/** Why a fault cannot be injected on a cluster with these capabilities; null when it can. */
export function whyUnsupported(
  spec: FaultKind,
  { power, components }: Pick<Capabilities, 'power' | 'components'>,
): string | null {
  const { needs, component } = faultFor(spec);
  const missing = needs.filter((action) => !power.has(action));
  if (missing.length > 0)
    return `this cluster's provider cannot do to a node what ${spec.type} needs: ${missing.join(', ')}`;
  return component === undefined || components.has(component)
    ? null
    : `this cluster's provider cannot stop the ${component}`;
}
