import { describe, expect } from 'vitest';
import type { ConfigMap, Deployment } from '../../../src/kubernetes/objects.ts';
import { send } from '../support/client.ts';
import { test, type Lab } from '../support/lab.ts';
import { configMap, replicated } from '../support/objects.ts';

async function deploymentWithSidecar(lab: Lab): Promise<void> {
  const containers = ['main', 'side'].map((name) => ({
    name,
    image: `${name}:1`,
    args: ['a', 'b'],
    env: [{ name: 'A', value: '1' }],
  }));
  await lab.create('deployments', replicated('Deployment', 'a', { replicas: 0, pod: { containers } }));
}

function containersOf({
  spec,
}: Deployment): { name: string; image?: string; args?: string[]; env?: object[] }[] {
  return spec?.template.spec?.containers ?? [];
}

describe('a merge patch', () => {
  test('merges objects, replaces lists, and removes what is null', async ({ lab }) => {
    await lab.create(
      'configmaps',
      configMap('a', { keep: '1', drop: '2' }, { finalizers: ['x.io/a', 'x.io/b'] }),
    );
    const { code, body } = await lab.patch<ConfigMap>('configmaps', 'a', {
      data: { drop: null, add: '3' },
      metadata: { finalizers: ['x.io/b'] },
    });
    expect(code).toBe(200);
    expect(body.data).toEqual({ keep: '1', add: '3' });
    expect(body.metadata?.finalizers).toEqual(['x.io/b']);
    await lab.patch('configmaps', 'a', { metadata: { finalizers: null } });
  });

  test('with an old version is refused with 409', async ({ lab }) => {
    const { body } = await lab.create('configmaps', configMap('a'));
    await lab.patch('configmaps', 'a', { data: { k: '1' } });
    const { resourceVersion } = body.metadata ?? {};
    const stale = await lab.patch('configmaps', 'a', { metadata: { resourceVersion }, data: { k: '2' } });
    expect(stale.code).toBe(409);
  });

  test('of what does not exist is refused with 404', async ({ lab }) => {
    expect((await lab.patch('configmaps', 'none', { data: {} })).code).toBe(404);
  });

  test('that changes nothing keeps the version', async ({ lab }) => {
    const { body } = await lab.create('configmaps', configMap('a', { k: '1' }));
    const same = await lab.patch('configmaps', 'a', { data: { k: '1' } });
    expect(same.body.metadata?.resourceVersion).toBe(body.metadata?.resourceVersion);
  });

  test('that makes the object invalid is refused with 422', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'a', { replicas: 0 }));
    const { code, body } = await lab.patch('deployments', 'a', { spec: { replicas: -1 } });
    expect(code).toBe(422);
    expect(body.message).toBe(
      'Deployment.apps "a" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
  });

  test('as a dry run shows the result and keeps nothing', async ({ lab }) => {
    await lab.create('configmaps', configMap('a', { k: '1' }));
    const query = { dryRun: 'All' };
    const { body } = await lab.patch<ConfigMap>('configmaps', 'a', { data: { k: '2' } }, { query });
    expect(body.data).toEqual({ k: '2' });
    expect((await lab.get<ConfigMap>('configmaps', 'a')).body.data).toEqual({ k: '1' });
  });
});

describe('a JSON patch', () => {
  test('adds, replaces, removes, moves and copies', async ({ lab }) => {
    await lab.create('configmaps', configMap('a', { a: '1', b: '2', c: '3' }));
    const { body } = await lab.patch<ConfigMap>(
      'configmaps',
      'a',
      [
        { op: 'add', path: '/data/x', value: '9' },
        { op: 'replace', path: '/data/a', value: '10' },
        { op: 'remove', path: '/data/b' },
        { op: 'move', from: '/data/c', path: '/data/d' },
        { op: 'copy', from: '/data/d', path: '/data/e' },
      ],
      { type: 'json' },
    );
    expect(body.data).toEqual({ a: '10', x: '9', d: '3', e: '3' });
  });

  test('whose test fails, or whose path is not there, is refused with 422 and changes nothing', async ({
    lab,
  }) => {
    await lab.create('configmaps', configMap('a', { a: '1' }));
    const failing = [
      { op: 'add', path: '/data/x', value: '9' },
      { op: 'test', path: '/data/a', value: 'other' },
    ];
    expect((await lab.patch('configmaps', 'a', failing, { type: 'json' })).code).toBe(422);
    const missing = [{ op: 'remove', path: '/data/none' }];
    const { code, body } = await lab.patch('configmaps', 'a', missing, { type: 'json' });
    expect(code).toBe(422);
    expect(body).toMatchObject({
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
    });
    expect((await lab.get<ConfigMap>('configmaps', 'a')).body.data).toEqual({ a: '1' });
  });

  test('that is no list is refused with 400', async ({ lab }) => {
    await lab.create('configmaps', configMap('a'));
    expect((await lab.patch('configmaps', 'a', { op: 'add' }, { type: 'json' })).code).toBe(400);
  });
});

describe('a strategic merge patch', () => {
  const strategic = { type: 'strategic' } as const;

  test('merges lists by their key and replaces those without', async ({ lab }) => {
    await deploymentWithSidecar(lab);
    const containers = [{ name: 'side', image: 'side:2', args: ['z'], env: [{ name: 'B', value: '2' }] }];
    const patch = { spec: { template: { spec: { containers } } } };
    const { body } = await lab.patch<Deployment>('deployments', 'a', patch, strategic);
    const [main, side] = ['main', 'side'].map((name) => containersOf(body).find((it) => it.name === name));
    expect(main?.image).toBe('main:1');
    expect(side).toMatchObject({ image: 'side:2', args: ['z'] });
    expect(side?.env).toEqual(
      expect.arrayContaining([
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ]),
    );
  });

  test('deletes and replaces elements by directive', async ({ lab }) => {
    await deploymentWithSidecar(lab);
    const containers = [
      { name: 'side', $patch: 'delete' },
      { name: 'main', env: [{ $patch: 'replace' }, { name: 'C', value: '3' }] },
    ];
    const patch = { spec: { template: { spec: { containers } } } };
    const { body } = await lab.patch<Deployment>('deployments', 'a', patch, strategic);
    expect(containersOf(body).map(({ name }) => name)).toEqual(['main']);
    expect(containersOf(body)[0]?.env).toEqual([{ name: 'C', value: '3' }]);
  });

  test('orders elements as $setElementOrder says', async ({ lab }) => {
    await deploymentWithSidecar(lab);
    const spec = {
      '$setElementOrder/containers': [{ name: 'new' }, { name: 'side' }, { name: 'main' }],
      containers: [{ name: 'new', image: 'new:1' }],
    };
    const { body } = await lab.patch<Deployment>(
      'deployments',
      'a',
      { spec: { template: { spec } } },
      strategic,
    );
    expect(containersOf(body).map(({ name }) => name)).toEqual(['new', 'side', 'main']);
  });

  test('keeps of a union what $retainKeys names', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'a', { replicas: 0 }));
    const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    const { code, body } = await lab.patch<Deployment>('deployments', 'a', patch, strategic);
    expect(code).toBe(200);
    expect(body.spec?.strategy).toEqual({ type: 'Recreate' });
  });

  test('deletes from a list of values by $deleteFromPrimitiveList', async ({ lab }) => {
    await lab.create('configmaps', configMap('a', {}, { finalizers: ['x.io/a', 'x.io/b'] }));
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['x.io/a', 'x.io/b'] } };
    const { body } = await lab.patch('configmaps', 'a', patch, strategic);
    expect(body.metadata?.finalizers).toBeUndefined();
  });
});

describe('an apply patch', () => {
  test('creates what is not there, and merges into what is', async ({ lab }) => {
    const how = { type: 'apply', query: { fieldManager: 'contract', force: true } } as const;
    const first = await lab.patch<ConfigMap>('configmaps', 'a', configMap('a', { k: '1' }), how);
    expect(first.code).toBe(201);
    const second = await lab.patch<ConfigMap>('configmaps', 'a', configMap('a', { k: '1', l: '2' }), how);
    expect(second.code).toBe(200);
    expect(second.body.data).toEqual({ k: '1', l: '2' });
  });

  test('without a field manager is refused', async ({ lab }) => {
    const { code, body } = await lab.patch('configmaps', 'a', configMap('a'), { type: 'apply' });
    expect(code).toBe(422);
    expect(body.message).toContain('fieldManager: Required value: is required for apply patch');
  });
});

test('a patch in a media type of its own is refused with 415', async ({ lab }) => {
  await lab.create('configmaps', configMap('a'));
  const sending = { body: {}, type: 'application/json' };
  const { code } = await send('PATCH', lab.path('configmaps', 'a'), sending);
  expect(code).toBe(415);
});
