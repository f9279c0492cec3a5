/** Rolls out what a Deployment asks for, by way of ReplicaSets: pure steps, and the loop that takes them. */
export { startDeploymentController } from './controller.ts';
