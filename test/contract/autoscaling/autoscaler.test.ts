import { describe, expect } from 'vitest';
import type { Deployment, HorizontalPodAutoscaler } from '../../../src/kubernetes/objects.ts';
import { nominal, test, type Lab } from '../support/lab.ts';
import { container, replicated } from '../support/objects.ts';
import { eventMessage, rolledOut } from '../support/wait.ts';

function autoscaler(change: object = {}): object {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 3,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
      ...change,
    },
  };
}

/** Uses as much CPU as it gets, which is little. */
const busy = (cpu: string): { containers: ReturnType<typeof container>[] } => ({
  containers: [
    container(
      "process.on('SIGTERM', () => process.exit(0)); setInterval(() => { const end = Date.now() + 20; while (Date.now() < end); }, 21);",
      {
        resources: { requests: { cpu }, limits: { cpu } },
      },
    ),
  ],
});

function conditionOf({ status }: HorizontalPodAutoscaler, type: string): object | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

function eventually(
  lab: Lab,
  isRight: (it: HorizontalPodAutoscaler) => boolean,
): Promise<HorizontalPodAutoscaler> {
  return lab.eventually<HorizontalPodAutoscaler>('horizontalpodautoscalers', 'web', isRight, nominal(200));
}

describe('an autoscaler', () => {
  test('grows its target while the pods use more than they should', { timeout: 240_000 }, async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 1, pod: busy('50m') }));
    await rolledOut(lab, 'web');
    await lab.create('horizontalpodautoscalers', autoscaler());
    const grown = await eventually(lab, ({ status }) => (status?.desiredReplicas ?? 0) > 1);
    expect(conditionOf(grown, 'ScalingActive')).toMatchObject({ status: 'True', reason: 'ValidMetricFound' });
    expect(grown.status?.currentMetrics).toMatchObject([{ type: 'Resource', resource: { name: 'cpu' } }]);
    expect(await eventMessage(lab, 'web', 'SuccessfulRescale')).toMatch(
      /^New size: [23]; reason: cpu resource utilization \(percentage of request\) above target$/,
    );
    expect((await lab.get<Deployment>('deployments', 'web')).body.spec?.replicas).toBeGreaterThan(1);
  });

  test('keeps its target within its bounds, whatever it uses', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 1 }));
    await rolledOut(lab, 'web');
    await lab.create('horizontalpodautoscalers', autoscaler({ minReplicas: 2 }));
    await eventually(lab, ({ status }) => status?.desiredReplicas === 2);
    expect(await eventMessage(lab, 'web', 'SuccessfulRescale')).toBe(
      'New size: 2; reason: Current number of replicas below Spec.MinReplicas',
    );
  });

  test('leaves a target alone that has no replicas', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 0 }));
    await lab.create('horizontalpodautoscalers', autoscaler());
    const idle = await eventually(lab, (it) => conditionOf(it, 'ScalingActive') !== undefined);
    expect(conditionOf(idle, 'ScalingActive')).toMatchObject({
      status: 'False',
      reason: 'ScalingDisabled',
      message: 'scaling is disabled since the replica count of the target is zero',
    });
  });

  test('says when there is nothing to scale', async ({ lab }) => {
    await lab.create('horizontalpodautoscalers', autoscaler());
    const lost = await eventually(lab, (it) => conditionOf(it, 'AbleToScale') !== undefined);
    expect(conditionOf(lost, 'AbleToScale')).toMatchObject({
      status: 'False',
      reason: 'FailedGetScale',
      message: `the HPA controller was unable to get the target's current scale: deployments.apps "web" not found`,
    });
  });

  test('says when pods request nothing', async ({ lab }) => {
    const plain = container(undefined, { resources: {} });
    await lab.create(
      'deployments',
      replicated('Deployment', 'web', { replicas: 1, pod: { containers: [plain] } }),
    );
    await rolledOut(lab, 'web');
    await lab.create('horizontalpodautoscalers', autoscaler());
    const lost = await eventually(lab, (it) =>
      JSON.stringify(conditionOf(it, 'ScalingActive') ?? {}).includes('missing request'),
    );
    expect(conditionOf(lost, 'ScalingActive')).toMatchObject({
      status: 'False',
      reason: 'FailedGetResourceMetric',
      message: expect.stringMatching(
        /^the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container main of Pod web-\w+-\w+$/,
      ),
    });
  });

  test('is completed with defaults', async ({ lab }) => {
    const { body } = await lab.create<HorizontalPodAutoscaler>(
      'horizontalpodautoscalers',
      autoscaler({ minReplicas: undefined, metrics: undefined }),
    );
    expect(body.spec).toMatchObject({
      minReplicas: 1,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ],
    });
  });
});
