import { resources } from '../../../api.ts';
import { defineKind } from './strategy.ts';

export const leases = defineKind({
  type: resources.leases,
  singular: 'lease',
});
