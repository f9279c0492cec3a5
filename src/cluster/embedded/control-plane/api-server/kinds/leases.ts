import { resources } from '../../../api.ts';
import { leaseTable } from '../tables/cluster.ts';
import { defineKind } from './strategy.ts';

export const leases = defineKind({
  type: resources.leases,
  singular: 'lease',
  table: leaseTable,
});
