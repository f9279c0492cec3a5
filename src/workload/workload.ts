import type { ProcessImage } from '../cluster/index.ts';
import type { KubeObject } from '../kubernetes/index.ts';
import { OpenbellError, exitCodes } from '../support/index.ts';
import { findRoles, manifestsOfRun } from './manifests.ts';
import { runLabel, type RunContext } from './run-context.ts';
import { sampleApiImage, sampleApiImageName, sampleApiManifests } from './sample-api.ts';
import type { WorkloadSpec } from './spec.ts';

/** Name of the sample API's objects. */
const sampleApiName = 'sample-api';

/** What a run deploys, and the names by which it finds it again. */
export interface Workload {
  /** Kubernetes objects in the order in which they are to be created. */
  objects: KubeObject[];
  /** Images that its pods name and that stand for programs on this machine. */
  images: ProcessImage[];
  deployment: string;
  service: string;
  servicePort: number;
  hpa: string | null;
  /** Label selector of the Deployment's pods. */
  podSelector: string;
}

/**
 * The objects of a workload for one run.
 *
 * @throws {OpenbellError} `WORKLOAD_INVALID` (exit code 104) when a user's manifests lack what a run needs.
 */
export function workloadObjects(spec: WorkloadSpec, run: RunContext): Workload {
  if (spec.kind === 'sample-api') {
    const options = { ...run, name: sampleApiName, image: sampleApiImageName };
    return {
      objects: sampleApiManifests(spec, options),
      images: [sampleApiImage()],
      deployment: sampleApiName,
      service: sampleApiName,
      servicePort: 80,
      hpa: spec.autoscaler === null ? null : sampleApiName,
      podSelector: `app.kubernetes.io/name=${sampleApiName},${runLabel}=${run.runId}`,
    };
  }
  const roles = findRoles(spec);
  if (Array.isArray(roles)) {
    throw new OpenbellError(`the manifests cannot be used:\n${roles.map((role) => `  ${role}`).join('\n')}`, {
      code: 'WORKLOAD_INVALID',
      exitCode: exitCodes.scenarioInvalid,
      hint: 'A run needs a Service and the Deployment behind it.',
    });
  }
  const { deployment, hpa, port } = roles;
  const matchLabels =
    deployment.spec?.selector.matchLabels ?? deployment.spec?.template.metadata?.labels ?? {};
  return {
    objects: manifestsOfRun(spec, run),
    images: spec.images,
    deployment: deployment.metadata?.name ?? '',
    service: spec.service,
    servicePort: port,
    hpa: hpa?.metadata?.name ?? null,
    podSelector: Object.entries({ ...matchLabels, [runLabel]: run.runId })
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  };
}
