/** Keeps the pods of a ReplicaSet at the number it asks for. */
export { startReplicaSetController } from './controller.ts';
