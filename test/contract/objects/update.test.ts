import { describe, expect } from 'vitest';
import type { ConfigMap, Deployment, Pod, Service } from '../../../src/kubernetes/objects.ts';
import { test } from '../support/lab.ts';
import { configMap, pendingPod, replicated, service } from '../support/objects.ts';

describe('replacing', () => {
  test('gives the object a new version, and nobody else may replace the old one', async ({ lab }) => {
    const { body: first } = await lab.create<ConfigMap>('configmaps', configMap('a', { k: '1' }));
    const second = await lab.put('configmaps', 'a', { ...first, data: { k: '2' } });
    expect(second.code).toBe(200);
    expect(Number(second.body.metadata?.resourceVersion)).toBeGreaterThan(
      Number(first.metadata?.resourceVersion),
    );
    const stale = await lab.put('configmaps', 'a', { ...first, data: { k: '3' } });
    expect(stale.code).toBe(409);
    expect(stale.body).toMatchObject({
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
      details: { name: 'a', kind: 'configmaps' },
    });
  });

  test('without a version takes whatever is there', async ({ lab }) => {
    await lab.create('configmaps', configMap('a'));
    const { code, body } = await lab.put<ConfigMap>('configmaps', 'a', configMap('a', { k: 'new' }));
    expect(code).toBe(200);
    expect(body.data).toEqual({ k: 'new' });
  });

  test('by the same changes nothing, not even the version', async ({ lab }) => {
    const { body: first } = await lab.create('configmaps', configMap('a', { k: '1' }));
    const { body: second } = await lab.put('configmaps', 'a', first);
    expect(second.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
  });

  test('what does not exist is refused with 404', async ({ lab }) => {
    const { code, body } = await lab.put('configmaps', 'none', configMap('none'));
    expect(code).toBe(404);
    expect(body.message).toBe('configmaps "none" not found');
  });

  test('under another name is refused with 400', async ({ lab }) => {
    await lab.create('configmaps', configMap('a'));
    const { code, body } = await lab.put('configmaps', 'a', configMap('b'));
    expect(code).toBe(400);
    expect(body.message).toBe('the name of the object (b) does not match the name on the URL (a)');
  });

  test('an object with another UID is refused with 409', async ({ lab }) => {
    const { body } = await lab.create('configmaps', configMap('a'));
    const uid = '00000000-0000-0000-0000-000000000000';
    const other = await lab.put('configmaps', 'a', configMap('a', {}, { uid }));
    expect(other.code).toBe(409);
    expect(other.body.message).toContain(
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${body.metadata?.uid}`,
    );
  });

  test('counts a generation where the spec changes, and only there', async ({ lab }) => {
    const { body: first } = await lab.create<Deployment>(
      'deployments',
      replicated('Deployment', 'a', { replicas: 0 }),
    );
    const labelled = await lab.patch<Deployment>('deployments', 'a', { metadata: { labels: { x: 'y' } } });
    expect(labelled.body.metadata?.generation).toBe(first.metadata?.generation);
    const paused = await lab.patch('deployments', 'a', { spec: { paused: true } });
    expect(paused.body.metadata?.generation).toBe(2);
  });
});

describe('the subresource status', () => {
  test('changes nothing but the status, and the object nothing of it', async ({ lab }) => {
    await lab.create('pods', pendingPod('a'));
    const status = { phase: 'Failed', reason: 'Contract' };
    const changed = await lab.patch<Pod>('pods', 'a', { status });
    expect(changed.body.status?.phase).toBe('Pending');
    const both = { status, spec: { priority: 5, terminationGracePeriodSeconds: 77 } };
    const written = await lab.patch<Pod>('pods', 'a', both, { subresource: 'status' });
    expect(written.body.status).toMatchObject(status);
    expect(written.body.spec?.terminationGracePeriodSeconds).toBe(5);
  });

  test('is read on its own', async ({ lab }) => {
    await lab.create('pods', pendingPod('a'));
    const { body } = await lab.get<Pod>('pods', 'a', 'status');
    expect(body.status?.phase).toBe('Pending');
  });
});

describe('what may not change', () => {
  test("are a Deployment's selector", async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'a', { replicas: 0 }));
    const { code, body } = await lab.patch('deployments', 'a', {
      spec: {
        selector: { matchLabels: { app: 'b' } },
        template: { metadata: { labels: { app: 'b' } } },
      },
    });
    expect(code).toBe(422);
    expect(body.message).toMatch(
      /^Deployment\.apps "a" is invalid: spec\.selector: Invalid value: .*: field is immutable$/,
    );
  });

  test("are a Service's cluster IP", async ({ lab }) => {
    const { body: made } = await lab.create<Service>('services', service('a'));
    const other = made.spec?.clusterIP?.replace(/\d+$/, (last) => String((Number(last) % 250) + 1)) ?? '';
    const { code, body } = await lab.patch('services', 'a', {
      spec: { clusterIP: other, clusterIPs: [other] },
    });
    expect(code).toBe(422);
    expect(body.details?.causes?.[0]).toMatchObject({
      field: 'spec.clusterIPs[0]',
      message: `Invalid value: [${JSON.stringify(other)}]: may not change once set`,
    });
  });

  test("are most of a pod's spec", async ({ lab }) => {
    await lab.create('pods', pendingPod('a'));
    const { code, body } = await lab.patch('pods', 'a', { spec: { restartPolicy: 'Never' } });
    expect(code).toBe(422);
    expect(body.message).toMatch(
      /^Pod "a" is invalid: spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`,`spec\.initContainers\[\*\]\.image`,`spec\.activeDeadlineSeconds`,`spec\.tolerations` \(only additions to existing tolerations\),`spec\.terminationGracePeriodSeconds` \(allow it to be set to 1 if it was previously negative\)/,
    );
    const image = [{ op: 'replace', path: '/spec/containers/0/image', value: 'other:1' }];
    expect((await lab.patch('pods', 'a', image, { type: 'json' })).code).toBe(200);
  });

  test('are the data of immutable ConfigMaps and Secrets', async ({ lab }) => {
    await lab.create('configmaps', { ...configMap('a', { k: '1' }), immutable: true });
    const map = await lab.patch('configmaps', 'a', { data: { k: '2' } });
    expect(map.code).toBe(422);
    expect(map.body.message).toBe(
      'ConfigMap "a" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    );
    await lab.create('secrets', { metadata: { name: 's' }, stringData: { k: '1' }, immutable: true });
    const secret = await lab.patch('secrets', 's', { immutable: false });
    expect(secret.body.message).toBe(
      'Secret "s" is invalid: immutable: Forbidden: field is immutable when `immutable` is set',
    );
  });

  test("are a Secret's type", async ({ lab }) => {
    await lab.create('secrets', { metadata: { name: 's' } });
    const { code, body } = await lab.patch('secrets', 's', { type: 'example.com/other' });
    expect(code).toBe(422);
    expect(body.message).toBe(
      'Secret "s" is invalid: type: Invalid value: "example.com/other": field is immutable',
    );
  });
});
