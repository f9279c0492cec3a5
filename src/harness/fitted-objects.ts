import type { Capabilities } from '../cluster/index.ts';
import type { KubeObject, Service } from '../kubernetes/index.ts';
import { spedUp, type Workload } from '../workload/index.ts';
import type { RunContext } from './context.ts';

/** The workload's objects as this cluster needs them. */
export function fittedObjects(
  { scenario, journal }: RunContext,
  { dividesObjectSeconds, nodePort }: Capabilities,
  { objects, service, servicePort }: Workload,
): KubeObject[] {
  const { speedup } = scenario.cluster.timings;
  const paced = objects.map((object) => spedUp(object, dividesObjectSeconds ? 1 : speedup));
  for (const message of paced.flatMap(({ notFollowed }) => notFollowed)) {
    journal.record({ type: 'note', level: 'info', message });
  }
  return paced.map(({ object }) =>
    nodePort !== null && object.kind === 'Service' && object.metadata?.name === service
      ? onNodePort(object, { servicePort, nodePort })
      : object,
  );
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
