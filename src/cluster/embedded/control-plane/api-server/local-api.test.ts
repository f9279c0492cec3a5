import { expect, test } from 'vitest';
import { systemClock } from '../../../../support/index.ts';
import { effectiveTimings } from '../../../spec.ts';
import { ApiError, resources, type Api } from '../../api.ts';
import type { Deployment, Pod } from '../../objects.ts';
import { createApiContext } from './context.ts';
import { createLocalApi } from './local-api.ts';

const namespace = 'default';

async function newApi({ speedup = 1, historyLength = 1000 } = {}): Promise<Api> {
  const addresses = { mode: 'range', block: 64 } as const;
  return createLocalApi(
    await createApiContext({ timings: effectiveTimings(speedup), addresses, historyLength }),
  );
}

function pod(name: string, spec: Partial<NonNullable<Pod['spec']>> = {}): Pod {
  return { metadata: { name, namespace }, spec: { containers: [{ name: 'api', image: 'x:1' }], ...spec } };
}

function deployment(name: string): Deployment {
  return {
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'api', image: 'x:1' }] },
      },
    },
  };
}

async function refusal(doing: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await doing.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

test('a created object has an identity, defaults and its first status', async () => {
  const api = await newApi();
  const made = await api.create(resources.pods, {
    ...pod(''),
    metadata: { generateName: 'api-', namespace },
  });
  expect(made.metadata?.name).toMatch(/^api-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  expect(made.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/);
  expect(made.metadata?.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(made.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
  expect(made.spec?.terminationGracePeriodSeconds).toBe(30);
  expect(made.spec?.tolerations).toEqual([
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    {
      key: 'node.kubernetes.io/unreachable',
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    },
  ]);
});

test('what is refused is refused in the words of Kubernetes', async () => {
  const api = await newApi();
  await api.create(resources.deployments, deployment('web'));
  const taken = await refusal(api.create(resources.deployments, deployment('web')));
  expect(taken.status).toMatchObject({
    code: 409,
    reason: 'AlreadyExists',
    message: 'deployments.apps "web" already exists',
  });
  const missing = await refusal(api.get(resources.pods, { namespace, name: 'nobody' }));
  expect(missing.status).toMatchObject({ code: 404, message: 'pods "nobody" not found' });
  const nowhere = await refusal(
    api.create(resources.pods, { ...pod('p'), metadata: { name: 'p', namespace: 'nowhere' } }),
  );
  expect(nowhere.message).toBe('namespaces "nowhere" not found');
});

test('whoever writes with an old version is refused, and a change of nothing writes nothing', async () => {
  const api = await newApi();
  const first = await api.create(resources.deployments, deployment('web'));
  const second = await api.update(resources.deployments, {
    ...first,
    metadata: { ...first.metadata, labels: { a: 'b' } },
  });
  expect(second.metadata?.generation).toBe(1);
  const late = await refusal(api.update(resources.deployments, first));
  expect(late.message).toBe(
    'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
  );
  const same = await api.update(resources.deployments, second);
  expect(same.metadata?.resourceVersion).toBe(second.metadata?.resourceVersion);
});

test('spec and status are written apart, and generations count changes of the spec', async () => {
  const api = await newApi();
  const made = await api.create(resources.deployments, deployment('web'));
  const ref = { namespace, name: 'web' };
  const reported = await api.updateStatus(resources.deployments, {
    ...made,
    spec: { ...(made.spec as NonNullable<Deployment['spec']>), replicas: 9 },
    status: { replicas: 1 },
  });
  expect(reported.spec?.replicas).toBe(1);
  expect(reported.status).toEqual({ replicas: 1 });
  const scaled = await api.patch(resources.deployments, ref, { spec: { replicas: 3 } }, 'scale');
  expect(scaled).toMatchObject({ kind: 'Scale', spec: { replicas: 3 }, status: { selector: 'app=web' } });
  const after = await api.patch(resources.deployments, ref, { status: { replicas: 7 } });
  expect(after.metadata?.generation).toBe(2);
  expect(after.status).toEqual({ replicas: 1 });
});

test('a scheduled pod ends gracefully, an unscheduled one at once', async () => {
  const api = await newApi({ speedup: 10 });
  await api.create(resources.pods, pod('waiting'));
  await api.create(resources.pods, pod('running'));
  await api.bind({ namespace, name: 'running' }, 'worker-1');
  const before = Date.now();
  await api.delete(resources.pods, { namespace, name: 'waiting' });
  await api.delete(resources.pods, { namespace, name: 'running' });
  const [left, ...others] = (await api.list(resources.pods)).items;
  expect(others).toEqual([]);
  expect(left?.metadata?.deletionGracePeriodSeconds).toBe(30);
  const remainingMs = Date.parse(String(left?.metadata?.deletionTimestamp)) - before;
  expect(remainingMs).toBeGreaterThan(1000);
  expect(remainingMs).toBeLessThan(5000);
  await api.delete(resources.pods, { namespace, name: 'running' }, { gracePeriodSeconds: 0 });
  expect((await api.list(resources.pods)).items).toEqual([]);
});

test('a finalizer keeps an object until it is taken off', async () => {
  const api = await newApi();
  await api.create(resources.deployments, deployment('web'));
  const ref = { namespace, name: 'web' };
  await api.delete(resources.deployments, ref, { propagationPolicy: 'Foreground' });
  const marked = await api.get(resources.deployments, ref);
  expect(marked.metadata).toMatchObject({ finalizers: ['foregroundDeletion'], generation: 2 });
  await api.patch(resources.deployments, ref, { metadata: { finalizers: null } });
  expect((await refusal(api.get(resources.deployments, ref))).code).toBe(404);
});

test('lists and watches follow selectors, and leaving a selection is a deletion', async () => {
  const api = await newApi();
  await api.create(resources.pods, pod('a'));
  await api.create(resources.pods, pod('b'));
  const { resourceVersion } = await api.list(resources.pods, { fieldSelector: 'spec.nodeName=worker-1' });
  const ending = new AbortController();
  const seen: string[] = [];
  const watching = (async () => {
    const options = { fieldSelector: 'spec.nodeName=worker-1', resourceVersion, signal: ending.signal };
    for await (const event of api.watch(resources.pods, options)) {
      if (event.type === 'ERROR') throw new ApiError(event.object);
      seen.push(`${event.type} ${event.object.metadata?.name} ${event.object.metadata?.labels?.['x'] ?? ''}`);
      if (seen.length === 3) ending.abort();
    }
  })();
  await api.bind({ namespace, name: 'b' }, 'worker-1');
  await api.bind({ namespace, name: 'a' }, 'worker-2');
  await api.patch(resources.pods, { namespace, name: 'b' }, { metadata: { labels: { x: '1' } } });
  await api.delete(resources.pods, { namespace, name: 'b' }, { gracePeriodSeconds: 0 });
  await watching;
  expect(seen).toEqual(['ADDED b ', 'MODIFIED b 1', 'DELETED b 1']);
});

test('a watch from a version that fell out of the history is told that it expired', async () => {
  const api = await newApi({ historyLength: 2 });
  const { resourceVersion } = await api.list(resources.configMaps);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
    await api.create(resources.configMaps, { metadata: { name, namespace } });
  }
  const { signal } = new AbortController();
  const events = [];
  for await (const event of api.watch(resources.configMaps, { resourceVersion, signal })) events.push(event);
  expect(events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
});

test('nobody can change what the store holds', async () => {
  const api = await newApi();
  const mine = pod('a');
  const made = await api.create(resources.pods, mine);
  mine.spec!.containers[0]!.image = 'other';
  made.spec!.containers[0]!.image = 'other';
  const [shared] = (await api.list(resources.pods)).items;
  expect(shared?.spec?.containers[0]?.image).toBe('x:1');
  expect(() => {
    shared!.spec!.nodeName = 'elsewhere';
  }).toThrow(TypeError);
});

test('metrics are gone when they are old or their pod is', async () => {
  const api = await newApi({ speedup: 10 });
  await api.create(resources.pods, pod('a'));
  const sample = (name: string, agoMs: number) => ({
    metadata: { name, namespace },
    timestamp: new Date(systemClock.wall() - agoMs).toISOString(),
    window: '1.5s',
    containers: [],
  });
  await api.create(resources.podMetrics, sample('a', 0));
  await api.create(resources.podMetrics, sample('old', 5100));
  const names = async () => (await api.list(resources.podMetrics)).items.map((item) => item.metadata?.name);
  expect(await names()).toEqual(['a']);
  // A kubelet that was late renews what is not shown any more.
  await api.update(resources.podMetrics, sample('old', 0));
  expect(await names()).toEqual(['a', 'old']);
  await api.delete(resources.podMetrics, { namespace, name: 'old' });
  await api.delete(resources.pods, { namespace, name: 'a' });
  expect(await names()).toEqual([]);
});
