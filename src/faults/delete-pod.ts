import type { Fault } from './fault.ts';
import { deletePods, selectPods, untilDeleted } from './pods.ts';

/**
 * A pod is deleted as an administrator would, with its grace period. Landed when the API shows it as terminating: from then on
 * Kubernetes takes it out of rotation while it finishes its work. The ReplicaSet repairs it; there is nothing to undo.
 */
export const deletePod: Fault = {
  targetKind: 'Pod',
  endsProcesses: false,
  needs: [],
  select: selectPods,
  inject: (targets, context) => deletePods(targets, context),
  prove: async (targets, context) => {
    await untilDeleted(targets, context, true);
    return `the API server shows ${targets.map(({ name }) => name).join(', ')} as terminating`;
  },
  undo: null,
};
