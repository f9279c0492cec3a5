/** Kubernetes objects as the embedded cluster's components handle them: the same types that the client uses. */
export type * from '../../kubernetes/objects.ts';
