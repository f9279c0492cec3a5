import { describe, expect } from 'vitest';
import { apps, client, core, kubeConfig } from '../support/client.ts';
import { test } from '../support/lab.ts';
import { configMap, pendingPod, replicated } from '../support/objects.ts';

describe("the official client's classes", () => {
  test('create, read, replace, list and delete', async ({ lab }) => {
    const { namespace } = lab;
    const body = { metadata: { name: 'a' }, data: { k: '1' } };
    const made = await core.createNamespacedConfigMap({ namespace, body });
    expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date);
    made.data = { k: '2' };
    const replaced = await core.replaceNamespacedConfigMap({ namespace, name: 'a', body: made });
    expect(replaced.data).toEqual({ k: '2' });
    const { items } = await core.listNamespacedConfigMap({ namespace, fieldSelector: 'metadata.name=a' });
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(['a']);
    expect((await core.deleteNamespacedConfigMap({ namespace, name: 'a' })).status).toBe('Success');
    await expect(core.readNamespacedConfigMap({ namespace, name: 'a' })).rejects.toMatchObject({ code: 404 });
  });

  test('scale a Deployment by its subresource', async ({ lab }) => {
    const { namespace } = lab;
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 0 }));
    const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'web' });
    expect(scale.spec?.replicas ?? 0).toBe(0);
    const patched = await apps.patchNamespacedDeployment(
      { namespace, name: 'web', body: { spec: { paused: true } } },
      client.setHeaderOptions('Content-Type', client.PatchStrategy.StrategicMergePatch),
    );
    expect(patched.spec?.paused).toBe(true);
  });

  test('watch, each change as an object', async ({ lab }) => {
    const seen: string[] = [];
    const done = Promise.withResolvers<void>();
    const controller = await new client.Watch(kubeConfig).watch(
      lab.path('pods'),
      {},
      (type: string, pod: { metadata: { name: string } }) => {
        seen.push(`${type} ${pod.metadata.name}`);
        if (type === 'DELETED') done.resolve();
      },
      () => done.resolve(),
    );
    await lab.create('pods', pendingPod('a'));
    await lab.remove('pods', 'a');
    await done.promise;
    controller.abort();
    expect(seen[0]).toBe('ADDED a');
    expect(seen.at(-1)).toBe('DELETED a');
  });

  test('apply any kind of object that discovery knows', async ({ lab }) => {
    const objects = client.KubernetesObjectApi.makeApiClient(kubeConfig);
    const object = { apiVersion: 'v1', kind: 'ConfigMap', ...configMap('a', { k: 'v' }) };
    const spec = { ...object, metadata: { name: 'a', namespace: lab.namespace } };
    const made = await objects.create(spec);
    expect(made.metadata).toHaveProperty('uid');
    const read = await objects.read({ ...spec, metadata: { name: 'a', namespace: lab.namespace } });
    expect(read).toMatchObject({ data: { k: 'v' } });
  });

  test('say which version the cluster has', async () => {
    const version = await kubeConfig.makeApiClient(client.VersionApi).getCode();
    expect(version.gitVersion).toMatch(/^v1\.\d+\.\d+/);
    expect([version.major, version.minor.replace('+', '')]).toEqual(['1', expect.stringMatching(/^\d+$/)]);
  });

  test('find every group and version that is served', async () => {
    const groups = await kubeConfig.makeApiClient(client.ApisApi).getAPIVersions();
    const names = groups.groups.map(({ name }) => name);
    for (const name of ['apps', 'autoscaling', 'batch', 'policy', 'coordination.k8s.io', 'discovery.k8s.io'])
      expect(names).toContain(name);
    const resources = await apps.getAPIResources();
    expect(resources.resources.find(({ name }) => name === 'deployments')).toMatchObject({
      kind: 'Deployment',
      namespaced: true,
      shortNames: ['deploy'],
      verbs: expect.arrayContaining(['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']),
    });
  });
});
