import { resources } from '../../../api.ts';
import { namespaceTable } from '../tables/cluster.ts';
import { defineKind } from './strategy.ts';

export const namespaces = defineKind({
  type: resources.namespaces,
  singular: 'namespace',
  shortNames: ['ns'],
  subresources: ['status'],
  selectableFields: (namespace) => ({ 'status.phase': namespace.status?.phase ?? '' }),
  applyDefaults(namespace) {
    namespace.spec ??= {};
    if (!namespace.metadata.name) return;
    namespace.metadata.labels = {
      ...namespace.metadata.labels,
      'kubernetes.io/metadata.name': namespace.metadata.name,
    };
  },
  prepareCreate(namespace) {
    namespace.status = { phase: 'Active' };
  },
  table: namespaceTable,
});
