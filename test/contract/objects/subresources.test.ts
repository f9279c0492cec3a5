import { describe, expect } from 'vitest';
import type { Deployment, Pod, Scale } from '../../../src/kubernetes/objects.ts';
import { until } from '../../../src/support/index.ts';
import { send } from '../support/client.ts';
import { nominal, test } from '../support/lab.ts';
import { container, pendingPod, pod, replicated } from '../support/objects.ts';
import { ended, printed, rolledOut, running } from '../support/wait.ts';

describe('the subresource scale', () => {
  test('shows how many there are, and the selector as text', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 0 }));
    const { body } = await lab.get<Scale>('deployments', 'web', 'scale');
    expect(body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: 'web', namespace: lab.namespace, uid: expect.any(String) },
      spec: {},
      status: { replicas: 0, selector: 'app=web' },
    });
  });

  test('changes the number by PUT and by PATCH', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 0 }));
    const { body: scale } = await lab.get<Scale>('deployments', 'web', 'scale');
    // Without a version: the controller may be writing the status at the same time.
    const { resourceVersion: _version, ...metadata } = scale.metadata ?? {};
    const put = await lab.put<Scale>(
      'deployments',
      'web',
      { ...scale, metadata, spec: { replicas: 1 } },
      'scale',
    );
    expect(put.body.spec?.replicas).toBe(1);
    const patch = { spec: { replicas: 0 } };
    const patched = await lab.patch<Scale>('deployments', 'web', patch, { subresource: 'scale' });
    expect(patched.code).toBe(200);
    const { body } = await lab.get<Deployment>('deployments', 'web');
    expect(body.spec?.replicas).toBe(0);
    expect(body.metadata?.generation).toBe(3);
  });

  test('refuses an old version and a negative number', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 0 }));
    const { body: scale } = await lab.get<Scale>('deployments', 'web', 'scale');
    await lab.patch('deployments', 'web', { metadata: { labels: { a: 'b' } } });
    const stale = await lab.put('deployments', 'web', { ...scale, spec: { replicas: 1 } }, 'scale');
    expect(stale.code).toBe(409);
    const negative = await lab.patch(
      'deployments',
      'web',
      { spec: { replicas: -1 } },
      { subresource: 'scale' },
    );
    expect(negative.code).toBe(422);
  });
});

describe('the subresource binding', () => {
  test('puts a pod on a node, once', async ({ lab }) => {
    // Of a scheduler that does not exist, so that nobody else binds it.
    await lab.create('pods', pod('a', { schedulerName: 'nobody' }));
    const { body: nodes } = await send<{ items: { metadata: { name: string } }[] }>('GET', '/api/v1/nodes');
    const name = nodes.items.at(-1)?.metadata.name ?? '';
    const bind = (): ReturnType<typeof send<{ message: string }>> =>
      send('POST', lab.path('pods', 'a', 'binding'), {
        body: {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name: 'a' },
          target: { apiVersion: 'v1', kind: 'Node', name },
        },
      });
    expect((await bind()).code).toBe(201);
    const { body } = await lab.get<Pod>('pods', 'a');
    expect(body.spec?.nodeName).toBe(name);
    expect(body.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'PodScheduled', status: 'True' }),
    );
    const again = await bind();
    expect(again.code).toBe(409);
    expect(again.body.message).toBe(
      `Operation cannot be fulfilled on pods/binding "a": pod a is already assigned to node "${name}"`,
    );
  });
});

describe('the subresource log', () => {
  const chatty = "console.log('one'); console.error('two'); console.log('three');";

  test('gives what a container has printed, both streams', async ({ lab }) => {
    await lab.create('pods', pod('a', { containers: [container(chatty)], restartPolicy: 'Never' }));
    await ended(lab, 'a');
    expect((await printed(lab, 'a')).split('\n').sort()).toEqual(['', 'one', 'three', 'two']);
  });

  test('gives the last lines, with time stamps, or so many bytes', async ({ lab }) => {
    const program = "for (const word of ['one', 'two', 'three']) console.log(word);";
    await lab.create('pods', pod('a', { containers: [container(program)], restartPolicy: 'Never' }));
    await ended(lab, 'a');
    const path = lab.path('pods', 'a', 'log');
    const ask = async (query: Record<string, string | number | boolean>): Promise<string> =>
      (await send<string>('GET', path, { query })).body;
    expect(await ask({ tailLines: 2 })).toBe('two\nthree\n');
    expect(await ask({ tailLines: 1, timestamps: true })).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d) three\n$/,
    );
    expect(await ask({ limitBytes: 5 })).toBe('one\nt');
    expect(await ask({ sinceSeconds: 3600 })).toBe('one\ntwo\nthree\n');
  });

  test('follows until the container ends', async ({ lab }) => {
    const program = "console.log('begin'); setTimeout(() => console.log('end'), 300);";
    await lab.create('pods', pod('a', { containers: [container(program)], restartPolicy: 'Never' }));
    await lab.eventually<Pod>('pods', 'a', ({ status }) => status?.phase !== 'Pending', nominal(60));
    const { body } = await send<string>('GET', lab.path('pods', 'a', 'log'), { query: { follow: true } });
    expect(body).toBe('begin\nend\n');
  });

  test('of the life before, after a restart', async ({ lab }) => {
    const program = "console.log('life'); setTimeout(() => process.exit(1), 1000);";
    await lab.create('pods', pod('a', { containers: [container(program)] }));
    const ask = async (): Promise<string> =>
      (await send<string>('GET', lab.path('pods', 'a', 'log'), { query: { previous: true } })).body;
    await until(async () => (await ask()) === 'life\n', { what: 'its log', deadlineMs: nominal(60) * 1000 });
  });

  test('is refused for a container that the pod does not have, or must choose', async ({ lab }) => {
    await lab.create('pods', pod('a', { containers: [container(), container(undefined, { name: 'side' })] }));
    await running(lab, 'a');
    const path = lab.path('pods', 'a', 'log');
    const missing = await send<{ message: string }>('GET', path);
    expect(missing.code).toBe(400);
    expect(missing.body.message).toBe(
      'a container name must be specified for pod a, choose one of: [main side]',
    );
    const odd = await send<{ message: string }>('GET', path, { query: { container: 'odd' } });
    expect(odd.code).toBe(400);
    expect(odd.body.message).toBe('container odd is not valid for pod a');
  });

  test('is empty as long as no node has the pod', async ({ lab }) => {
    await lab.create('pods', pendingPod('a'));
    const { code, body } = await send<string>('GET', lab.path('pods', 'a', 'log'));
    expect([code, body]).toEqual([204, '']);
  });
});

test('a status shows the replicas that are there', async ({ lab }) => {
  await lab.create('deployments', replicated('Deployment', 'web', { replicas: 2 }));
  const { status } = await rolledOut(lab, 'web');
  expect(status).toMatchObject({
    replicas: 2,
    readyReplicas: 2,
    updatedReplicas: 2,
    availableReplicas: 2,
    observedGeneration: 1,
  });
  expect(status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`).sort()).toEqual(
    ['Available True MinimumReplicasAvailable', 'Progressing True NewReplicaSetAvailable'],
  );
});
