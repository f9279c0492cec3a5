import { describe, expect } from 'vitest';
import type { PodDisruptionBudget, Status } from '../../../src/kubernetes/objects.ts';
import { send } from '../support/client.ts';
import { nominal, test, type Lab } from '../support/lab.ts';
import { pendingPod, pod, replicated } from '../support/objects.ts';
import { ready, rolledOut } from '../support/wait.ts';

function budget(spec: object): object {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'guard' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  };
}

function evict(lab: Lab, name: string, query = {}): ReturnType<typeof send<Status>> {
  return send<Status>('POST', lab.path('pods', name, 'eviction'), {
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: lab.namespace } },
    query,
  });
}

async function allowed(lab: Lab, disruptions: number): Promise<PodDisruptionBudget> {
  return lab.eventually<PodDisruptionBudget>(
    'poddisruptionbudgets',
    'guard',
    ({ status }) => status?.observedGeneration === 1 && status.disruptionsAllowed === disruptions,
    nominal(30),
  );
}

describe('a disruption budget', () => {
  test('counts the pods it guards', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 3 }));
    await lab.create('poddisruptionbudgets', budget({ minAvailable: 2 }));
    await rolledOut(lab, 'web');
    const { status } = await allowed(lab, 1);
    expect(status).toMatchObject({ currentHealthy: 3, desiredHealthy: 2, expectedPods: 3 });
    expect(status?.conditions).toMatchObject([
      { type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' },
    ]);
  });

  test('refuses evictions that would go below it with 429, and says why', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 2 }));
    await lab.create('poddisruptionbudgets', budget({ maxUnavailable: 0 }));
    await rolledOut(lab, 'web');
    await lab.eventually<PodDisruptionBudget>(
      'poddisruptionbudgets',
      'guard',
      ({ status }) => status?.currentHealthy === 2,
    );
    const [first] = await lab.pods('app=web');
    const { code, body } = await evict(lab, first?.metadata?.name ?? '');
    expect(code).toBe(429);
    expect(body).toMatchObject({
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: {
        causes: [
          {
            reason: 'DisruptionBudget',
            message: 'The disruption budget guard needs 2 healthy pods and has 2 currently',
          },
        ],
      },
    });
  });

  test('lets as many go as it can spare', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 2 }));
    await lab.create('poddisruptionbudgets', budget({ minAvailable: '50%' }));
    await rolledOut(lab, 'web');
    await allowed(lab, 1);
    const [first, second] = (await lab.pods('app=web')).map(({ metadata }) => metadata?.name ?? '');
    expect((await evict(lab, first ?? '')).code).toBe(201);
    expect((await evict(lab, second ?? '')).code).toBe(429);
  });

  test('with both bounds is refused', async ({ lab }) => {
    const { code, body } = await lab.create(
      'poddisruptionbudgets',
      budget({ minAvailable: 1, maxUnavailable: 1 }),
    );
    expect(code).toBe(422);
    expect(body.message).toContain('minAvailable and maxUnavailable cannot be both set');
  });
});

describe('an eviction', () => {
  test('deletes the pod with its grace period and marks the cause', async ({ lab }) => {
    await lab.create('pods', pod('a', {}, { finalizers: ['example.com/hold'] }));
    await ready(lab, 'a');
    const { code, body } = await evict(lab, 'a');
    expect(code).toBe(201);
    expect(body.status).toBe('Success');
    const { body: evicted } = await lab.get<{ status: { conditions: object[] } }>('pods', 'a');
    expect(evicted.metadata?.deletionTimestamp).toBeDefined();
    expect(JSON.stringify(evicted)).toContain('"reason":"EvictionByEvictionAPI"');
    await lab.patch('pods', 'a', { metadata: { finalizers: null } });
    await lab.gone('pods', 'a');
  });

  test('as a dry run changes nothing', async ({ lab }) => {
    await lab.create('pods', pendingPod('a'));
    expect((await evict(lab, 'a', { dryRun: 'All' })).code).toBe(201);
    expect((await lab.get('pods', 'a')).body.metadata?.deletionTimestamp).toBeUndefined();
  });

  test('of a pod that is not there is refused with 404', async ({ lab }) => {
    expect((await evict(lab, 'none')).code).toBe(404);
  });
});
