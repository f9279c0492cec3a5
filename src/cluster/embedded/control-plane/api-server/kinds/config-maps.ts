import { resources } from '../../../api.ts';
import { configMapTable } from '../tables/cluster.ts';
import { defineKind } from './strategy.ts';

export const configMaps = defineKind({
  type: resources.configMaps,
  singular: 'configmap',
  shortNames: ['cm'],
  table: configMapTable,
});
