import { describe, expect } from 'vitest';
import type { Pod, ReplicaSet } from '../../../src/kubernetes/objects.ts';
import { nominal, test, type Lab } from '../support/lab.ts';
import { container, pod, replicated } from '../support/objects.ts';
import { eventMessage } from '../support/wait.ts';

function settled(lab: Lab, replicas: number): Promise<ReplicaSet> {
  return lab.eventually<ReplicaSet>(
    'replicasets',
    'web',
    ({ status }) => status?.replicas === replicas && (status.readyReplicas ?? 0) === replicas,
    nominal(60),
  );
}

describe('a ReplicaSet', () => {
  test('makes its pods, which name it as their owner', async ({ lab }) => {
    await lab.create('replicasets', replicated('ReplicaSet', 'web', { replicas: 3 }));
    const { metadata, status } = await settled(lab, 3);
    expect(status).toMatchObject({ fullyLabeledReplicas: 3, availableReplicas: 3, observedGeneration: 1 });
    const pods = await lab.pods('app=web');
    expect(pods).toHaveLength(3);
    for (const { metadata: made } of pods) {
      expect(made?.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      expect(made?.generateName).toBe('web-');
      expect(made?.ownerReferences).toEqual([
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'web',
          uid: metadata?.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ]);
    }
    expect(await eventMessage(lab, 'web', 'SuccessfulCreate')).toMatch(/^Created pod: web-\w{5}$/);
  });

  test('replaces a pod that is deleted', async ({ lab }) => {
    await lab.create('replicasets', replicated('ReplicaSet', 'web', { replicas: 1 }));
    await settled(lab, 1);
    const [first] = await lab.pods('app=web');
    await lab.remove('pods', first?.metadata?.name ?? '', { gracePeriodSeconds: 0 });
    await lab.eventually('replicasets', 'web', () => true);
    const { until } = await import('../../../src/support/index.ts');
    await until(
      async () => (await lab.pods('app=web')).some(({ metadata }) => metadata?.uid !== first?.metadata?.uid),
      { what: 'a new pod', deadlineMs: nominal(30) * 1000 },
    );
  });

  test('adopts pods that it selects, and makes that many fewer', async ({ lab }) => {
    await lab.create('pods', pod('orphan', {}, { labels: { app: 'web' } }));
    await lab.create('replicasets', replicated('ReplicaSet', 'web', { replicas: 2 }));
    await settled(lab, 2);
    const { body } = await lab.get<Pod>('pods', 'orphan');
    expect(body.metadata?.ownerReferences).toMatchObject([{ kind: 'ReplicaSet', name: 'web' }]);
    expect(await lab.pods('app=web')).toHaveLength(2);
  });

  test('lets a pod go that it no longer selects', async ({ lab }) => {
    await lab.create('replicasets', replicated('ReplicaSet', 'web', { replicas: 1 }));
    await settled(lab, 1);
    const [first] = await lab.pods('app=web');
    const name = first?.metadata?.name ?? '';
    await lab.patch('pods', name, { metadata: { labels: { app: 'other' } } });
    const freed = await lab.eventually<Pod>(
      'pods',
      name,
      ({ metadata }) => metadata?.ownerReferences === undefined,
      nominal(30),
    );
    expect(freed.metadata?.deletionTimestamp).toBeUndefined();
    await settled(lab, 1);
    expect(await lab.pods('app=web')).toHaveLength(1);
  });

  test('shrinks by the pods that are not ready first', async ({ lab }) => {
    await lab.create('replicasets', replicated('ReplicaSet', 'web', { replicas: 2 }));
    await settled(lab, 2);
    const good = new Set((await lab.pods('app=web')).map(({ metadata }) => metadata?.name));
    const bad = container('', { image: 'no.such.registry.example/none:1' });
    await lab.patch('replicasets', 'web', {
      spec: { replicas: 3, template: { spec: { containers: [bad] } } },
    });
    await lab.eventually<ReplicaSet>(
      'replicasets',
      'web',
      ({ status }) => status?.replicas === 3,
      nominal(30),
    );
    await lab.patch('replicasets', 'web', { spec: { replicas: 2 } });
    await settled(lab, 2);
    const left = (await lab.pods('app=web')).filter(
      ({ metadata }) => metadata?.deletionTimestamp === undefined,
    );
    expect(new Set(left.map(({ metadata }) => metadata?.name))).toEqual(good);
  });

  test('honours the cost of a pod’s deletion', async ({ lab }) => {
    await lab.create('replicasets', replicated('ReplicaSet', 'web', { replicas: 2 }));
    await settled(lab, 2);
    const [dear] = await lab.pods('app=web');
    const name = dear?.metadata?.name ?? '';
    const annotations = { 'controller.kubernetes.io/pod-deletion-cost': '100' };
    await lab.patch('pods', name, { metadata: { annotations } });
    await lab.patch('replicasets', 'web', { spec: { replicas: 1 } }, { subresource: 'scale' });
    await settled(lab, 1);
    const left = (await lab.pods('app=web')).filter(
      ({ metadata }) => metadata?.deletionTimestamp === undefined,
    );
    expect(left.map(({ metadata }) => metadata?.name)).toEqual([name]);
  });

  test('says when it cannot make pods', async ({ lab }) => {
    const odd = container('', { resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } });
    const { code, body } = await lab.create(
      'replicasets',
      replicated('ReplicaSet', 'web', { pod: { containers: [odd] } }),
    );
    expect(code).toBe(422);
    expect(body.message).toContain(
      'spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    );
  });
});
