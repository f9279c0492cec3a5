import { resources } from '../../../api.ts';
import { nodeTable } from '../tables/cluster.ts';
import { defineKind } from './strategy.ts';

export const nodes = defineKind({
  type: resources.nodes,
  singular: 'node',
  shortNames: ['no'],
  subresources: ['status'],
  companions: ['metrics.k8s.io/nodes'],
  selectableFields: (node) => ({ 'spec.unschedulable': String(node.spec?.unschedulable ?? false) }),
  table: nodeTable,
});
