import { describe, expect } from 'vitest';
import type { KubeObject, Pod } from '../../../src/kubernetes/objects.ts';
import { until } from '../../../src/support/index.ts';
import { send } from '../support/client.ts';
import { nominal, test } from '../support/lab.ts';
import { configMap, container, pendingPod, pod, replicated } from '../support/objects.ts';
import { hasPrinted, running } from '../support/wait.ts';

describe('deleting', () => {
  test('answers with a Status that names what is gone', async ({ lab }) => {
    const { body: made } = await lab.create('configmaps', configMap('a'));
    const { code, body } = await lab.remove('configmaps', 'a');
    expect(code).toBe(200);
    expect(body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: made.metadata?.uid },
    });
    expect((await lab.get('configmaps', 'a')).code).toBe(404);
  });

  test('what is not there is refused with 404', async ({ lab }) => {
    expect((await lab.remove('configmaps', 'none')).code).toBe(404);
  });

  test('under a UID or version that is not the object’s is refused with 409', async ({ lab }) => {
    const { body: made } = await lab.create('configmaps', configMap('a'));
    const uid = '00000000-0000-0000-0000-000000000000';
    const other = await lab.remove('configmaps', 'a', { preconditions: { uid } });
    expect(other.code).toBe(409);
    expect(other.body.message).toBe(
      `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (${uid}) does not match the UID in record (${made.metadata?.uid}). The object might have been deleted and then recreated`,
    );
    const old = await lab.remove('configmaps', 'a', { preconditions: { resourceVersion: '1' } });
    expect(old.code).toBe(409);
    expect(old.body.message).toBe(
      `Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${made.metadata?.resourceVersion}). The object might have been modified`,
    );
  });

  test('waits for finalizers, and is over when the last is removed', async ({ lab }) => {
    await lab.create('configmaps', configMap('a', {}, { finalizers: ['example.com/hold'] }));
    const { code, body } = await lab.remove('configmaps', 'a');
    expect(code).toBe(200);
    expect(body.metadata).toMatchObject({
      deletionTimestamp: expect.any(String),
      deletionGracePeriodSeconds: 0,
      finalizers: ['example.com/hold'],
    });
    const added = await lab.patch('configmaps', 'a', {
      metadata: { finalizers: ['example.com/hold', 'example.com/more'] },
    });
    expect(added.code).toBe(422);
    expect(added.body.message).toBe(
      'ConfigMap "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/more"}',
    );
    await lab.patch('configmaps', 'a', { metadata: { finalizers: null } });
    expect((await lab.get('configmaps', 'a')).code).toBe(404);
  });

  test('by a policy that does not exist is refused with 422', async ({ lab }) => {
    await lab.create('configmaps', configMap('a'));
    const { code, body } = await lab.remove('configmaps', 'a', { propagationPolicy: 'Slowly' });
    expect(code).toBe(422);
    expect(body.message).toContain('propagationPolicy: Unsupported value: "Slowly"');
  });

  test('a collection takes what is selected', async ({ lab }) => {
    for (const name of ['a', 'b', 'c'])
      await lab.create('configmaps', configMap(name, {}, { labels: { drop: String(name !== 'b') } }));
    const query = { labelSelector: 'drop=true' };
    const { code } = await send('DELETE', lab.path('configmaps'), { query });
    expect(code).toBe(200);
    const { body } = await lab.list('configmaps', { labelSelector: 'drop' });
    expect(body.items.map(({ metadata }) => metadata?.name)).toEqual(['b']);
  });

  test('as a dry run keeps everything', async ({ lab }) => {
    await lab.create('configmaps', configMap('a'));
    expect((await lab.remove('configmaps', 'a', { dryRun: ['All'] })).code).toBe(200);
    expect((await lab.get('configmaps', 'a')).code).toBe(200);
  });
});

describe('deleting a pod', () => {
  test('that no node has is over at once, and answers with the pod', async ({ lab }) => {
    await lab.create('pods', pendingPod('a'));
    const { body } = await lab.remove<Pod>('pods', 'a');
    expect(body.kind).toBe('Pod');
    expect((await lab.get('pods', 'a')).code).toBe(404);
  });

  test('gives it its grace period, during which it is shown as Terminating', async ({ lab }) => {
    const stubborn = container(
      "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up');",
    );
    await lab.create('pods', pod('a', { containers: [stubborn], terminationGracePeriodSeconds: 20 }));
    await running(lab, 'a');
    await hasPrinted(lab, 'a', 'up\n');
    const { body } = await lab.remove<Pod>('pods', 'a');
    expect(body.metadata).toMatchObject({
      deletionGracePeriodSeconds: 20,
      deletionTimestamp: expect.any(String),
    });
    expect((await lab.get<Pod>('pods', 'a')).body.status?.phase).toBe('Running');
    const shorter = await lab.remove<Pod>('pods', 'a', { gracePeriodSeconds: 1 });
    expect(shorter.body.metadata?.deletionGracePeriodSeconds).toBe(1);
    await lab.gone('pods', 'a', nominal(10));
  });

  test('with a grace of 0 takes the object away at once', async ({ lab }) => {
    await lab.create('pods', pod('a'));
    await lab.eventually<Pod>('pods', 'a', ({ status }) => status?.phase === 'Running', nominal(60));
    await lab.remove('pods', 'a', { gracePeriodSeconds: 0 });
    expect((await lab.get('pods', 'a')).code).toBe(404);
  });
});

/** `name` owned by `owner`. */
function owned(name: string, owner: KubeObject, reference: object = {}): object {
  const { name: ownerName, uid } = owner.metadata ?? {};
  const base = { apiVersion: 'v1', kind: 'ConfigMap', name: ownerName, uid };
  return configMap(name, {}, { ownerReferences: [{ ...base, ...reference }] });
}

describe('deleting an owner', () => {
  test('takes its dependents along in the background', async ({ lab }) => {
    const { body: owner } = await lab.create('configmaps', configMap('owner'));
    const { body: child } = await lab.create('configmaps', owned('child', owner));
    await lab.create('configmaps', owned('grandchild', child));
    await lab.remove('configmaps', 'owner', { propagationPolicy: 'Background' });
    await lab.gone('configmaps', 'child');
    await lab.gone('configmaps', 'grandchild');
  });

  test('in the foreground waits for the dependents that block it', async ({ lab }) => {
    const { body: owner } = await lab.create('configmaps', configMap('owner'));
    const child = owned('child', owner, { blockOwnerDeletion: true });
    await lab.create('configmaps', child);
    await lab.patch('configmaps', 'child', { metadata: { finalizers: ['example.com/hold'] } });
    const { body } = await lab.remove('configmaps', 'owner', { propagationPolicy: 'Foreground' });
    expect(body.metadata?.finalizers).toEqual(['foregroundDeletion']);
    await lab.eventually('configmaps', 'child', ({ metadata }) => metadata?.deletionTimestamp !== undefined);
    expect((await lab.get('configmaps', 'owner')).code).toBe(200);
    await lab.patch('configmaps', 'child', { metadata: { finalizers: null } });
    await lab.gone('configmaps', 'owner');
  });

  test('with Orphan lets its dependents go', async ({ lab }) => {
    const { body: owner } = await lab.create('configmaps', configMap('owner'));
    await lab.create('configmaps', owned('child', owner));
    await lab.remove('configmaps', 'owner', { propagationPolicy: 'Orphan' });
    await lab.gone('configmaps', 'owner');
    const { body } = await lab.get('configmaps', 'child');
    expect(body.metadata?.ownerReferences).toBeUndefined();
  });

  test('who does not exist is enough to be collected', async ({ lab }) => {
    const nobody = { metadata: { name: 'never', uid: '00000000-0000-0000-0000-000000000000' } };
    await lab.create('configmaps', owned('child', nobody));
    await lab.gone('configmaps', 'child');
  });

  test('a Deployment takes its ReplicaSets and pods along', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 2 }));
    await lab.eventually(
      'deployments',
      'web',
      (it) => 'status' in it && JSON.stringify(it).includes('"readyReplicas":2'),
      nominal(60),
    );
    await lab.remove('deployments', 'web', { propagationPolicy: 'Foreground' });
    await lab.gone('deployments', 'web', nominal(60));
    expect((await lab.list('replicasets')).body.items).toEqual([]);
    expect(await lab.pods()).toEqual([]);
  });
});

describe('deleting a namespace', () => {
  test('takes everything in it along', async () => {
    const name = `contract-doomed-${Math.random().toString(36).slice(2)}`;
    const path = `/api/v1/namespaces/${name}`;
    await send('POST', '/api/v1/namespaces', { body: { metadata: { name } } });
    await send('POST', `${path}/configmaps`, {
      body: configMap('a', {}, { finalizers: ['example.com/hold'] }),
    });
    const { body } = await send<KubeObject & { status: { phase: string } }>('DELETE', path);
    expect(body.status.phase).toBe('Terminating');
    const refused = await send<{ message: string; details: { causes: object[] } }>(
      'POST',
      `${path}/configmaps`,
      {
        body: configMap('b'),
      },
    );
    expect(refused.code).toBe(403);
    expect(refused.body.message).toBe(
      `configmaps "b" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
    );
    expect(refused.body.details.causes).toEqual([
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${name} is being terminated`,
        field: 'metadata.namespace',
      },
    ]);
    await send('PATCH', `${path}/configmaps/a`, {
      body: { metadata: { finalizers: null } },
      type: 'application/merge-patch+json',
    });
    const isGone = async (): Promise<boolean> => (await send('GET', path)).code === 404;
    await until(isGone, { what: 'the end of the namespace', deadlineMs: 30_000 });
  });

  test('that the cluster needs is refused with 403', async () => {
    const { code, body } = await send<{ message: string }>('DELETE', '/api/v1/namespaces/kube-system');
    expect(code).toBe(403);
    expect(body.message).toBe('namespaces "kube-system" is forbidden: this namespace may not be deleted');
  });
});
