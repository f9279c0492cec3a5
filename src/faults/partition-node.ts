import { nodeFault } from './nodes.ts';

/**
 * A worker's network link is cut: everything on it goes on, and nothing reaches it or comes from it. Undone by mending the link.
 * Its pods live, so that no sign of life tells: the provider's word that the link is cut is the proof.
 */
export const partitionNode = nodeFault({ inject: 'disconnect', undo: 'connect', silences: false });
