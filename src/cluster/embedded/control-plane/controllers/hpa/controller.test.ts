import { expect, test } from 'vitest';
import { rest } from '../../../../../../test/support/stepped-clock.ts';
import { resources } from '../../../api.ts';
import type { HorizontalPodAutoscaler } from '../../../objects.ts';
import { startScheduler } from '../../scheduler/index.ts';
import { startDeploymentController } from '../deployment/index.ts';
import { isActive } from '../machinery/pods.ts';
import { startReplicaSetController } from '../replicaset/index.ts';
import { kubelets, newLab, type Lab } from '../testing/lab.ts';
import { deployment, namespace, node } from '../testing/objects.ts';
import { startHorizontalPodAutoscalerController } from './index.ts';

const web = { namespace, name: 'web' };
type Spec = NonNullable<HorizontalPodAutoscaler['spec']>;

function autoscaler(change: Partial<Spec> = {}): HorizontalPodAutoscaler {
  return {
    metadata: { ...web },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 10,
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

async function cluster({ speedup = 10, replicas = 2 } = {}): Promise<Lab> {
  const lab = await newLab({ speedup });
  await lab.api.create(resources.nodes, node('a'));
  for (const start of [startScheduler, startReplicaSetController, startDeploymentController])
    lab.start(start);
  lab.start(kubelets());
  await lab.api.create(resources.deployments, deployment('web', replicas));
  await rest();
  lab.start(startHorizontalPodAutoscalerController);
  // Pods that have just started are set aside; these have not.
  await lab.clock.advance(lab.timings.hpaCpuInitializationMs);
  return lab;
}

/** Every pod uses this much, as measured just now. */
async function use(lab: Lab, cpu: string): Promise<void> {
  const timestamp = new Date(lab.clock.wall()).toISOString();
  for (const { metadata } of (await lab.pods()).filter(isActive)) {
    const name = metadata?.name ?? '';
    await lab.api.delete(resources.podMetrics, { namespace, name }).catch(() => undefined);
    const containers = [{ name: 'api', usage: { cpu, memory: '10Mi' } }];
    await lab.api.create(resources.podMetrics, {
      metadata: { namespace, name },
      timestamp,
      window: '1.5s',
      containers,
    });
  }
}

async function look(lab: Lab, cpu: string): Promise<void> {
  await use(lab, cpu);
  await lab.clock.advance(lab.timings.hpaSyncPeriodMs);
}

async function status(
  lab: Lab,
): Promise<{ status: HorizontalPodAutoscaler['status']; reasons: Record<string, string> }> {
  const { status } = await lab.api.get(resources.horizontalPodAutoscalers, web);
  const reasons = Object.fromEntries(
    (status?.conditions ?? []).map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );
  return { status, reasons };
}

async function replicas(lab: Lab): Promise<number | undefined> {
  return (await lab.api.get(resources.deployments, web)).spec?.replicas;
}

test('load scales the Deployment up within one look, and pods follow at once', async () => {
  const lab = await cluster();
  await lab.api.create(resources.horizontalPodAutoscalers, autoscaler());
  await use(lab, '100m');
  await lab.clock.advance(lab.timings.hpaSyncPeriodMs - 1);
  expect(await replicas(lab)).toBe(2);
  await lab.clock.advance(1);
  expect(await replicas(lab)).toBe(4);
  expect((await lab.pods()).filter(({ spec }) => spec?.nodeName)).toHaveLength(4);
  expect(await lab.messages('SuccessfulRescale')).toEqual([
    'New size: 4; reason: cpu resource utilization (percentage of request) above target',
  ]);
  const seen = await status(lab);
  expect(seen.status).toMatchObject({
    currentReplicas: 2,
    desiredReplicas: 4,
    lastScaleTime: expect.any(String),
    currentMetrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', current: { averageUtilization: 100, averageValue: '100m' } },
      },
    ],
  });
  expect(seen.reasons).toEqual({
    AbleToScale: 'True SucceededRescale',
    ScalingActive: 'True ValidMetricFound',
    ScalingLimited: 'False DesiredWithinRange',
  });
  expect(lab.lines).toEqual([]);
});

test('growth is capped at double, or four, per look without a behaviour', async () => {
  const lab = await cluster();
  await lab.api.create(resources.horizontalPodAutoscalers, autoscaler());
  await look(lab, '500m');
  expect(await replicas(lab)).toBe(4);
  expect((await status(lab)).reasons['ScalingLimited']).toBe('True ScaleUpLimit');
});

test('shrinking waits for the stabilization window, which the speed-up divides', async () => {
  const lab = await cluster({ replicas: 6 });
  await lab.api.create(resources.horizontalPodAutoscalers, autoscaler());
  const windowMs = lab.timings.hpaDownscaleStabilizationMs;
  expect(windowMs).toBe(30_000);
  const started = lab.clock.now();
  while (lab.clock.now() - started < windowMs) {
    await look(lab, '10m');
    expect(await replicas(lab)).toBe(6);
  }
  expect((await status(lab)).reasons['AbleToScale']).toBe('True ScaleDownStabilized');
  await look(lab, '10m');
  await look(lab, '10m');
  expect(await replicas(lab)).toBe(2);
  expect(await lab.messages('SuccessfulRescale')).toEqual(['New size: 2; reason: All metrics below target']);
});

test('within the tolerance nothing is done', async () => {
  const lab = await cluster({ replicas: 4 });
  await lab.api.create(resources.horizontalPodAutoscalers, autoscaler());
  await look(lab, '54m');
  expect(await replicas(lab)).toBe(4);
  expect((await status(lab)).reasons['AbleToScale']).toBe('True ReadyForNewScale');
});

test('without metrics it says so and leaves the number alone', async () => {
  const lab = await cluster();
  await lab.api.create(resources.horizontalPodAutoscalers, autoscaler());
  await lab.clock.advance(lab.timings.hpaSyncPeriodMs);
  expect(await replicas(lab)).toBe(2);
  const why =
    'failed to get cpu utilization: unable to get metrics for resource cpu: no metrics returned from resource metrics API';
  expect(await lab.messages('FailedGetResourceMetric')).toEqual([why]);
  expect((await lab.messages('FailedComputeMetricsReplicas'))[0]).toContain(
    'invalid metrics (1 invalid out of 1), first error is: ',
  );
  const { reasons, status: seen } = await status(lab);
  expect(reasons['ScalingActive']).toBe('False FailedGetResourceMetric');
  expect(seen?.conditions?.find(({ type }) => type === 'ScalingActive')?.message).toBe(
    `the HPA was unable to compute the replica count: ${why}`,
  );
});

test.each([
  [1, { minReplicas: 3 }, 3, 'New size: 3; reason: Current number of replicas below Spec.MinReplicas'],
  [8, { maxReplicas: 5 }, 5, 'New size: 5; reason: Current number of replicas above Spec.MaxReplicas'],
])('%i replicas are brought into the range of %j', async (from, change, want, message) => {
  const lab = await cluster({ replicas: from });
  await lab.api.create(resources.horizontalPodAutoscalers, autoscaler(change));
  await lab.clock.advance(lab.timings.hpaSyncPeriodMs);
  expect(await replicas(lab)).toBe(want);
  expect(await lab.messages('SuccessfulRescale')).toEqual([message]);
});

test('a target that is not there is said, and found when it comes', async () => {
  const lab = await cluster();
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'late' };
  await lab.api.create(resources.horizontalPodAutoscalers, autoscaler({ scaleTargetRef }));
  await lab.clock.advance(lab.timings.hpaSyncPeriodMs);
  expect((await status(lab)).reasons).toEqual({ AbleToScale: 'False FailedGetScale' });
  expect(await lab.messages('FailedGetScale')).toEqual(['deployments.apps "late" not found']);
  await lab.api.create(resources.deployments, deployment('late', 2));
  await lab.clock.advance(lab.timings.hpaSyncPeriodMs);
  expect((await status(lab)).reasons['AbleToScale']).toBe('True SucceededGetScale');
});

test('a target scaled to zero is left alone', async () => {
  const lab = await cluster({ replicas: 0 });
  await lab.api.create(resources.horizontalPodAutoscalers, autoscaler());
  await lab.clock.advance(lab.timings.hpaSyncPeriodMs);
  expect(await replicas(lab)).toBe(0);
  expect((await status(lab)).reasons['ScalingActive']).toBe('False ScalingDisabled');
});
