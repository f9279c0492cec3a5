import { nodeFault } from './nodes.ts';

/** A worker loses its power: kubelet, proxy and pods die at once. Undone by switching it on again. */
export const killNode = nodeFault({ inject: 'kill', undo: 'start' });
