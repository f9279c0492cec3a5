/** What is deployed: the manifests of the system under test as plain objects. */
export type * from './spec.ts';
