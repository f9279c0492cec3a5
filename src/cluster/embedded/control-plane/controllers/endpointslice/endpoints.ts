/** The endpoints of a Service: which pods, in which state, at which ports. Pure. */
import { portMapAnnotation } from '../../../config.ts';
import type { EndpointSlice, Pod, Service } from '../../../objects.ts';
import { isReady, isTerminal } from '../machinery/pods.ts';

export type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];
export type Port = NonNullable<EndpointSlice['ports']>[number];
type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number];

/** Pods that serve a Service's ports at the same numbers; one slice holds only one group's. */
export interface EndpointGroup {
  ports: Port[];
  /** By uid of the pod. */
  endpoints: Map<string, Endpoint>;
}

/** The groups of a Service whose selector found `pods`; pods without an address or that have ended are left out. */
export function endpointGroups(
  service: Service,
  pods: readonly Pod[],
  zoneOf: (nodeName: string) => string | undefined,
): EndpointGroup[] {
  const groups = new Map<string, EndpointGroup>();
  for (const pod of pods) {
    const address = pod.status?.podIP;
    if (!address || isTerminal(pod)) continue;
    const ports = (service.spec?.ports ?? []).flatMap((port) => resolve(port, pod));
    const key = portsKey(ports);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { ports, endpoints: new Map<string, Endpoint>() }));
    group.endpoints.set(pod.metadata?.uid ?? '', endpointOf(service, pod, { address, zoneOf }));
  }
  return [...groups.values()];
}

/** The same for the same ports, whatever their order. */
export function portsKey(ports: readonly Port[]): string {
  const texts = ports.map(({ name = '', port, protocol, appProtocol }) =>
    [name, port, protocol, appProtocol].join('/'),
  );
  return texts.sort((a, b) => a.localeCompare(b)).join(',');
}

function endpointOf(
  service: Service,
  { metadata, spec, ...rest }: Pod,
  { address, zoneOf }: { address: string; zoneOf: (nodeName: string) => string | undefined },
): Endpoint {
  const serving = isReady(rest);
  const terminating = metadata?.deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const { nodeName, hostname, subdomain } = spec ?? {};
  const zone = nodeName === undefined ? undefined : zoneOf(nodeName);
  const { namespace, name, uid } = metadata ?? {};
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hostname && subdomain === service.metadata?.name && { hostname }),
    ...(nodeName && { nodeName }),
    ...(zone && { zone }),
    targetRef: { kind: 'Pod', ...(namespace && { namespace }), ...(name && { name }), ...(uid && { uid }) },
  };
}

/** The port of one pod; none where the pod has no port of that name. */
function resolve({ name, port, targetPort, protocol, appProtocol }: ServicePort, pod: Pod): Port[] {
  const target = targetPort || port;
  const containerPort = typeof target === 'number' ? target : namedPort(pod, target, protocol ?? 'TCP');
  if (containerPort === undefined) return [];
  const actual = portMap(pod)[String(containerPort)] ?? containerPort;
  return [
    { name: name ?? '', port: actual, protocol: protocol ?? 'TCP', ...(appProtocol && { appProtocol }) },
  ];
}

function namedPort({ spec }: Pod, wanted: string, wantedProtocol: string): number | undefined {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const ports = [...(spec?.containers ?? []), ...sidecars].flatMap(({ ports }) => ports ?? []);
  const found = ports.find(({ name, protocol }) => name === wanted && (protocol ?? 'TCP') === wantedProtocol);
  return found?.containerPort ?? (/^\d+$/.test(wanted) ? Number(wanted) : undefined);
}

/** Where pods share one address, their kubelet says on which real port each container port is. */
function portMap({ metadata }: Pod): Record<string, number> {
  const text = metadata?.annotations?.[portMapAnnotation];
  return text === undefined ? {} : (JSON.parse(text) as Record<string, number>);
}
