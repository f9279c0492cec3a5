import { resources } from '../../../api.ts';
import type { ReplicaSet } from '../../../objects.ts';
import { replicaSetTable } from '../tables/workloads.ts';
import { notNegative } from '../validation/fields.ts';
import { replicatedTemplateErrors, selectorUpdateErrors } from '../validation/pod-spec.ts';
import { applyTemplateDefaults } from './pod-defaults.ts';
import { defineKind } from './strategy.ts';

export const replicaSets = defineKind<ReplicaSet>({
  type: resources.replicaSets,
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  subresources: ['status', 'scale'],
  countsGenerations: true,
  selectableFields: (set) => ({ 'status.replicas': String(set.status?.replicas ?? 0) }),
  applyDefaults(set) {
    set.spec ??= {} as NonNullable<typeof set.spec>;
    set.spec.replicas ??= 1;
    applyTemplateDefaults(set.spec);
  },
  prepareCreate(set) {
    set.status = { replicas: 0 };
  },
  validate: ({ spec }) => [
    ...notNegative('spec.replicas', spec?.replicas),
    ...notNegative('spec.minReadySeconds', spec?.minReadySeconds),
    ...replicatedTemplateErrors(spec ?? {}, 'spec', 'replicaset'),
  ],
  validateUpdate: selectorUpdateErrors,
  table: replicaSetTable,
});
