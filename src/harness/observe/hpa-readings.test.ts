import { expect, test } from 'vitest';
import { hpaReadings } from './hpa-readings.ts';

test('each metric of an autoscaler stands beside what its status shows', () => {
  const target = (value: object): { type: string } => ({ type: 'any', ...value });
  const named = { metric: { name: 'packets' } };
  expect(
    hpaReadings({
      spec: {
        maxReplicas: 9,
        scaleTargetRef: { kind: 'Deployment', name: 'api' },
        metrics: [
          { type: 'Resource', resource: { name: 'memory', target: target({ averageValue: '20Mi' }) } },
          {
            type: 'ContainerResource',
            containerResource: { name: 'cpu', container: 'api', target: target({ averageUtilization: 60 }) },
          },
          { type: 'Pods', pods: { ...named, target: target({ averageValue: '1k' }) } },
        ],
      },
      status: {
        desiredReplicas: 3,
        currentMetrics: [
          {
            type: 'ContainerResource',
            containerResource: {
              name: 'cpu',
              container: 'api',
              current: { averageUtilization: 90, averageValue: '45m' },
            },
          },
          { type: 'Resource', resource: { name: 'memory', current: { averageValue: '30Mi' } } },
        ],
      },
    }),
  ).toEqual([
    {
      metric: 'memory',
      target: '20Mi',
      current: '30Mi',
      ratio: 1.5,
      aim: { resource: 'memory', unit: 'milli', target: 20 * 1024 ** 2 * 1000, shown: 30 * 1024 ** 2 * 1000 },
    },
    { metric: 'cpu of container api', target: '60 %', current: '90 %', ratio: 1.5 },
    { metric: 'packets (Pods)', target: '1k', current: null, ratio: null },
  ]);
});
