import { resources } from '../../../api.ts';
import type { NodeMetrics } from '../../../objects.ts';
import { isFresh, metricsVerbs } from './metrics.ts';
import { defineKind } from './strategy.ts';

export const nodeMetrics = defineKind<NodeMetrics>({
  type: resources.nodeMetrics,
  singular: 'node',
  verbs: metricsVerbs,
  visible: isFresh,
});
