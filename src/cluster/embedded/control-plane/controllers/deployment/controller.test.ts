import fc from '../../../../../../test/support/properties.ts';
import { expect, test } from 'vitest';
import { rest } from '../../../../../../test/support/stepped-clock.ts';
import { resources } from '../../../api.ts';
import type { Deployment, PodTemplateSpec } from '../../../objects.ts';
import { startScheduler } from '../../scheduler/index.ts';
import { isActive, isReady } from '../machinery/pods.ts';
import { startReplicaSetController } from '../replicaset/index.ts';
import { kubelets, newLab, type Lab } from '../testing/lab.ts';
import { container, deployment, namespace, node } from '../testing/objects.ts';
import { startDeploymentController } from './index.ts';
import { sizeOf } from './limits.ts';

const web = { namespace, name: 'web' };
const startupMs = 1000;

async function cluster(change: { speedup?: number; dead?: Set<string> } = {}): Promise<Lab> {
  const lab = await newLab({ speedup: change.speedup ?? 1 });
  for (const name of ['a', 'b', 'c']) await lab.api.create(resources.nodes, node(name));
  for (const start of [startScheduler, startReplicaSetController, startDeploymentController])
    lab.start(start);
  lab.start(kubelets({ startupMs, ...(change.dead && { dead: change.dead }) }));
  return lab;
}

function template(image: string): PodTemplateSpec {
  return { metadata: { labels: { app: 'web' } }, spec: { containers: [{ ...container(), image }] } };
}

async function rollOut(lab: Lab, image: string): Promise<void> {
  await lab.api.patch(resources.deployments, web, { spec: { template: template(image) } });
}

async function sizes(lab: Lab): Promise<Record<string, number>> {
  const { items } = await lab.api.list(resources.replicaSets, { namespace });
  return Object.fromEntries(
    items.map((set) => [set.spec?.template?.spec?.containers[0]?.image ?? '', sizeOf(set)]),
  );
}

function conditions({ status }: Deployment): Record<string, string> {
  return Object.fromEntries(
    (status?.conditions ?? []).map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );
}

test('a Deployment makes a ReplicaSet and reports when it is available', async () => {
  const lab = await cluster();
  await lab.api.create(resources.deployments, deployment('web', 3));
  await rest();
  const before = await lab.api.get(resources.deployments, web);
  expect(before.metadata?.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
  expect(before.status).toMatchObject({
    replicas: 3,
    updatedReplicas: 3,
    unavailableReplicas: 3,
    observedGeneration: 1,
  });
  expect(conditions(before)).toEqual({
    Progressing: 'True ReplicaSetUpdated',
    Available: 'False MinimumReplicasUnavailable',
  });

  await lab.clock.advance(startupMs);
  const after = await lab.api.get(resources.deployments, web);
  expect(after.status).toMatchObject({ replicas: 3, readyReplicas: 3, availableReplicas: 3 });
  expect(after.status?.unavailableReplicas).toBeUndefined();
  expect(conditions(after)).toEqual({
    Progressing: 'True NewReplicaSetAvailable',
    Available: 'True MinimumReplicasAvailable',
  });
  const [set] = (await lab.api.list(resources.replicaSets)).items;
  expect(await lab.messages('ScalingReplicaSet')).toEqual([
    `Scaled up replica set ${set?.metadata?.name} from 0 to 3`,
  ]);
  expect(set?.metadata?.name).toBe(`web-${set?.metadata?.labels?.['pod-template-hash']}`);
  expect(lab.lines).toEqual([]);
});

test('scaling reaches the pods without time passing', async () => {
  const lab = await cluster();
  await lab.api.create(resources.deployments, deployment('web', 2));
  await lab.clock.advance(startupMs);
  await lab.api.patch(resources.deployments, web, { spec: { replicas: 8 } }, 'scale');
  await rest();
  expect((await lab.pods()).filter(({ spec }) => spec?.nodeName)).toHaveLength(8);
  const messages = await lab.messages('ScalingReplicaSet');
  expect(messages.at(-1)).toMatch(/^Scaled up replica set web-\w+ from 2 to 8$/);
});

test('a rolling update never has more or fewer pods than it may', async () => {
  const amount = fc.oneof(
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      amount,
      amount,
      async (replicas, maxSurge, maxUnavailable) => {
        fc.pre(parseInt(`${maxSurge}`, 10) + parseInt(`${maxUnavailable}`, 10) > 0); // nothing may move: refused
        const lab = await cluster();
        const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } };
        await lab.api.create(
          resources.deployments,
          deployment('web', replicas, { strategy, template: template('x:1') }),
        );
        await lab.clock.advance(startupMs);
        const share = (value: number | string, round: (value: number) => number): number =>
          typeof value === 'number' ? value : round((Number(value.slice(0, -1)) * replicas) / 100);
        const surge = share(maxSurge, Math.ceil);
        const missing = share(maxUnavailable, Math.floor);
        const most = replicas + surge;
        const least = replicas - (surge + missing === 0 ? 1 : Math.min(replicas, missing));

        await rollOut(lab, 'x:2');
        for (let step = 0; step < 200; step += 1) {
          await lab.clock.advance(startupMs / 10);
          const active = (await lab.pods()).filter(isActive);
          expect(active.length).toBeLessThanOrEqual(most);
          expect(active.filter(isReady).length).toBeGreaterThanOrEqual(least);
          if (
            active.length === replicas &&
            active.every((pod) => isReady(pod) && pod.spec?.containers[0]?.image === 'x:2')
          )
            break;
        }
        expect(await sizes(lab)).toEqual({ 'x:1': 0, 'x:2': replicas });
        expect(conditions(await lab.api.get(resources.deployments, web))['Progressing']).toBe(
          'True NewReplicaSetAvailable',
        );
      },
    ),
    { numRuns: 12 },
  );
});

test('Recreate starts no new pod before the last old one is gone', async () => {
  const lab = await cluster();
  const strategy = { type: 'Recreate' };
  await lab.api.create(resources.deployments, deployment('web', 3, { strategy, template: template('x:1') }));
  await lab.clock.advance(startupMs);
  await rollOut(lab, 'x:2');
  for (let step = 0; step < 20; step += 1) {
    await lab.clock.advance(startupMs / 10);
    const images = new Set((await lab.pods()).map(({ spec }) => spec?.containers[0]?.image));
    expect(images.size).toBeLessThanOrEqual(1);
  }
  expect(await sizes(lab)).toEqual({ 'x:1': 0, 'x:2': 3 });
});

test('going back to an old template takes its ReplicaSet again, under a new revision', async () => {
  const lab = await cluster();
  await lab.api.create(resources.deployments, deployment('web', 2, { template: template('x:1') }));
  await lab.clock.advance(startupMs);
  await rollOut(lab, 'x:2');
  await lab.clock.advance(5 * startupMs);
  await rollOut(lab, 'x:1');
  await lab.clock.advance(5 * startupMs);
  expect(await sizes(lab)).toEqual({ 'x:1': 2, 'x:2': 0 });
  const { items } = await lab.api.list(resources.replicaSets);
  const first = items.find(({ spec }) => spec?.template?.spec?.containers[0]?.image === 'x:1');
  expect(first?.metadata?.annotations).toMatchObject({
    'deployment.kubernetes.io/revision': '3',
    'deployment.kubernetes.io/revision-history': '1',
  });
  expect((await lab.api.get(resources.deployments, web)).metadata?.annotations).toEqual({
    'deployment.kubernetes.io/revision': '3',
  });
});

test('old ReplicaSets beyond the history limit are deleted', async () => {
  const lab = await cluster();
  await lab.api.create(
    resources.deployments,
    deployment('web', 1, { revisionHistoryLimit: 1, template: template('x:1') }),
  );
  for (const image of ['x:2', 'x:3', 'x:4']) {
    await lab.clock.advance(5 * startupMs);
    await rollOut(lab, image);
  }
  await lab.clock.advance(5 * startupMs);
  expect(await sizes(lab)).toEqual({ 'x:3': 0, 'x:4': 1 });
});

test('a rollout that does not move misses its deadline, which the speed-up divides', async () => {
  const lab = await cluster({ speedup: 10, dead: new Set(['a', 'b', 'c']) });
  await lab.api.create(resources.deployments, deployment('web', 1, { progressDeadlineSeconds: 60 }));
  await lab.clock.advance(5999);
  expect(conditions(await lab.api.get(resources.deployments, web))['Progressing']).toBe(
    'True ReplicaSetUpdated',
  );
  await lab.clock.advance(2);
  expect(conditions(await lab.api.get(resources.deployments, web))['Progressing']).toBe(
    'False ProgressDeadlineExceeded',
  );
});

test('a paused Deployment scales but does not roll out', async () => {
  const lab = await cluster();
  await lab.api.create(resources.deployments, deployment('web', 2, { template: template('x:1') }));
  await lab.clock.advance(startupMs);
  await lab.api.patch(resources.deployments, web, {
    spec: { paused: true, replicas: 4, template: template('x:2') },
  });
  await lab.clock.advance(5 * startupMs);
  expect(await sizes(lab)).toEqual({ 'x:1': 4 });
  await lab.api.patch(resources.deployments, web, { spec: { paused: false } });
  await lab.clock.advance(20 * startupMs);
  expect(await sizes(lab)).toEqual({ 'x:1': 0, 'x:2': 4 });
});

test('a change of replicas in the middle of a rollout keeps the proportions', async () => {
  const lab = await cluster();
  await lab.api.create(resources.deployments, deployment('web', 10, { template: template('x:1') }));
  await lab.clock.advance(startupMs);
  await rollOut(lab, 'x:2');
  await rest();
  expect(await sizes(lab)).toEqual({ 'x:1': 8, 'x:2': 5 });
  await lab.api.patch(resources.deployments, web, { spec: { replicas: 20 } }, 'scale');
  await rest();
  expect(await sizes(lab)).toEqual({ 'x:1': 15, 'x:2': 10 });
});
