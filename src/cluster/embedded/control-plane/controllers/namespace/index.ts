/** Empties namespaces that are deleted, and takes them away. */
export { startNamespaceController } from './controller.ts';
