import { describe, expect } from 'vitest';
import type { Pod } from '../../../src/kubernetes/objects.ts';
import { send } from '../support/client.ts';
import { nominal, test } from '../support/lab.ts';
import { container, pod } from '../support/objects.ts';
import { hostname, nodes, notPlaced, placed, type PodSpec } from '../support/placement.ts';

const rule = (key: string, operator: string, values?: string[]): object => ({
  key,
  operator,
  ...(values && { values }),
});

describe('a pod goes where', () => {
  test('its nodeSelector says', async ({ lab }) => {
    const { workers } = await nodes();
    for (const name of workers.slice(0, 2))
      expect(await placed(lab, name, { nodeSelector: { [hostname]: name } })).toBe(name);
  });

  test.for([
    ['In', (name: string, _others: string[]) => [rule(hostname, 'In', [name])]],
    [
      'NotIn',
      (_name: string, others: string[]) => [rule(hostname, 'NotIn', others), rule(hostname, 'Exists')],
    ],
  ] as const)('its required node affinity says: %s', async ([, expressions], { lab }) => {
    const { workers, all } = await nodes();
    const [wanted = '', ...others] = workers;
    expect(all).toBeGreaterThan(0);
    const nodeSelectorTerms = [{ matchExpressions: expressions(wanted, others) }];
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
    } as PodSpec['affinity'];
    expect(await placed(lab, 'a', { ...(affinity && { affinity }) })).toBe(wanted);
  });

  test('it prefers to go', async ({ lab }) => {
    const { workers } = await nodes();
    const wanted = workers.at(-1) ?? '';
    const preference = { matchExpressions: [rule(hostname, 'In', [wanted])] };
    const affinity = {
      nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference }] },
    } as NonNullable<PodSpec['affinity']>;
    expect(await placed(lab, 'a', { affinity })).toBe(wanted);
  });

  test('another pod is that it must be with', async ({ lab }) => {
    const labels = { app: 'db' };
    const node = await placed(lab, 'db', {}, { labels });
    const term = { labelSelector: { matchLabels: labels }, topologyKey: hostname };
    const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    expect(await placed(lab, 'a', { affinity })).toBe(node);
  });

  test('no pod is that it must not be with', async ({ lab }) => {
    const { workers } = await nodes();
    const labels = { app: 'lonely' };
    const term = { labelSelector: { matchLabels: labels }, topologyKey: hostname };
    const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    const taken = [];
    for (const name of workers) taken.push(await placed(lab, name, { affinity }, { labels }));
    expect(new Set(taken).size).toBe(workers.length);
    expect(await notPlaced(lab, { affinity }, { labels })).toContain(
      `${workers.length} node(s) didn't match pod anti-affinity rules`,
    );
  });

  test('it is spread evenly over nodes', async ({ lab }) => {
    const { workers } = await nodes();
    const labels = { app: 'spread' };
    const topologySpreadConstraints = [
      {
        maxSkew: 1,
        topologyKey: hostname,
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: labels },
        nodeTaintsPolicy: 'Honor',
      },
    ];
    const taken = [];
    for (const name of workers)
      taken.push(await placed(lab, name, { topologySpreadConstraints }, { labels }));
    expect(new Set(taken).size).toBe(workers.length);
  });
});

describe('a pod that fits nowhere waits, and its Event says why', () => {
  test('no node has its labels', async ({ lab }) => {
    const { workers, all } = await nodes();
    const message = await notPlaced(lab, { nodeSelector: { colour: 'red' } });
    expect(message).toMatch(
      new RegExp(
        `^0/${all} nodes are available: .*${workers.length} node\\(s\\) didn't match Pod's node affinity/selector.*\\. ` +
          `(preemption: 0/${all} nodes are available: |no new claims to deallocate, preemption: 0/${all} nodes are available: )${all} Preemption is not helpful for scheduling\\.?$`,
      ),
    );
  });

  test('no node has so much CPU or memory left', async ({ lab }) => {
    const { workers } = await nodes();
    const resources = { requests: { cpu: '1000', memory: '4000Gi' } };
    const message = await notPlaced(lab, { containers: [container(undefined, { resources })] });
    expect(message).toContain(`${workers.length} Insufficient cpu`);
    expect(message).toContain(`${workers.length} Insufficient memory`);
  });

  test('and it is placed when there is room', async ({ lab }) => {
    const key = `contract.openbell.dev/${lab.namespace}`;
    await notPlaced(lab, { nodeSelector: { [key]: 'yes' } });
    const { workers } = await nodes();
    const path = `/api/v1/nodes/${workers[0]}`;
    const type = 'application/merge-patch+json';
    await send('PATCH', path, { type, body: { metadata: { labels: { [key]: 'yes' } } } });
    await lab.eventually<Pod>('pods', 'stuck', ({ spec }) => spec?.nodeName === workers[0], nominal(60));
    await send('PATCH', path, { type, body: { metadata: { labels: { [key]: null } } } });
  });
});

test('a pod that names its node passes the scheduler by', async ({ lab }) => {
  const { workers } = await nodes();
  await lab.create('pods', pod('a', { nodeName: workers[0] ?? '' }));
  await lab.eventually<Pod>('pods', 'a', ({ status }) => status?.phase === 'Running', nominal(60));
});

test('a pod with a scheduling gate waits until it is opened', async ({ lab }) => {
  await lab.create('pods', pod('a', { schedulingGates: [{ name: 'example.com/wait' }] }));
  const { status } = await lab.eventually<Pod>(
    'pods',
    'a',
    ({ status }) => status?.conditions !== undefined,
    nominal(30),
  );
  expect(status?.conditions).toMatchObject([
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    },
  ]);
  await lab.patch('pods', 'a', { spec: { schedulingGates: null } });
  await lab.eventually<Pod>('pods', 'a', ({ spec }) => (spec?.nodeName ?? '') !== '', nominal(30));
});

test('a pod of another scheduler is left alone', async ({ lab }) => {
  await lab.create('pods', pod('other', { schedulerName: 'somebody-else' }));
  await placed(lab, 'ours', {});
  const { body } = await lab.get<Pod>('pods', 'other');
  expect(body.spec?.nodeName ?? '').toBe('');
  expect(body.status?.conditions ?? []).toEqual([]);
});
