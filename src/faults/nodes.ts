import type { PowerAction } from '../cluster/index.ts';
import { kinds } from '../kubernetes/index.ts';
import { draw, howMany, nodeCandidates } from './choose.ts';
import type { Fault, FaultContext, Target } from './fault.ts';
import { addressesOf } from './pods.ts';
import { answers, untilSilent } from './reach.ts';
import type { TargetSelector } from './spec.ts';

/** Names of what is done to a node's power, and what is said when it was seen. */
interface NodeFault {
  inject: PowerAction;
  undo: PowerAction;
  /** Whether the pods on it fall silent on their own machine, too; they do unless it says otherwise. */
  silences?: boolean;
}

/**
 * A fault of whole machines: the provider cuts or stops their power and says what proved it; besides, none of the run's pods on
 * them answers any more.
 */
export function nodeFault({ inject, undo, silences = true }: NodeFault): Fault {
  return {
    targetKind: 'Node',
    endsProcesses: inject === 'kill',
    needs: [inject, undo],
    select: (selector, context) => selectNodes(selector, context),
    inject: (targets, context) => power(targets, inject, context),
    prove: async (targets, context) => {
      if (!silences) return null;
      const addresses = targets.flatMap(({ addresses }) => addresses);
      await untilSilent(addresses, answers, context);
      const names = targets.map(({ name }) => name).join(', ');
      return addresses.length === 0
        ? `the provider reports ${names} as ${inject === 'kill' ? 'off' : 'stopped'}`
        : addresses.length === 1
          ? `the pod on ${names} does not answer`
          : `none of the ${addresses.length} pods on ${names} answers`;
    },
    undo: (targets, context) => power(targets, undo, context),
  };
}

/** Ready workers, as the selector asks; the control-plane node where it is named and that is allowed. */
export async function selectNodes(
  selector: TargetSelector,
  context: FaultContext,
  { controlPlane }: { controlPlane: boolean } = { controlPlane: false },
): Promise<Target[]> {
  const { client, cluster, namespace, signal, random, taken } = context;
  const labelSelector = selector.labels ?? undefined;
  const [nodes, pods] = await Promise.all([
    client.list(kinds.node, { labelSelector, signal }),
    client.list(kinds.pod, { namespace, signal }),
  ]);
  const candidates = nodeCandidates(nodes, selector.node, { controlPlane }).filter(
    ({ metadata }) => !taken.has(metadata?.uid ?? ''),
  );
  const reachable = cluster.capabilities.podNetworkReachable;
  return draw(candidates, howMany(selector.amount, candidates.length), random).map(({ metadata }) => ({
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    addresses: pods
      .filter(({ spec, status }) => spec?.nodeName === metadata?.name && status?.phase === 'Running')
      .flatMap((pod) => addressesOf(pod, reachable)),
  }));
}

async function power(
  targets: readonly Target[],
  action: PowerAction,
  { cluster }: FaultContext,
): Promise<string> {
  return (await Promise.all(targets.map(({ name }) => cluster.power(name, action)))).join('; ');
}
