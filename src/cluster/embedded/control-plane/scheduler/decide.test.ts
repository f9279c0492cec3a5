import fc from '../../../../../test/support/properties.ts';
import { describe, expect, test } from 'vitest';
import type { Node, Pod } from '../../objects.ts';
import { container, node, pod } from '../controllers/testing/objects.ts';
import { SchedulerCache } from './cache.ts';
import { decide } from './decide.ts';
import { podView } from './node-view.ts';

function cluster(nodes: Node[], placed: [Pod, string][] = []): SchedulerCache {
  const cache = new SchedulerCache();
  for (const node of nodes) cache.setNode(node);
  for (const [pod, name] of placed) cache.placePod(pod, name);
  return cache;
}

function place(wanted: Pod, cache: SchedulerCache, turn = 0): string {
  const decision = decide(podView(wanted), cache.nodes(), turn);
  return 'node' in decision ? decision.node : decision.unschedulable;
}

const noSchedule = (key: string, value?: string): NonNullable<Node['spec']> => ({
  taints: [{ key, effect: 'NoSchedule', ...(value && { value }) }],
});
const owned = (name: string, uid: string): Pod => {
  const made = pod(name);
  return {
    ...made,
    metadata: {
      ...made.metadata,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid, controller: true }],
    },
  };
};

describe('a pod fits', () => {
  const workers = [
    node('a'),
    node('b', { labels: { disk: 'ssd' } }),
    node('c', { spec: { unschedulable: true } }),
  ];

  test.each<[string, Partial<NonNullable<Pod['spec']>>, string]>([
    ['the node with the label its nodeSelector asks for', { nodeSelector: { disk: 'ssd' } }, 'b'],
    [
      'the node its required node affinity allows',
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd', 'nvme'] }] },
              ],
            },
          },
        },
      },
      'b',
    ],
    [
      'the node that is named by a field',
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] }],
            },
          },
        },
      },
      'b',
    ],
    [
      'the node it prefers',
      {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 10, preference: { matchExpressions: [{ key: 'disk', operator: 'Exists' }] } },
            ],
          },
        },
      },
      'b',
    ],
  ])('%s', (_, spec, want) => {
    expect(place(pod('p', spec), cluster(workers))).toBe(want);
  });

  test('a cordoned node only where it tolerates that', () => {
    const cache = cluster([node('c', { spec: { unschedulable: true } })]);
    expect(place(pod('p'), cache)).toContain('1 node(s) were unschedulable');
    const tolerations = [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }];
    expect(place(pod('p', { tolerations }), cache)).toBe('c');
  });

  test('a host port once per node and address', () => {
    const using = (hostIP?: string): Pod =>
      pod('p', {
        containers: [
          { ...container(), ports: [{ containerPort: 80, hostPort: 80, ...(hostIP && { hostIP }) }] },
        ],
      });
    const cache = cluster([node('a')], [[using('127.0.0.2'), 'a']]);
    expect(place(using('127.0.0.3'), cache)).toBe('a');
    expect(place(using(), cache)).toContain("1 node(s) didn't have free ports for the requested pod ports");
  });
});

test('the message counts the reasons in the words of Kubernetes', () => {
  const big = pod('p', { containers: [container('3')] });
  const cache = cluster(
    [
      node('control-plane', { spec: noSchedule('node-role.kubernetes.io/control-plane') }),
      node('a'),
      node('b'),
    ],
    [
      [pod('x', { containers: [container('2')] }), 'a'],
      [pod('y', { containers: [container('2')] }), 'b'],
    ],
  );
  expect(place(big, cache)).toBe(
    '0/3 nodes are available: 1 node(s) had untolerated taint(s), ' +
      '2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: ' +
      '1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
  );
  expect(place(big, cluster([]))).toBe('no nodes available to schedule pods');
});

test('a full node is refused for its pods', () => {
  const cache = cluster([node('a', { allocatable: { pods: '1' } })], [[pod('x'), 'a']]);
  expect(place(pod('p'), cache)).toContain('1 Too many pods.');
});

describe('neighbours', () => {
  const apart = (name: string): Pod =>
    pod(
      name,
      {
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
            ],
          },
        },
      },
      { app: 'web' },
    );

  test('that must be apart are on different nodes', () => {
    const cache = cluster([node('a'), node('b')], [[apart('x'), 'a']]);
    expect(place(apart('y'), cache)).toBe('b');
    cache.placePod(apart('y'), 'b');
    expect(place(apart('z'), cache)).toContain("2 node(s) didn't match pod anti-affinity rules");
    expect(place(pod('plain', {}, { app: 'web' }), cache)).toContain(
      "2 node(s) didn't satisfy existing pods anti-affinity rules",
    );
  });

  test('that must be together follow the first', () => {
    const together = (name: string): Pod =>
      pod(
        name,
        {
          affinity: {
            podAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'pair' } } },
              ],
            },
          },
        },
        { app: 'pair' },
      );
    const cache = cluster([node('a'), node('b')]);
    const first = place(together('x'), cache, 1);
    expect(first).toBe('b');
    cache.placePod(together('x'), first);
    expect(place(together('y'), cache)).toBe('b');
  });

  test('a hard spread constraint keeps the skew', () => {
    const spread = (name: string): Pod =>
      pod(
        name,
        {
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'DoNotSchedule',
              labelSelector: { matchLabels: { app: 'web' } },
            },
          ],
        },
        { app: 'web' },
      );
    const cache = cluster([node('a'), node('b', { allocatable: { cpu: '100m' } })], [[spread('x'), 'a']]);
    cache.placePod(pod('filler'), 'b');
    expect(place(spread('y'), cache)).toContain("1 node(s) didn't match pod topology spread constraints");
  });
});

test('pods of one owner are spread evenly, whatever the order of nodes and turns', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 25 }),
      fc.nat(100),
      (nodes, pods, turn) => {
        const cache = cluster(Array.from({ length: nodes }, (_, index) => node(`worker-${index}`)));
        for (let index = 0; index < pods; index += 1) {
          const next = owned(`p${index}`, 'web');
          cache.placePod(next, place(next, cache, turn + index));
        }
        const counts = cache.nodes().map(({ pods }) => pods.size);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 50 },
  );
});

test('no node is ever given more than it has', () => {
  const cpu = fc.integer({ min: 50, max: 2500 });
  fc.assert(
    fc.property(fc.array(cpu, { maxLength: 30 }), (requests) => {
      const cache = cluster([node('a'), node('b', { allocatable: { cpu: '2500m' } })]);
      for (const [index, milli] of requests.entries()) {
        const next = pod(`p${index}`, { containers: [container(`${milli}m`)] });
        const decision = decide(podView(next), cache.nodes(), index);
        if ('node' in decision) cache.placePod(next, decision.node);
        else
          expect(
            cache.nodes().every((it) => (it.requested['cpu'] ?? 0) + milli > (it.allocatable['cpu'] ?? 0)),
          ).toBe(true);
      }
      for (const { requested, allocatable } of cache.nodes()) {
        expect(requested['cpu'] ?? 0).toBeLessThanOrEqual(allocatable['cpu'] ?? 0);
      }
    }),
    { numRuns: 50 },
  );
});
