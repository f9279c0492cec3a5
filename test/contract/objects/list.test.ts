import { describe, expect } from 'vitest';
import type { ConfigMap, KubeObject } from '../../../src/kubernetes/objects.ts';
import { send } from '../support/client.ts';
import { test, type Lab } from '../support/lab.ts';
import { configMap, pendingPod, service } from '../support/objects.ts';

function namesOf({ items }: { items: KubeObject[] }): (string | undefined)[] {
  return items.map(({ metadata }) => metadata?.name).filter((name) => name !== 'kube-root-ca.crt');
}

async function labelled(lab: Lab): Promise<void> {
  for (const [name, labels] of [
    ['a', { tier: 'web', rack: '1' }],
    ['b', { tier: 'db', rack: '2' }],
    ['c', { tier: 'web' }],
    ['d', {}],
  ] as const) {
    await lab.create('configmaps', configMap(name, {}, { labels }));
  }
}

describe('a list', () => {
  test('says what it is a list of, and its version', async ({ lab }) => {
    await lab.create('configmaps', configMap('a'));
    const { body } = await lab.list<ConfigMap>('configmaps');
    expect(body).toMatchObject({
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { resourceVersion: expect.stringMatching(/^\d+$/) },
    });
    expect(namesOf(body)).toEqual(['a']);
  });

  test.for([
    ['tier=web', ['a', 'c']],
    ['tier==db', ['b']],
    ['tier!=web', ['b', 'd']],
    ['tier in (web, db),rack', ['a', 'b']],
    ['tier notin (web)', ['b', 'd']],
    ['!tier', ['d']],
    ['rack', ['a', 'b']],
    ['tier=web,!rack', ['c']],
  ] as const)('selects by labels: %s', async ([labelSelector, wanted], { lab }) => {
    await labelled(lab);
    expect(namesOf((await lab.list('configmaps', { labelSelector })).body)).toEqual(wanted);
  });

  test('selects by fields that the kind knows', async ({ lab }) => {
    await lab.create('pods', pendingPod('a'));
    await lab.create('pods', pendingPod('b'));
    const select = async (fieldSelector: string) => namesOf((await lab.list('pods', { fieldSelector })).body);
    expect(await select('metadata.name=a')).toEqual(['a']);
    expect(await select('metadata.name!=a,status.phase=Pending')).toEqual(['b']);
    expect(await select('spec.nodeName=')).toEqual(['a', 'b']);
    expect(await select('status.phase=Running')).toEqual([]);
  });

  test('by a field that the kind does not know is refused with 400', async ({ lab }) => {
    const { code, body } = await lab.list('pods', { fieldSelector: 'spec.colour=red' });
    expect(code).toBe(400);
    expect(body.message).toContain('field label not supported: spec.colour');
  });

  test('by a selector that cannot be read is refused with 400', async ({ lab }) => {
    const { code, body } = await lab.list('configmaps', { labelSelector: 'a in' });
    expect(code).toBe(400);
    expect(body.message).toContain('unable to parse requirement');
  });

  test('comes in pages of one state', async ({ lab }) => {
    await labelled(lab);
    const query = { limit: 2, labelSelector: 'tier' };
    const first = await lab.list<ConfigMap>('configmaps', query);
    expect(namesOf(first.body)).toEqual(['a', 'b']);
    expect(first.body.metadata.continue).toBeTruthy();
    await lab.remove('configmaps', 'c');
    const rest = await lab.list<ConfigMap>('configmaps', {
      ...query,
      continue: first.body.metadata.continue ?? '',
    });
    expect(namesOf(rest.body)).toEqual(['c']);
    expect(rest.body.metadata.continue ?? '').toBe('');
    expect(rest.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
  });

  test('says how much is left where it does not select', async ({ lab }) => {
    for (const name of ['a', 'b', 'c']) await lab.create('services', service(name));
    const { body } = await lab.list('services', { limit: 1 });
    expect(body.metadata.remainingItemCount).toBe(2);
  });

  test('cannot be continued by a token that is none', async ({ lab }) => {
    const { code, body } = await lab.list('configmaps', { limit: 1, continue: 'nonsense' });
    expect(code).toBe(400);
    expect(body.message).toContain('continue key is not valid');
  });

  test('spans all namespaces where none is named', async ({ lab }) => {
    await lab.create('configmaps', configMap('here-and-everywhere'));
    const query = { fieldSelector: 'metadata.name=here-and-everywhere' };
    const { body } = await send<{ items: KubeObject[] }>('GET', '/api/v1/configmaps', { query });
    expect(body.items.map(({ metadata }) => metadata?.namespace)).toContain(lab.namespace);
  });

  test('of nothing is an empty list', async ({ lab }) => {
    const { code, body } = await lab.list('secrets');
    expect(code).toBe(200);
    expect(body.items).toEqual([]);
  });
});

describe('forms of an answer', () => {
  test('a table, as kubectl asks for it', async ({ lab }) => {
    await lab.create('configmaps', configMap('a', { k: 'v' }));
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const { body } = await send('GET', lab.path('configmaps', 'a'), { accept });
    expect(body).toMatchObject({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      columnDefinitions: [
        { name: 'Name', type: 'string', format: 'name', priority: 0 },
        { name: 'Data', type: 'string' },
        { name: 'Age', type: 'string' },
      ],
      rows: [{ cells: ['a', 1, expect.any(String)], object: { kind: 'PartialObjectMetadata' } }],
    });
  });

  test('metadata only', async ({ lab }) => {
    await lab.create('configmaps', configMap('a', { k: 'v' }));
    const accept = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
    const one = await send('GET', lab.path('configmaps', 'a'), { accept });
    expect(one.body).toMatchObject({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { name: 'a' },
    });
    expect(one.body).not.toHaveProperty('data');
    const listAccept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
    const list = await send('GET', lab.path('configmaps'), { accept: listAccept });
    expect(list.body).toMatchObject({ kind: 'PartialObjectMetadataList' });
    expect(JSON.stringify(list.body)).not.toContain('"k":"v"');
  });
});

describe('what is not there', () => {
  test('an object: 404 with what was looked for', async ({ lab }) => {
    const { code, body } = await lab.get('deployments', 'none');
    expect(code).toBe(404);
    expect(body).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'NotFound',
      message: 'deployments.apps "none" not found',
      details: { name: 'none', group: 'apps', kind: 'deployments' },
    });
  });

  test('a kind: 404', async () => {
    const { code } = await send('GET', '/apis/example.com/v1/things');
    expect(code).toBe(404);
  });

  test('a verb: 405', async ({ lab }) => {
    const { code, body } = await send<{ reason: string }>('POST', lab.path('pods', 'a', 'log'), {
      body: {},
    });
    expect(code).toBe(405);
    expect(body.reason).toBe('MethodNotAllowed');
  });
});
