import { resources } from '../../../api.ts';
import { configMapTable } from '../tables/cluster.ts';
import { immutableDataErrors } from '../validation/immutable.ts';
import { defineKind } from './strategy.ts';

export const configMaps = defineKind({
  type: resources.configMaps,
  singular: 'configmap',
  shortNames: ['cm'],
  validateUpdate: immutableDataErrors,
  table: configMapTable,
});
