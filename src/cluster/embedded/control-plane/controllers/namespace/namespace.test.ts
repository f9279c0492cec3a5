import { expect, test } from 'vitest';
import { rest } from '../../../../../../test/support/stepped-clock.ts';
import { resources, type ResourceType } from '../../../api.ts';
import { startReplicaSetController } from '../replicaset/index.ts';
import { newLab } from '../testing/lab.ts';
import { pod, replicaSet } from '../testing/objects.ts';
import { startNamespaceController } from './index.ts';

const shop = { name: 'shop' };
const inShop = { metadata: { namespace: 'shop', name: 'a' } };

test('a deleted namespace takes everything in it along, and the names are free again', async () => {
  const lab = await newLab();
  lab.start(startNamespaceController);
  lab.start(startReplicaSetController);
  await lab.api.create(resources.namespaces, { metadata: { ...shop } });
  await lab.api.create(resources.configMaps, inShop);
  await lab.api.create(resources.replicaSets, {
    ...replicaSet('web', 2),
    metadata: { namespace: 'shop', name: 'web' },
  });
  await rest();
  expect((await lab.api.list(resources.pods, { namespace: 'shop' })).items).toHaveLength(2);
  await lab.api.delete(resources.namespaces, shop);
  await lab.clock.advance(15_000);
  await expect(lab.api.get(resources.namespaces, shop)).rejects.toMatchObject({ code: 404 });
  const kinds: ResourceType[] = [
    resources.pods,
    resources.configMaps,
    resources.replicaSets,
    resources.events,
  ];
  for (const type of kinds) expect((await lab.api.list(type, { namespace: 'shop' })).items).toEqual([]);
  await lab.api.create(resources.namespaces, { metadata: { ...shop } });
  expect((await lab.api.get(resources.namespaces, shop)).status).toEqual({ phase: 'Active' });
});

test('while something is left it is Terminating, says what, and takes nothing new', async () => {
  const lab = await newLab();
  lab.start(startNamespaceController);
  await lab.api.create(resources.namespaces, { metadata: { ...shop } });
  await lab.api.create(resources.configMaps, {
    metadata: { ...inShop.metadata, finalizers: ['example.com/hold'] },
  });
  await lab.api.delete(resources.namespaces, shop);
  await rest();
  const { status } = await lab.api.get(resources.namespaces, shop);
  expect(status?.phase).toBe('Terminating');
  expect(
    Object.fromEntries((status?.conditions ?? []).map(({ type, message }) => [type, message])),
  ).toMatchObject({
    NamespaceContentRemaining: 'Some resources are remaining: configmaps. has 1 resource instances',
    NamespaceFinalizersRemaining:
      'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  });
  await expect(
    lab.api.create(resources.configMaps, { metadata: { namespace: 'shop', name: 'b' } }),
  ).rejects.toMatchObject({
    code: 403,
    message:
      'configmaps "b" is forbidden: unable to create new content in namespace shop because it is being terminated',
  });
  await lab.api.patch(
    resources.configMaps,
    { namespace: 'shop', name: 'a' },
    { metadata: { finalizers: null } },
  );
  await lab.clock.advance(10_000);
  await expect(lab.api.get(resources.namespaces, shop)).rejects.toMatchObject({ code: 404 });
});

test('pods end before what they may need is taken away', async () => {
  const lab = await newLab();
  lab.start(startNamespaceController);
  await lab.api.create(resources.namespaces, { metadata: { ...shop } });
  await lab.api.create(resources.configMaps, inShop);
  await lab.api.create(resources.pods, {
    ...pod('slow', { nodeName: 'a' }),
    metadata: { namespace: 'shop', name: 'slow' },
  });
  await lab.api.delete(resources.namespaces, shop);
  await lab.clock.advance(5000);
  expect((await lab.api.list(resources.configMaps, { namespace: 'shop' })).items).toHaveLength(1);
  await lab.api.delete(resources.pods, { namespace: 'shop', name: 'slow' }, { gracePeriodSeconds: 0 });
  await lab.clock.advance(30_000);
  await expect(lab.api.get(resources.namespaces, shop)).rejects.toMatchObject({ code: 404 });
});

test("Kubernetes' own namespaces may not be deleted", async () => {
  const lab = await newLab();
  for (const name of ['default', 'kube-system', 'kube-public']) {
    await expect(lab.api.delete(resources.namespaces, { name })).rejects.toMatchObject({
      code: 403,
      message: `namespaces "${name}" is forbidden: this namespace may not be deleted`,
    });
  }
});

test('only the subresource `finalize` lets a namespace go', async () => {
  const lab = await newLab();
  await lab.api.create(resources.namespaces, { metadata: { ...shop } });
  await lab.api.patch(resources.namespaces, shop, { spec: { finalizers: [] } });
  expect((await lab.api.get(resources.namespaces, shop)).spec).toEqual({ finalizers: ['kubernetes'] });
  await lab.api.delete(resources.namespaces, shop);
  await lab.api.patch(resources.namespaces, shop, { spec: { finalizers: [] } }, 'finalize');
  await expect(lab.api.get(resources.namespaces, shop)).rejects.toMatchObject({ code: 404 });
});
