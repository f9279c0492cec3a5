/** What is deployed: the manifests of the system under test as plain objects, and the sample API's program. */
export type * from './spec.ts';
export { loadGeneratorImage, loadGeneratorImageName } from './load-generator.ts';
export { type ManifestRoles } from './manifests.ts';
export { spedUp, type SpedUp } from './object-seconds.ts';
export { runLabel, type RunContext } from './run-context.ts';
export { sampleApiImage, sampleApiImageName, type SampleApiOptions } from './sample-api.ts';
export { workloadObjects, type Workload } from './workload.ts';
