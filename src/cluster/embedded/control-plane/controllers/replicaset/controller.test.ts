import fc from '../../../../../../test/support/properties.ts';
import { expect, test } from 'vitest';
import { rest } from '../../../../../../test/support/stepped-clock.ts';
import { resources, type Api } from '../../../api.ts';
import type { Pod } from '../../../objects.ts';
import { isActive } from '../machinery/pods.ts';
import { kubelets, newLab, setReady } from '../testing/lab.ts';
import { namespace, pod, replicaSet } from '../testing/objects.ts';
import { startReplicaSetController } from './index.ts';

const web = { namespace, name: 'web' };

/** Binds whatever has no node to `node`. */
async function bindAll(api: Api, pods: Pod[], node = 'a'): Promise<void> {
  for (const { metadata, spec } of pods) {
    if (!spec?.nodeName) await api.bind({ namespace, name: metadata?.name ?? '' }, node);
  }
}

test('pods are made with the labels of the template and the ReplicaSet as their owner', async () => {
  const lab = await newLab();
  lab.start(startReplicaSetController);
  const made = await lab.api.create(resources.replicaSets, replicaSet('web', 3));
  await rest();
  const pods = await lab.pods();
  expect(pods).toHaveLength(3);
  expect(pods[0]?.metadata).toMatchObject({
    name: expect.stringMatching(/^web-[a-z0-9]{5}$/),
    labels: { app: 'web' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'web', uid: made.metadata?.uid, controller: true }],
  });
  expect(await lab.messages('SuccessfulCreate')).toContain(`Created pod: ${pods[0]?.metadata?.name}`);
  expect((await lab.api.get(resources.replicaSets, web)).status).toEqual({
    replicas: 3,
    fullyLabeledReplicas: 3,
    observedGeneration: 1,
  });
  expect(lab.lines).toEqual([]);
});

test('a pod that fails or goes is replaced once', async () => {
  const lab = await newLab();
  lab.start(startReplicaSetController);
  await lab.api.create(resources.replicaSets, replicaSet('web', 2));
  await rest();
  const [first, second] = await lab.pods();
  await lab.api.patch(
    resources.pods,
    { namespace, name: first?.metadata?.name ?? '' },
    { status: { phase: 'Failed' } },
    'status',
  );
  await lab.api.delete(resources.pods, { namespace, name: second?.metadata?.name ?? '' });
  await rest();
  const active = (await lab.pods()).filter(isActive);
  expect(active).toHaveLength(2);
  expect(active.map(({ metadata }) => metadata?.name)).not.toContain(first?.metadata?.name);
});

test('shrinking takes the pods that serve nobody first', async () => {
  const lab = await newLab();
  lab.start(startReplicaSetController);
  await lab.api.create(resources.replicaSets, replicaSet('web', 3));
  await rest();
  await bindAll(lab.api, await lab.pods());
  const [, ready] = await lab.pods();
  if (ready) await setReady(lab.api, ready, { ready: true, podIP: '127.64.1.2', at: lab.clock.wall() });
  await lab.api.patch(resources.replicaSets, web, { spec: { replicas: 1 } }, 'scale');
  await rest();
  const staying = (await lab.pods()).filter(isActive);
  expect(staying.map(({ metadata }) => metadata?.name)).toEqual([ready?.metadata?.name]);
  expect(await lab.messages('SuccessfulDelete')).toHaveLength(2);
});

test('orphans that match are adopted, pods that no longer match are released', async () => {
  const lab = await newLab();
  await lab.api.create(resources.pods, pod('orphan', {}, { app: 'web' }));
  lab.start(startReplicaSetController);
  await lab.api.create(resources.replicaSets, replicaSet('web', 1));
  await rest();
  expect((await lab.pods()).map(({ metadata }) => metadata?.ownerReferences?.[0]?.name)).toEqual(['web']);
  await lab.api.patch(
    resources.pods,
    { namespace, name: 'orphan' },
    { metadata: { labels: { app: 'debug' } } },
  );
  await rest();
  const owners = (await lab.pods()).map(({ metadata }) => [
    metadata?.labels?.['app'],
    metadata?.ownerReferences?.length ?? 0,
  ]);
  expect(owners.map(String).sort()).toEqual(['debug,0', 'web,1']);
});

test('minReadySeconds hold a pod back from being available, divided by the speed-up', async () => {
  const lab = await newLab({ speedup: 10 });
  lab.start(startReplicaSetController);
  lab.start(kubelets());
  await lab.api.create(resources.replicaSets, replicaSet('web', 1, { minReadySeconds: 5 }));
  await rest();
  await bindAll(lab.api, await lab.pods());
  const available = async (): Promise<number | undefined> =>
    (await lab.api.get(resources.replicaSets, web)).status?.availableReplicas;
  await lab.clock.advance(499);
  expect(await available()).toBeUndefined();
  await lab.clock.advance(2);
  expect(await available()).toBe(1);
});

test('what cannot be made is tried one at a time, said in an Event and a condition, and tried again', async () => {
  const lab = await newLab();
  let refused = 0;
  let broken = true;
  const api: Api = {
    ...lab.api,
    create: (type, object) => {
      if (!broken || type.plural !== 'pods') return lab.api.create(type, object);
      refused += 1;
      return Promise.reject(new Error('quota exceeded'));
    },
  };
  lab.start((context) => startReplicaSetController({ ...context, api }));
  await lab.api.create(resources.replicaSets, replicaSet('web', 8));
  await rest();
  // Once, and once more because the status changed; never all eight.
  expect(refused).toBeLessThanOrEqual(2);
  const { status } = await lab.api.get(resources.replicaSets, web);
  expect(status?.conditions).toMatchObject([
    { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' },
  ]);
  expect(await lab.messages('FailedCreate')).toEqual(['Error creating: quota exceeded']);
  broken = false;
  await lab.clock.advance(1000);
  expect(await lab.pods()).toHaveLength(8);
});

test('there are never more pods than were asked for, whatever happens to them meanwhile', async () => {
  const change = fc.record({
    kind: fc.constantFrom('fail', 'delete', 'scale'),
    index: fc.nat(9),
    replicas: fc.integer({ min: 0, max: 9 }),
    wait: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      const lab = await newLab();
      const controller = startReplicaSetController(lab);
      await lab.api.create(resources.replicaSets, replicaSet('web', 5));
      await rest();
      let most = 5;
      let asked = 5;
      for (const { kind, index, replicas, wait } of changes) {
        const name = (await lab.pods())[index]?.metadata?.name ?? '';
        if (kind === 'scale') {
          asked = replicas;
          await lab.api.patch(resources.replicaSets, web, { spec: { replicas } }, 'scale');
        } else if (kind === 'delete')
          await lab.api.delete(resources.pods, { namespace, name }).catch(() => undefined);
        else
          await lab.api
            .patch(resources.pods, { namespace, name }, { status: { phase: 'Failed' } }, 'status')
            .catch(() => undefined);
        most = Math.max(most, asked);
        if (wait) await rest();
        expect((await lab.pods()).filter(isActive).length).toBeLessThanOrEqual(most);
      }
      await rest();
      expect((await lab.pods()).filter(isActive)).toHaveLength(asked);
      await controller.stop();
    }),
    { numRuns: 25 },
  );
});
