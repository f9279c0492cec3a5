/** The client of a real API server: connect, apply, watch, wait. */
export type * from './objects.ts';
export { connect, type KubeClient, type Where, type ListWhere, type DeleteWhere } from './client.ts';
export { milliOf } from './quantity.ts';
export { kinds, type Kind } from './kinds.ts';
export { isNotFound } from './errors.ts';
export { preload } from './transport.ts';
export { readKubeconfig, type Kubeconfig } from './kubeconfig.ts';
export { forgetNode } from './forget-node.ts';
export { forwardPort, type ForwardedPort } from './port-forward.ts';
export { describePods, isAvailable, isReady, isTerminating, reasonOf } from './status.ts';
export { waitUntil, type WaitOptions } from './wait.ts';
export type { Change, Watching, WatchGap, WatchOptions } from './watch.ts';
