/** Where a cluster runs: the provider contract and its implementations. */
export * from './provider.ts';
export * from './spec.ts';
export * from './pod-address.ts';
export { embeddedClusterNames, embeddedProvider, type EmbeddedOptions } from './embedded/provider.ts';
export { embeddedRequirements, type Requirement } from './embedded/requirements.ts';
