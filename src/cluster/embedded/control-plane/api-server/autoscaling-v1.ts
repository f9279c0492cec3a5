/**
 * autoscaling/v1, which `kubectl autoscale` of versions before 1.33 writes: one CPU target instead of a list of metrics.
 * Objects are stored in version 2; single ones are translated on their way in and out.
 */
import type { HorizontalPodAutoscaler, KubeObject } from '../../objects.ts';

/** Translates the objects of one version of a kind. */
export interface Conversion {
  version: string;
  fromClient(object: KubeObject): KubeObject;
  toClient(object: KubeObject): KubeObject;
}

interface AutoscalerV1 extends KubeObject {
  spec?: Pick<
    NonNullable<HorizontalPodAutoscaler['spec']>,
    'maxReplicas' | 'minReplicas' | 'scaleTargetRef'
  > & { targetCPUUtilizationPercentage?: number };
}

export const autoscalingV1: Conversion = {
  version: 'v1',
  fromClient(object) {
    const { spec, ...rest } = object as AutoscalerV1;
    const { targetCPUUtilizationPercentage: percent, ...same } = spec ?? {};
    const target = { type: 'Utilization', averageUtilization: percent };
    const metrics =
      percent === undefined ? {} : { metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] };
    return { ...rest, apiVersion: 'autoscaling/v2', spec: { ...same, ...metrics } } as KubeObject;
  },
  toClient(object) {
    const { metadata, spec, status } = object as HorizontalPodAutoscaler;
    const cpu = spec?.metrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.target;
    const now = status?.currentMetrics?.find(({ resource }) => resource?.name === 'cpu')?.resource?.current;
    const { currentReplicas = 0, desiredReplicas = 0, lastScaleTime, observedGeneration } = status ?? {};
    return {
      apiVersion: 'autoscaling/v1',
      kind: 'HorizontalPodAutoscaler',
      ...(metadata && { metadata }),
      spec: {
        scaleTargetRef: spec?.scaleTargetRef,
        minReplicas: spec?.minReplicas,
        maxReplicas: spec?.maxReplicas,
        targetCPUUtilizationPercentage: cpu?.averageUtilization,
      },
      status: {
        currentReplicas,
        desiredReplicas,
        lastScaleTime,
        observedGeneration,
        currentCPUUtilizationPercentage: now?.averageUtilization,
      },
    } as KubeObject;
  },
};
