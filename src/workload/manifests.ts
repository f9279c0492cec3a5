import type { Deployment, HorizontalPodAutoscaler, Service } from '../kubernetes/index.ts';
import type { ManifestsSpec } from './spec.ts';
import { runLabel, type RunContext } from './run-context.ts';

type ManifestObject = ManifestsSpec['objects'][number];

/** Kinds whose objects belong to no namespace: a run must not create them. */
const clusterScoped = new Set([
  'APIService',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingWebhookConfiguration',
]);

/** The objects among a user's manifests that a run turns around. */
export interface ManifestRoles {
  service: Service;
  /** The Service's port that receives the traffic. */
  port: number;
  /** The Deployment whose pods the Service selects. */
  deployment: Deployment;
  /** The autoscaler of that Deployment. */
  hpa: HorizontalPodAutoscaler | null;
}

/** The roles among a user's manifests, or each reason why a run cannot use them, as a sentence. */
export function findRoles(
  spec: Pick<ManifestsSpec, 'objects' | 'service' | 'port'>,
): ManifestRoles | string[] {
  const { objects } = spec;
  const problems = objects.flatMap((object) => refusal(object, objects));
  const services = ofKind<Service>(objects, 'Service');
  const service = services.find((candidate) => candidate.metadata?.name === spec.service);
  if (service === undefined) {
    const there = services.map((candidate) => candidate.metadata?.name).join(', ') || 'none';
    return [...problems, `expected a Service named "${spec.service}", got these Services: ${there}`];
  }

  const ports = (service.spec?.ports ?? []).map(({ port }) => port);
  const port = spec.port ?? ports[0];
  if (port === undefined || !ports.includes(port)) {
    problems.push(
      `Service ${spec.service}: expected port ${port ?? ''} among its ports, got: ${ports.join(', ') || 'none'}`,
    );
  }
  if (service.spec?.clusterIP === 'None') {
    problems.push(
      `Service ${spec.service}: expected a Service with an address, got a headless one (clusterIP: None)`,
    );
  }

  const selector = service.spec?.selector ?? {};
  const deployments = ofKind<Deployment>(objects, 'Deployment');
  const deployment = deployments.find((candidate) => selects(selector, candidate));
  if (deployment === undefined) {
    problems.push(
      deployments.length === 0
        ? 'expected a Deployment, got none'
        : `Service ${spec.service}: expected its selector to match the pod labels of a Deployment, got ${JSON.stringify(selector)}`,
    );
  }
  if (problems.length > 0 || deployment === undefined || port === undefined) return problems;

  const hpas = ofKind<HorizontalPodAutoscaler>(objects, 'HorizontalPodAutoscaler');
  const target = deployment.metadata?.name;
  const hpa = hpas.find(
    ({ spec }) => spec?.scaleTargetRef.kind === 'Deployment' && spec.scaleTargetRef.name === target,
  );
  return { service, port, deployment, hpa: hpa ?? null };
}

function refusal(object: ManifestObject, objects: ManifestObject[]): string[] {
  const name = `${object.kind} ${object.metadata.name}`;
  if (clusterScoped.has(object.kind)) {
    return [`${name}: expected objects that live in a namespace, got one that belongs to the whole cluster`];
  }
  const twin = objects.find(
    ({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name,
  );
  return twin === object ? [] : [`${name}: expected it once, got it again`];
}

function ofKind<T>(objects: ManifestObject[], kind: string): T[] {
  return objects.filter((object) => object.kind === kind) as T[];
}

function selects(selector: Record<string, string>, deployment: Deployment): boolean {
  const labels = deployment.spec?.template.metadata?.labels ?? {};
  const entries = Object.entries(selector);
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
}

/**
 * A user's objects as a run creates them: copies in the run's namespace, labelled with its id, pods included. The
 * Service that takes the traffic becomes a NodePort Service unless it already is reachable from outside.
 */
export function manifestsOfRun(spec: ManifestsSpec, { namespace, runId }: RunContext): ManifestObject[] {
  return spec.objects.map((original) => {
    const object = structuredClone(original) as ManifestObject & { spec?: Record<string, unknown> };
    object.metadata['namespace'] = namespace;
    label(object.metadata, runId);
    const template = object.spec?.['template'] as { metadata?: Record<string, unknown> } | undefined;
    if (template !== undefined) label((template.metadata ??= {}), runId);
    if (object.kind === 'Service' && object.metadata.name === spec.service && object.spec !== undefined) {
      if (object.spec['type'] !== 'LoadBalancer') object.spec['type'] = 'NodePort';
    }
    return object;
  });
}

function label(metadata: Record<string, unknown>, runId: string): void {
  metadata['labels'] = { ...(metadata['labels'] as object | undefined), [runLabel]: runId };
}
