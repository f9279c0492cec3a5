/** Counts how many pods of each PodDisruptionBudget may be evicted. */
export { startDisruptionController } from './controller.ts';
