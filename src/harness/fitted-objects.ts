import type { KubeObject, PodTemplateSpec, Service } from '../kubernetes/index.ts';
import { spedUp, type Workload } from '../workload/index.ts';
import type { RunContext } from './context.ts';
import type { Provisioned } from './provision.ts';

/** The workload's objects as this cluster needs them. */
export function fittedObjects(
  { journal }: RunContext,
  { cluster, imageNames }: Provisioned,
  { objects, service, servicePort }: Workload,
): KubeObject[] {
  const { dividesObjectSeconds, nodePort } = cluster.capabilities;
  const { speedup } = cluster.facts.timings;
  const paced = objects.map((object) => spedUp(object, dividesObjectSeconds ? 1 : speedup));
  for (const message of paced.flatMap(({ notFollowed }) => notFollowed)) {
    journal.record({ type: 'note', level: 'info', message });
  }
  const named = paced.map(({ object }) => withImageNames(object, imageNames));
  return named.map((object) =>
    nodePort !== null && object.kind === 'Service' && object.metadata?.name === service
      ? onNodePort(object, { servicePort, nodePort })
      : object,
  );
}

/** The object with its containers' images called what the cluster knows them by. */
function withImageNames(object: KubeObject, names: Provisioned['imageNames']): KubeObject {
  const { spec } = object as KubeObject & { spec?: { template?: PodTemplateSpec } };
  const pod = spec?.template?.spec;
  if (pod === undefined) return object;
  const copy = structuredClone(object) as typeof object & { spec: { template: PodTemplateSpec } };
  const { containers = [], initContainers = [] } = copy.spec.template.spec ?? {};
  for (const container of [...containers, ...initContainers]) {
    const { image = '' } = container;
    container.image = names[image] ?? image;
  }
  return copy;
}

/** The Service with the one node port that leads into the cluster. */
function onNodePort(
  service: Service,
  { servicePort, nodePort }: { servicePort: number; nodePort: number },
): Service {
  const ports = (service.spec?.ports ?? []).map((port) =>
    port.port === servicePort ? { ...port, nodePort } : port,
  );
  return { ...service, spec: { ...service.spec, type: 'NodePort', ports } };
}
