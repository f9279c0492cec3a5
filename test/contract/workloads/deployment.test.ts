import { describe, expect } from 'vitest';
import type { Deployment, ReplicaSet } from '../../../src/kubernetes/objects.ts';
import { nominal, test, type Lab } from '../support/lab.ts';
import { container, replicated } from '../support/objects.ts';
import { eventMessage, rolledOut } from '../support/wait.ts';

/** Changes the template, so that a new generation of pods is rolled out. */
async function update(lab: Lab, value: string, change: object = {}): Promise<void> {
  const annotations = { version: value };
  await lab.patch('deployments', 'web', { spec: { template: { metadata: { annotations } }, ...change } });
}

async function sets(lab: Lab): Promise<ReplicaSet[]> {
  const { items } = (await lab.list<ReplicaSet>('replicasets')).body;
  const revision = ({ metadata }: ReplicaSet): number =>
    Number(metadata?.annotations?.['deployment.kubernetes.io/revision']);
  return items.sort((a, b) => revision(a) - revision(b));
}

const broken = { containers: [container('', { image: 'no.such.registry.example/none:1' })] };

describe('a Deployment', () => {
  test('makes a ReplicaSet named after its template', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 2 }));
    const { metadata } = await rolledOut(lab, 'web');
    const [set] = await sets(lab);
    const hash = set?.metadata?.labels?.['pod-template-hash'];
    expect(set?.metadata).toMatchObject({
      name: `web-${hash}`,
      labels: { app: 'web' },
      annotations: {
        'deployment.kubernetes.io/desired-replicas': '2',
        'deployment.kubernetes.io/max-replicas': '3',
        'deployment.kubernetes.io/revision': '1',
      },
      ownerReferences: [{ kind: 'Deployment', name: 'web', uid: metadata?.uid, controller: true }],
    });
    expect(set?.spec?.selector.matchLabels).toEqual({ app: 'web', 'pod-template-hash': hash });
    expect(metadata?.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' });
    expect(await eventMessage(lab, 'web', 'ScalingReplicaSet')).toBe(
      `Scaled up replica set web-${hash} from 0 to 2`,
    );
  });

  test('rolls a new template out without going below or above its bounds', async ({ lab }) => {
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 3, strategy }));
    const { metadata } = await rolledOut(lab, 'web');
    const seen = new Map<string | undefined, { wanted: number; available: number }>();
    const counts: { wanted: number; available: number }[] = [];
    await lab.watch<ReplicaSet>('replicasets', {
      query: { resourceVersion: metadata?.resourceVersion ?? '0' },
      during: () => update(lab, '2'),
      isLast({ object: { metadata, spec, status } }) {
        seen.set(metadata?.name, { wanted: spec?.replicas ?? 0, available: status?.availableReplicas ?? 0 });
        const sum = (field: 'wanted' | 'available'): number =>
          [...seen.values()].reduce((total, set) => total + set[field], 0);
        counts.push({ wanted: sum('wanted'), available: sum('available') });
        return seen.size === 2 && [...seen.values()].some((set) => set.wanted === 0 && set.available === 0);
      },
    });
    await rolledOut(lab, 'web');
    // The first is told when it changes: until then nothing is known of it.
    const known = counts.slice(counts.findIndex(({ wanted }) => wanted >= 3));
    expect(Math.max(...known.map(({ wanted }) => wanted))).toBeLessThanOrEqual(4);
    expect(Math.min(...known.map(({ available }) => available))).toBeGreaterThanOrEqual(3);
    const [old, current] = await sets(lab);
    expect([old?.spec?.replicas, current?.spec?.replicas]).toEqual([0, 3]);
  });

  test('of the type Recreate ends all old pods first', async ({ lab }) => {
    await lab.create(
      'deployments',
      replicated('Deployment', 'web', { replicas: 2, strategy: { type: 'Recreate' } }),
    );
    await rolledOut(lab, 'web');
    const old = (await lab.pods('app=web')).map(({ metadata }) => metadata?.uid);
    await update(lab, '2');
    await rolledOut(lab, 'web');
    const pods = (await lab.pods('app=web')).filter(
      ({ metadata }) => metadata?.deletionTimestamp === undefined,
    );
    expect(pods.filter(({ metadata }) => old.includes(metadata?.uid))).toEqual([]);
  });

  test('that cannot go on keeps the old pods, and says so when its deadline passes', async ({ lab }) => {
    await lab.create(
      'deployments',
      replicated('Deployment', 'web', { replicas: 2, progressDeadlineSeconds: 10 }),
    );
    await rolledOut(lab, 'web');
    await lab.patch('deployments', 'web', { spec: { template: { spec: broken } } });
    const { status } = await lab.eventually<Deployment>(
      'deployments',
      'web',
      ({ status }) =>
        status?.conditions?.some(({ reason }) => reason === 'ProgressDeadlineExceeded') === true,
      nominal(40),
    );
    const progressing = status?.conditions?.find(({ type }) => type === 'Progressing');
    expect(progressing).toMatchObject({
      status: 'False',
      message: expect.stringMatching(/^ReplicaSet "web-\w+" has timed out progressing\.$/),
    });
    expect(status?.availableReplicas).toBe(2);
    expect(status?.unavailableReplicas).toBe(1);
  });

  test('comes back to an old template with its old ReplicaSet', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 1 }));
    await rolledOut(lab, 'web');
    await update(lab, '2');
    await rolledOut(lab, 'web');
    await lab.patch('deployments', 'web', { spec: { template: { metadata: { annotations: null } } } });
    await rolledOut(lab, 'web');
    const all = await sets(lab);
    expect(all).toHaveLength(2);
    expect(all.map(({ metadata }) => metadata?.annotations?.['deployment.kubernetes.io/revision'])).toEqual([
      '2',
      '3',
    ]);
  });

  test('that is paused changes nothing until it is resumed', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 1 }));
    await rolledOut(lab, 'web');
    await update(lab, '2', { paused: true });
    const paused = await lab.eventually<Deployment>(
      'deployments',
      'web',
      ({ status }) => status?.conditions?.some(({ reason }) => reason === 'DeploymentPaused') === true,
    );
    expect(paused.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Progressing', status: 'Unknown', message: 'Deployment is paused' }),
    );
    expect(await sets(lab)).toHaveLength(1);
    await lab.patch('deployments', 'web', { spec: { paused: false } });
    await rolledOut(lab, 'web');
    expect(await sets(lab)).toHaveLength(2);
  });

  test('keeps no more old ReplicaSets than it is asked to', async ({ lab }) => {
    await lab.create(
      'deployments',
      replicated('Deployment', 'web', { replicas: 1, revisionHistoryLimit: 1 }),
    );
    await rolledOut(lab, 'web');
    for (const value of ['2', '3']) {
      await update(lab, value);
      await rolledOut(lab, 'web');
    }
    const { until } = await import('../../../src/support/index.ts');
    await until(async () => (await sets(lab)).length === 2, { what: 'two sets', deadlineMs: 20_000 });
  });

  test('shares its growth among its ReplicaSets while it rolls', async ({ lab }) => {
    await lab.create('deployments', replicated('Deployment', 'web', { replicas: 4 }));
    await rolledOut(lab, 'web');
    await lab.patch('deployments', 'web', { spec: { template: { spec: broken } } });
    await lab.eventually<Deployment>(
      'deployments',
      'web',
      ({ status }) => status?.updatedReplicas === 2,
      nominal(30),
    );
    await lab.patch('deployments', 'web', { spec: { replicas: 8 } }, { subresource: 'scale' });
    const { status } = await lab.eventually<Deployment>(
      'deployments',
      'web',
      ({ status }) => status?.observedGeneration === 3 && (status.replicas ?? 0) >= 8,
      nominal(30),
    );
    expect(status?.replicas).toBeLessThanOrEqual(10);
  });
});
