import { resources } from '../../../api.ts';
import { endpointSliceTable } from '../tables/network.ts';
import { defineKind } from './strategy.ts';

export const endpointSlices = defineKind({
  type: resources.endpointSlices,
  singular: 'endpointslice',
  countsGenerations: true,
  table: endpointSliceTable,
});
