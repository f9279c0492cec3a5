import type { Fault } from './fault.ts';
import { deletePods, ownAddresses, selectPods, untilDeleted } from './pods.ts';
import { accepts, untilSilent } from './reach.ts';

/**
 * A pod dies by force: deleted without grace. Kubernetes forgets it at once; its kubelet leaves its processes two seconds at
 * most and then kills them, so that what takes longer is cut off. Landed when the API knows it no more and its address
 * refuses connections. The ReplicaSet repairs it; there is nothing to undo.
 */
export const killPod: Fault = {
  targetKind: 'Pod',
  endsProcesses: true,
  needs: [],
  select: selectPods,
  inject: (targets, context) => deletePods(targets, context, 0),
  prove: async (targets, context) => {
    await untilDeleted(targets, context, false);
    const addresses = await ownAddresses(targets, context);
    await untilSilent(addresses, accepts, context);
    const refused =
      addresses.length === 0
        ? ''
        : `, and ${addresses.map(({ host, port }) => `${host}:${port}`).join(', ')} accepts no connection`;
    return `the API server knows ${targets.map(({ name }) => name).join(', ')} no more${refused}`;
  },
  undo: null,
};
