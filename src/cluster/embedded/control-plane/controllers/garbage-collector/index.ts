/** Deletes what has lost its owners, in the way the owners' deletion asked for. */
export { startGarbageCollector } from './controller.ts';
