/** Puts pods on nodes: pure decisions (decide.ts and below) and the loop that carries them out. */
export { startScheduler } from './scheduler.ts';
