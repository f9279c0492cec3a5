import { nodeAddress, type AddressPlan } from '../../config.ts';
import type { EndpointSlice, Service } from '../../objects.ts';

/** Where connections may go. */
export interface Backend {
  host: string;
  port: number;
  /** Where the pod is. */
  node?: string | undefined;
}

/** One address and port that a proxy serves. */
export interface Rule {
  /** `namespace/name:port name`, for messages. */
  service: string;
  host: string;
  port: number;
  /** Who connects there: what is outside the node, or its own pods. */
  for: 'outside' | 'own pods';
  /** Sorted, without duplicates. Empty: connections are refused. */
  backends: Backend[];
  /** How long a client address stays with its backend, nominal seconds; null without session affinity. */
  affinitySeconds: number | null;
}

/** Which node's proxy the rules are for. */
export interface ProxyNode {
  name: string;
  index: number;
  addresses: AddressPlan;
}

/** A port of a Service. */
export type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number];

/** Where this node serves a port of a Service to its own pods; undefined while that is not decided. */
export type LocalPort = (service: Service, port: ServicePort) => Backend | undefined;

/**
 * What this node's proxy serves:
 * - NodePorts on the node's address (in `single` mode, where there is one for all, by the control plane only);
 * - clusterIPs for clients on the host, by the control plane only, because the OS has them once;
 * - each Service for this node's own pods, at the address that `localPort` names.
 */
export function proxyRules({
  services,
  slices,
  node,
  localPort,
}: {
  services: Service[];
  slices: EndpointSlice[];
  node: ProxyNode;
  localPort: LocalPort;
}): Rule[] {
  const { index, addresses } = node;
  const isControlPlane = index === 0;
  const slicesOf = Map.groupBy(slices, (slice) => serviceKey(slice));
  const rules: Rule[] = [];
  for (const service of services) {
    const { spec } = service;
    const key = `${service.metadata?.namespace}/${service.metadata?.name}`;
    if (spec === undefined || !hasClusterIP(service)) continue;
    const affinitySeconds =
      spec.sessionAffinity === 'ClientIP'
        ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800)
        : null;
    for (const port of spec.ports ?? []) {
      if ((port.protocol ?? 'TCP') !== 'TCP') continue;
      const balanced = (policy: string | undefined) => ({
        service: `${key}:${port.name ?? port.port}`,
        backends: backendsOf(
          slicesOf.get(key) ?? [],
          port.name ?? '',
          policy === 'Local' ? node.name : undefined,
        ),
        affinitySeconds,
      });
      if (port.nodePort !== undefined && (addresses.mode === 'range' || isControlPlane)) {
        const host = nodeAddress(addresses, index);
        rules.push({ ...balanced(spec.externalTrafficPolicy), for: 'outside', host, port: port.nodePort });
      }
      if (isControlPlane && addresses.mode === 'range') {
        const host = spec.clusterIP ?? '';
        rules.push({ ...balanced(spec.internalTrafficPolicy), for: 'outside', host, port: port.port });
      }
      const local = localPort(service, port);
      if (local !== undefined)
        rules.push({ ...balanced(spec.internalTrafficPolicy), for: 'own pods', ...local });
    }
  }
  return rules;
}

/** False for headless Services and those without an address of their own. */
export function hasClusterIP(service: Service): boolean {
  const { clusterIP, type } = service.spec ?? {};
  return clusterIP !== undefined && clusterIP !== '' && clusterIP !== 'None' && type !== 'ExternalName';
}

function serviceKey(slice: EndpointSlice): string {
  return `${slice.metadata?.namespace}/${slice.metadata?.labels?.['kubernetes.io/service-name']}`;
}

/**
 * The endpoints that get connections: those that are ready; when there is none, those that are terminating but still serve.
 * `onlyNode` keeps to one node's endpoints (traffic policy `Local`).
 */
function backendsOf(slices: EndpointSlice[], portName: string, onlyNode: string | undefined): Backend[] {
  const ready = new Map<string, Backend>();
  const lastResort = new Map<string, Backend>();
  for (const slice of slices) {
    const port = slice.ports?.find((candidate) => (candidate.name ?? '') === portName)?.port;
    if (port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      if (onlyNode !== undefined && endpoint.nodeName !== onlyNode) continue;
      const { ready: isReady, serving, terminating } = endpoint.conditions ?? {};
      const chosen =
        isReady !== false ? ready : serving !== false && terminating === true ? lastResort : undefined;
      for (const host of endpoint.addresses)
        chosen?.set(`${host}:${port}`, { host, port, node: endpoint.nodeName });
    }
  }
  const backends = ready.size > 0 ? ready : lastResort;
  return [...backends].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, backend]) => backend);
}
