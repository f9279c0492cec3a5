import type { EndpointSlice, Service } from '../../../objects.ts';
import type { Kind } from '../kinds/strategy.ts';
import { age, column, listWithMore, nameColumn, orNone } from './cells.ts';

export const serviceTable: NonNullable<Kind<Service>['table']> = {
  columns: [
    nameColumn,
    column('Type'),
    column('Cluster-IP'),
    column('External-IP'),
    column('Port(s)'),
    column('Age'),
    column('Selector', 'wide'),
  ],
  cells: (service, now) => [
    service.metadata?.name ?? '',
    service.spec?.type ?? '',
    orNone(service.spec?.clusterIPs?.[0]),
    externalIp(service),
    orNone(portsOf(service)),
    age(service.metadata?.creationTimestamp, now),
    orNone(labelsText(service.spec?.selector)),
  ],
};

export const endpointSliceTable: NonNullable<Kind<EndpointSlice>['table']> = {
  columns: [nameColumn, column('AddressType'), column('Ports'), column('Endpoints'), column('Age')],
  cells: ({ metadata, addressType, ports, endpoints }, now) => [
    metadata?.name ?? '',
    addressType,
    listWithMore(
      (ports ?? []).map(({ port, name }) => (port === undefined ? (name ?? '*') : `${port}`)),
      3,
    ),
    listWithMore(
      (endpoints ?? []).flatMap(({ addresses }) => addresses),
      3,
    ),
    age(metadata?.creationTimestamp, now),
  ],
};

function externalIp({ spec, status }: Service): string {
  const own = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(own.join(','));
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
      const all = [...[...new Set(ingress.filter((address) => address !== ''))].sort(), ...own];
      return all.length === 0 ? '<pending>' : all.join(',');
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

function portsOf({ spec }: Service): string {
  return (spec?.ports ?? [])
    .map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol ?? ''}`)
    .join(',');
}

function labelsText(labels: Record<string, string> | undefined): string {
  return Object.entries(labels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
