/** Notices nodes that are lost, and what is to become of them: pure judgement, and the loop that acts on it. */
export { startNodeLifecycleController } from './controller.ts';
