import { describe, expect } from 'vitest';
import type { ConfigMap, KubeObject, Status } from '../../../src/kubernetes/objects.ts';
import { client, kubeConfig, target } from '../support/client.ts';
import { test, type Change, type Lab } from '../support/lab.ts';
import { configMap } from '../support/objects.ts';

/** `ADDED a`, without what clusters put into every namespace. */
function told(changes: Change[]): string[] {
  return changes
    .filter(({ object }) => object.metadata?.name !== 'kube-root-ca.crt')
    .map(({ type, object }) => `${type} ${object.metadata?.name}`);
}

function isOf(name: string, type: string): (change: Change) => boolean {
  return (change) => change.type === type && change.object.metadata?.name === name;
}

async function versionNow(lab: Lab): Promise<string> {
  return (await lab.list('configmaps')).body.metadata.resourceVersion;
}

describe('a watch', () => {
  test('tells what happens after a version, in order, with the whole objects', async ({ lab }) => {
    const resourceVersion = await versionNow(lab);
    const changes = await lab.watch<ConfigMap>('configmaps', {
      query: { resourceVersion },
      async during() {
        await lab.create('configmaps', configMap('a', { k: '1' }));
        await lab.patch('configmaps', 'a', { data: { k: '2' } });
        await lab.remove('configmaps', 'a');
      },
      isLast: isOf('a', 'DELETED'),
    });
    expect(told(changes)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    expect(changes.map(({ object }) => object.data)).toEqual([{ k: '1' }, { k: '2' }, { k: '2' }]);
    const versions = changes.map(({ object }) => Number(object.metadata?.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
  });

  test('without a version begins with what is there', async ({ lab }) => {
    await lab.create('configmaps', configMap('a'));
    await lab.create('configmaps', configMap('b'));
    const changes = await lab.watch('configmaps', { isLast: isOf('b', 'ADDED') });
    expect(told(changes)).toContain('ADDED b');
  });

  test('from a version in the past catches up', async ({ lab }) => {
    const resourceVersion = await versionNow(lab);
    await lab.create('configmaps', configMap('a'));
    await lab.remove('configmaps', 'a');
    const changes = await lab.watch('configmaps', {
      query: { resourceVersion },
      isLast: isOf('a', 'DELETED'),
    });
    expect(told(changes)).toEqual(['ADDED a', 'DELETED a']);
  });

  test('by labels tells of objects that begin and cease to be selected', async ({ lab }) => {
    const resourceVersion = await versionNow(lab);
    const changes = await lab.watch('configmaps', {
      query: { resourceVersion, labelSelector: 'on=yes' },
      async during() {
        await lab.create('configmaps', configMap('a', {}, { labels: { on: 'no' } }));
        await lab.patch('configmaps', 'a', { metadata: { labels: { on: 'yes' } } });
        await lab.patch('configmaps', 'a', { data: { k: 'v' } });
        await lab.patch('configmaps', 'a', { metadata: { labels: { on: null } } });
        await lab.create('configmaps', configMap('end', {}, { labels: { on: 'yes' } }));
      },
      isLast: isOf('end', 'ADDED'),
    });
    expect(told(changes)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED end']);
  });

  test('of one object, by its name', async ({ lab }) => {
    const resourceVersion = await versionNow(lab);
    const changes = await lab.watch('configmaps', {
      query: { resourceVersion, fieldSelector: 'metadata.name=b' },
      async during() {
        await lab.create('configmaps', configMap('a'));
        await lab.create('configmaps', configMap('b'));
      },
      isLast: isOf('b', 'ADDED'),
    });
    expect(told(changes)).toEqual(['ADDED b']);
  });

  test('ends when its time is over', async ({ lab }) => {
    const resourceVersion = await versionNow(lab);
    const changes = await lab.watch('configmaps', {
      query: { resourceVersion, timeoutSeconds: 1 },
      isLast: () => false,
    });
    expect(told(changes)).toEqual([]);
  });

  test('with sendInitialEvents gives what is there and marks its end by a bookmark', async ({ lab }) => {
    await lab.create('configmaps', configMap('a'));
    const changes = await lab.watch('configmaps', {
      query: {
        sendInitialEvents: true,
        allowWatchBookmarks: true,
        resourceVersionMatch: 'NotOlderThan',
      },
      isLast: ({ type }) => type === 'BOOKMARK',
    });
    expect(told(changes.slice(0, -1))).toEqual(['ADDED a']);
    expect(changes.at(-1)?.object).toMatchObject({
      kind: 'ConfigMap',
      metadata: {
        annotations: { 'k8s.io/initial-events-end': 'true' },
        resourceVersion: expect.stringMatching(/^\d+$/),
      },
    });
  });

  // A cluster that is young remembers everything; waiting until it forgets would take too long.
  const forgets = target.on === 'embedded';
  test.skipIf(!forgets)('from a version that is long past is told so by 410 Expired', async ({ lab }) => {
    const changes = await lab.watch<Status & KubeObject>('configmaps', {
      query: { resourceVersion: 1 },
      isLast: ({ type }) => type === 'ERROR',
    });
    expect(changes).toEqual([
      {
        type: 'ERROR',
        object: expect.objectContaining({
          kind: 'Status',
          reason: 'Expired',
          code: 410,
          message: expect.stringMatching(/^too old resource version: 1 \(\d+\)$/),
        }),
      },
    ]);
  });
});

test("the official client's informer follows", async ({ lab }) => {
  const api = kubeConfig.makeApiClient(client.CoreV1Api);
  const path = lab.path('configmaps');
  const informer = client.makeInformer(kubeConfig, path, () =>
    api.listNamespacedConfigMap({ namespace: lab.namespace }),
  );
  const seen: string[] = [];
  const done = Promise.withResolvers<void>();
  for (const event of ['add', 'update', 'delete'] as const) {
    informer.on(event, ({ metadata }) => {
      if (metadata?.name === 'a') seen.push(event);
      if (event === 'delete') done.resolve();
    });
  }
  informer.on('error', (error: unknown) => done.reject(error));
  await informer.start();
  await lab.create('configmaps', configMap('a'));
  await lab.patch('configmaps', 'a', { data: { k: 'v' } });
  await lab.remove('configmaps', 'a');
  await done.promise;
  await informer.stop();
  expect(seen).toEqual(['add', 'update', 'delete']);
});
