import { resources } from '../../../api.ts';
import { forbidden } from '../errors.ts';
import { namespaceTable } from '../tables/cluster.ts';
import { defineKind } from './strategy.ts';

/** Cluster components live in them. */
const immortal = ['default', 'kube-system', 'kube-public'];

export const namespaces = defineKind({
  type: resources.namespaces,
  singular: 'namespace',
  shortNames: ['ns'],
  subresources: ['status', 'finalize'],
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
    // The namespace controller takes it away when nothing is left in the namespace.
    const finalizers = namespace.spec?.finalizers ?? [];
    if (!finalizers.includes('kubernetes'))
      namespace.spec = { ...namespace.spec, finalizers: [...finalizers, 'kubernetes'] };
  },
  prepareUpdate(namespace, previous) {
    // Only the subresource `finalize` changes them.
    namespace.spec = { ...namespace.spec };
    delete namespace.spec.finalizers;
    if (previous.spec?.finalizers) namespace.spec.finalizers = previous.spec.finalizers;
  },
  prepareDelete(namespace) {
    const { name = '' } = namespace.metadata;
    if (immortal.includes(name))
      throw forbidden(resources.namespaces, name, 'this namespace may not be deleted');
    namespace.status = { ...namespace.status, phase: 'Terminating' };
  },
  isHeld: ({ spec }) => (spec?.finalizers ?? []).length > 0,
  table: namespaceTable,
});
