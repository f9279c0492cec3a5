import { resources } from '../../../api.ts';
import type { PodMetrics } from '../../../objects.ts';
import { isFresh, metricsVerbs } from './metrics.ts';
import { defineKind } from './strategy.ts';

export const podMetrics = defineKind<PodMetrics>({
  type: resources.podMetrics,
  singular: 'pod',
  verbs: metricsVerbs,
  visible: isFresh,
});
