import type { ConfigMap, Event, Lease, Namespace, Node, Secret } from '../../../objects.ts';
import type { Kind } from '../kinds/strategy.ts';
import { age, column, nameColumn, orNone } from './cells.ts';

export const nodeTable: NonNullable<Kind<Node>['table']> = {
  columns: [
    nameColumn,
    column('Status'),
    column('Roles'),
    column('Age'),
    column('Version'),
    column('Internal-IP', 'wide'),
    column('External-IP', 'wide'),
    column('OS-Image', 'wide'),
    column('Kernel-Version', 'wide'),
    column('Container-Runtime', 'wide'),
  ],
  cells: (node, now) => {
    const { metadata, status } = node;
    const info = status?.nodeInfo;
    const address = (type: string): string =>
      orNone(status?.addresses?.find((address) => address.type === type)?.address);
    return [
      metadata?.name ?? '',
      nodeStatus(node),
      orNone(rolesOf(node)),
      age(metadata?.creationTimestamp, now),
      info?.kubeletVersion ?? '',
      address('InternalIP'),
      address('ExternalIP'),
      info?.osImage || '<unknown>',
      info?.kernelVersion || '<unknown>',
      info?.containerRuntimeVersion || '<unknown>',
    ];
  },
};

export const namespaceTable: NonNullable<Kind<Namespace>['table']> = {
  columns: [nameColumn, column('Status'), column('Age')],
  cells: ({ metadata, status }, now) => [
    metadata?.name ?? '',
    status?.phase ?? '',
    age(metadata?.creationTimestamp, now),
  ],
};

export const configMapTable: NonNullable<Kind<ConfigMap>['table']> = {
  columns: [nameColumn, column('Data'), column('Age')],
  cells: ({ metadata, data, binaryData }, now) => [
    metadata?.name ?? '',
    Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    age(metadata?.creationTimestamp, now),
  ],
};

export const secretTable: NonNullable<Kind<Secret>['table']> = {
  columns: [nameColumn, column('Type'), column('Data'), column('Age')],
  cells: ({ metadata, type, data }, now) => [
    metadata?.name ?? '',
    type ?? '',
    Object.keys(data ?? {}).length,
    age(metadata?.creationTimestamp, now),
  ],
};

export const leaseTable: NonNullable<Kind<Lease>['table']> = {
  columns: [nameColumn, column('Holder'), column('Age')],
  cells: ({ metadata, spec }, now) => [
    metadata?.name ?? '',
    spec?.holderIdentity ?? '',
    age(metadata?.creationTimestamp, now),
  ],
};

export const eventTable: NonNullable<Kind<Event>['table']> = {
  columns: [
    column('Last Seen'),
    column('Type'),
    column('Reason'),
    column('Object'),
    column('Subobject', 'wide'),
    column('Source', 'wide'),
    column('Message'),
    column('First Seen', 'wide'),
    column('Count', 'wide'),
    { ...nameColumn, priority: 1 },
  ],
  cells(event, now) {
    const { involvedObject, series, source, reportingComponent, reportingInstance } = event;
    const first = age(event.firstTimestamp ?? event.eventTime, now);
    const last = event.lastTimestamp ? age(event.lastTimestamp, now) : first;
    const kind = (involvedObject.kind ?? '').toLowerCase();
    const host = source?.host || reportingInstance;
    return [
      series ? age(series.lastObservedTime, now) : last,
      event.type ?? '',
      event.reason ?? '',
      involvedObject.name ? `${kind}/${involvedObject.name}` : kind,
      involvedObject.fieldPath ?? '',
      (source?.component || reportingComponent || '') + (host ? `, ${host}` : ''),
      (event.message ?? '').trim(),
      first,
      series?.count ?? (event.count || 1),
      event.metadata.name ?? '',
    ];
  },
};

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

const rolePrefix = 'node-role.kubernetes.io/';

function rolesOf({ metadata }: Node): string {
  const roles = Object.entries(metadata?.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix)) return [key.slice(rolePrefix.length)];
    return key === 'kubernetes.io/role' ? [value] : [];
  });
  return [...new Set(roles.filter((role) => role !== ''))].sort().join(',');
}
