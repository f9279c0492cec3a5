import { nodeFault } from './nodes.ts';

/** A worker hangs: nothing on it makes progress, its connections stay open. Undone by letting it go on. */
export const hangNode = nodeFault({ inject: 'pause', undo: 'resume' });
