import { describe, expect, it } from 'vitest';
import type { Deployment, HorizontalPodAutoscaler } from '../kubernetes/index.ts';
import { spedUp } from './object-seconds.ts';

const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'desk' },
  spec: {
    selector: { matchLabels: { app: 'desk' } },
    progressDeadlineSeconds: 600,
    template: {
      metadata: { labels: { app: 'desk' } },
      spec: {
        terminationGracePeriodSeconds: 30,
        tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 100 }],
        containers: [
          {
            name: 'desk',
            image: 'desk:1',
            readinessProbe: { periodSeconds: 5, timeoutSeconds: 10, failureThreshold: 3 },
          },
        ],
      },
    },
  },
};

describe('seconds in objects', () => {
  it('are left alone at Kubernetes’ own pace', () => {
    expect(spedUp(deployment, 1)).toEqual({ object: deployment, notFollowed: [] });
  });

  it('are divided wherever Kubernetes counts by them, and nothing else is', () => {
    const before = structuredClone(deployment);
    const { object } = spedUp(deployment, 10);
    expect(object.spec).toMatchObject({
      progressDeadlineSeconds: 60,
      template: {
        spec: {
          terminationGracePeriodSeconds: 3,
          tolerations: [{ tolerationSeconds: 10 }],
          containers: [{ readinessProbe: { periodSeconds: 1, timeoutSeconds: 10, failureThreshold: 3 } }],
        },
      },
    });
    expect(deployment).toEqual(before);
  });

  it('are whole: what is rounded up is said', () => {
    expect(spedUp(deployment, 10).notFollowed).toEqual([
      'Deployment desk: periodSeconds 5 s is 0.5 s at this speed-up; 1 s is in force',
    ]);
  });

  it('of an autoscaler’s behaviour are written out where it leaves them to Kubernetes', () => {
    const hpa: HorizontalPodAutoscaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'desk' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'desk' },
        maxReplicas: 9,
        behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
      },
    };
    expect(spedUp(hpa, 5).object.spec?.behavior).toEqual({
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: 'Max',
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 3 },
          { type: 'Percent', value: 100, periodSeconds: 3 },
        ],
      },
      scaleDown: {
        stabilizationWindowSeconds: 12,
        selectPolicy: 'Max',
        policies: [{ type: 'Percent', value: 100, periodSeconds: 3 }],
      },
    });
  });
});
