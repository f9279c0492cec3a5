import { resources } from '../../../api.ts';
import { replicaSetTable } from '../tables/workloads.ts';
import { applyTemplateDefaults } from './pod-defaults.ts';
import { defineKind } from './strategy.ts';

export const replicaSets = defineKind({
  type: resources.replicaSets,
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  subresources: ['status', 'scale'],
  countsGenerations: true,
  selectableFields: (set) => ({ 'status.replicas': String(set.status?.replicas ?? 0) }),
  applyDefaults(set) {
    if (set.spec === undefined) return;
    set.spec.replicas ??= 1;
    if (set.spec.template !== undefined) applyTemplateDefaults(set.spec.template);
  },
  prepareCreate(set) {
    set.status = { replicas: 0 };
  },
  table: replicaSetTable,
});
