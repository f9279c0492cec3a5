import { resources } from '../../../api.ts';
import { autoscalerTable } from '../tables/workloads.ts';
import { autoscalerErrors } from '../validation/autoscaler.ts';
import { defineKind } from './strategy.ts';

export const horizontalPodAutoscalers = defineKind({
  type: resources.horizontalPodAutoscalers,
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  subresources: ['status'],
  applyDefaults(autoscaler) {
    const spec = (autoscaler.spec ??= {} as NonNullable<typeof autoscaler.spec>);
    spec.minReplicas ??= 1;
    if ((spec.metrics ?? []).length === 0) {
      spec.metrics = [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ];
    }
    // Rules that were given are completed to the whole set; without any behaviour the controller has its own.
    if (spec.behavior !== undefined) {
      spec.behavior.scaleUp = {
        stabilizationWindowSeconds: 0,
        selectPolicy: 'Max',
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ],
        ...spec.behavior.scaleUp,
      };
      spec.behavior.scaleDown = {
        selectPolicy: 'Max',
        policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
        ...spec.behavior.scaleDown,
      };
    }
  },
  prepareCreate(autoscaler) {
    autoscaler.status = { currentMetrics: null, desiredReplicas: 0 } as unknown as NonNullable<
      typeof autoscaler.status
    >;
  },
  validate: autoscalerErrors,
  table: autoscalerTable,
});
