/** Where a cluster runs: the provider contract and its implementations. */
export * from './provider.ts';
export * from './spec.ts';
export * from './pod-address.ts';
export { embeddedClusterNames, embeddedProvider, type EmbeddedOptions } from './embedded/provider.ts';
export { embeddedRequirements } from './embedded/requirements.ts';
export type { Requirement } from './requirement.ts';
export { existingProvider, type ExistingOptions } from './existing/provider.ts';
export { kindClusterNames, kindProvider, type KindOptions } from './kind/provider.ts';
export { examineKind, kindRequirementsHere } from './kind/examine.ts';
