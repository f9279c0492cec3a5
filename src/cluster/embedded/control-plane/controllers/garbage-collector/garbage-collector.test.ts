import { describe, expect, test } from 'vitest';
import { rest } from '../../../../../../test/support/stepped-clock.ts';
import { resources, type DeleteOptions } from '../../../api.ts';
import type { ConfigMap, KubeObject, ObjectMeta } from '../../../objects.ts';
import { startDeploymentController } from '../deployment/index.ts';
import { startReplicaSetController } from '../replicaset/index.ts';
import { newLab, type Lab } from '../testing/lab.ts';
import { deployment, namespace } from '../testing/objects.ts';
import { startGarbageCollector } from './index.ts';

async function lab(): Promise<Lab> {
  const lab = await newLab();
  lab.start(startGarbageCollector);
  return lab;
}

function make(lab: Lab, name: string, metadata: ObjectMeta = {}): Promise<ConfigMap> {
  return lab.api.create(resources.configMaps, { metadata: { name, namespace, ...metadata } });
}

function ownedBy(
  ...owners: (KubeObject & { block?: boolean })[]
): NonNullable<Pick<ObjectMeta, 'ownerReferences'>> {
  return {
    ownerReferences: owners.map(({ metadata, block = false }) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: metadata?.name ?? '',
      uid: metadata?.uid ?? '',
      ...(block && { blockOwnerDeletion: true }),
    })),
  };
}

async function remove(lab: Lab, name: string, options: DeleteOptions = {}): Promise<void> {
  await rest();
  await lab.api.delete(resources.configMaps, { namespace, name }, options);
  await rest();
}

async function names(lab: Lab): Promise<(string | undefined)[]> {
  return (await lab.api.list(resources.configMaps, { namespace })).items.map(
    ({ metadata }) => metadata?.name,
  );
}

describe('dependents', () => {
  test('follow their owner in the background, generation by generation', async () => {
    const it = await lab();
    const parent = await make(it, 'parent');
    const child = await make(it, 'child', ownedBy(parent));
    await make(it, 'grandchild', ownedBy(child));
    await make(it, 'stranger');
    await remove(it, 'parent');
    expect(await names(it)).toEqual(['stranger']);
    expect(it.lines).toEqual([]);
  });

  test('stay while one of their owners is there, and forget the others', async () => {
    const it = await lab();
    const [a, b] = [await make(it, 'a'), await make(it, 'b')];
    await make(it, 'child', ownedBy(a, b));
    await remove(it, 'a');
    const child = await it.api.get(resources.configMaps, { namespace, name: 'child' });
    expect(child.metadata?.ownerReferences?.map(({ name }) => name)).toEqual(['b']);
    await remove(it, 'b');
    expect(await names(it)).toEqual([]);
  });

  test('are let go when their owner is deleted with the policy Orphan', async () => {
    const it = await lab();
    const parent = await make(it, 'parent');
    await make(it, 'child', ownedBy(parent));
    await remove(it, 'parent', { propagationPolicy: 'Orphan' });
    expect(await names(it)).toEqual(['child']);
    const child = await it.api.get(resources.configMaps, { namespace, name: 'child' });
    expect(child.metadata?.ownerReferences).toBeUndefined();
  });

  test('that name an owner who does not exist, or exists no more, are deleted', async () => {
    const it = await lab();
    await make(it, 'a', ownedBy({ metadata: { name: 'never', uid: 'no-such-uid' } }));
    await rest();
    expect(await names(it)).toEqual([]);
    const first = await make(it, 'owner');
    await remove(it, 'owner');
    await make(it, 'owner');
    await make(it, 'late', ownedBy(first));
    await rest();
    expect(await names(it)).toEqual(['owner']);
  });

  test('whose owner is of a kind that nobody serves stay', async () => {
    const it = await lab();
    const reference = { apiVersion: 'example.com/v1', kind: 'Thing', name: 'x', uid: 'u' };
    await make(it, 'a', { ownerReferences: [reference] });
    await rest();
    expect(await names(it)).toEqual(['a']);
  });

  test('whose owner is in another namespace are deleted, and an Event says why', async () => {
    const it = await lab();
    const far = await it.api.create(resources.configMaps, {
      metadata: { name: 'far', namespace: 'kube-system' },
    });
    await rest();
    await make(it, 'a', ownedBy(far));
    await rest();
    expect(await names(it)).toEqual([]);
    expect(await it.messages('OwnerRefInvalidNamespace')).toEqual([
      `ownerRef [v1/ConfigMap, namespace: default, name: far, uid: ${far.metadata?.uid}] does not exist in namespace "default"`,
    ]);
  });
});

describe('deleting in the foreground', () => {
  test('takes blocking dependents first, and waits for their finalizers', async () => {
    const it = await lab();
    const parent = await make(it, 'parent');
    await make(it, 'slow', {
      ...ownedBy({ ...parent, block: true }),
      finalizers: ['example.com/slow'],
    });
    await make(it, 'quick', ownedBy({ ...parent, block: true }));
    await remove(it, 'parent', { propagationPolicy: 'Foreground' });
    expect(await names(it)).toEqual(['parent', 'slow']);
    const { metadata } = await it.api.get(resources.configMaps, { namespace, name: 'parent' });
    expect(metadata?.finalizers).toEqual(['foregroundDeletion']);
    const done = { metadata: { finalizers: [] } };
    await it.api.patch(resources.configMaps, { namespace, name: 'slow' }, done);
    await rest();
    expect(await names(it)).toEqual([]);
  });

  test('does not wait for dependents that do not block', async () => {
    const it = await lab();
    const parent = await make(it, 'parent');
    await make(it, 'child', { ...ownedBy(parent), finalizers: ['example.com/slow'] });
    await remove(it, 'parent', { propagationPolicy: 'Foreground' });
    expect(await names(it)).toEqual(['child']);
    const child = await it.api.get(resources.configMaps, { namespace, name: 'child' });
    expect(child.metadata?.deletionTimestamp).toBeDefined();
  });

  test('goes down through all generations and comes back up', async () => {
    const it = await lab();
    const parent = await make(it, 'parent');
    const child = await make(it, 'child', ownedBy({ ...parent, block: true }));
    await make(it, 'grandchild', ownedBy({ ...child, block: true }));
    await remove(it, 'parent', { propagationPolicy: 'Foreground' });
    expect(await names(it)).toEqual([]);
  });

  test('ends also where two own each other', async () => {
    const it = await lab();
    const a = await make(it, 'a');
    const b = await make(it, 'b', ownedBy({ ...a, block: true }));
    await it.api.patch(
      resources.configMaps,
      { namespace, name: 'a' },
      { metadata: ownedBy({ ...b, block: true }) },
    );
    await remove(it, 'a', { propagationPolicy: 'Foreground' });
    expect(await names(it)).toEqual([]);
  });
});

test('what was to be collected while no collector ran is collected when one starts', async () => {
  const it = await newLab();
  const parent = await make(it, 'parent');
  await make(it, 'child', ownedBy(parent));
  const waiting = await make(it, 'waiting');
  await make(it, 'blocks', ownedBy({ ...waiting, block: true }));
  const other = await make(it, 'other');
  await make(it, 'free', ownedBy(other));
  await remove(it, 'parent');
  await remove(it, 'waiting', { propagationPolicy: 'Foreground' });
  await remove(it, 'other', { propagationPolicy: 'Orphan' });
  it.start(startGarbageCollector);
  await rest();
  expect(await names(it)).toEqual(['free']);
});

test('a Deployment goes with its ReplicaSets and pods, or leaves them', async () => {
  const it = await lab();
  it.start(startDeploymentController);
  it.start(startReplicaSetController);
  const web = { namespace, name: 'web' };
  await it.api.create(resources.deployments, deployment('web', 2));
  await rest();
  await it.api.delete(resources.deployments, web, { propagationPolicy: 'Orphan' });
  await rest();
  expect(await it.pods()).toHaveLength(2);
  const [orphan] = (await it.api.list(resources.replicaSets)).items;
  expect(orphan?.metadata?.ownerReferences).toBeUndefined();
  await it.api.create(resources.deployments, deployment('web', 2));
  await rest();
  // The new Deployment has adopted the ReplicaSet that was left.
  expect((await it.api.list(resources.replicaSets)).items).toHaveLength(1);
  await it.api.delete(resources.deployments, web);
  await rest();
  expect(await it.pods()).toEqual([]);
  expect((await it.api.list(resources.replicaSets)).items).toEqual([]);
});
