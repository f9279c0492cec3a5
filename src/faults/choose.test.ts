import { describe, expect, test } from 'vitest';
import type { Node, Pod } from '../kubernetes/index.ts';
import { seededRandom } from '../support/index.ts';
import { draw, howMany, nodeCandidates, podCandidates } from './choose.ts';

describe('how many targets an amount means', () => {
  test.each([
    ['a count', { count: 2 }, 5, 2],
    ['a count of more than there are', { count: 9 }, 5, 5],
    ['a percentage', { percent: 40 }, 5, 2],
    ['a percentage that does not come out even, rounded up', { percent: 50 }, 5, 3],
    ['a percentage that floating point would round up wrongly', { percent: 7 }, 100, 7],
    ['a tiny percentage, at least one', { percent: 1 }, 5, 1],
    ['all', { percent: 100 }, 5, 5],
    ['any amount of nothing', { count: 1 }, 0, 0],
  ])('%s', (_case, amount, available, expected) => {
    expect(howMany(amount, available)).toBe(expected);
  });
});

describe('a draw', () => {
  const letters = ['a', 'b', 'c', 'd', 'e'];

  test('is the same for the same seed', () => {
    expect(draw(letters, 3, seededRandom(7))).toEqual(draw(letters, 3, seededRandom(7)));
  });

  test('takes nothing twice', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      expect(new Set(draw(letters, 5, seededRandom(seed)))).toEqual(new Set(letters));
    }
  });

  test('gives every candidate its chance', () => {
    const drawn = new Set(Array.from({ length: 60 }, (_, seed) => draw(letters, 1, seededRandom(seed))[0]));
    expect(drawn).toEqual(new Set(letters));
  });
});

function pod(
  name: string,
  over: { phase?: string; node?: string; created?: string; deleted?: string } = {},
): Pod {
  const { phase = 'Running', node = 'worker-1', created = '2026-01-01T00:00:00Z', deleted } = over;
  const metadata = {
    name,
    creationTimestamp: created,
    ...(deleted === undefined ? {} : { deletionTimestamp: deleted }),
  };
  return { metadata, spec: { nodeName: node, containers: [] }, status: { phase } };
}

describe('the pods a fault may hit', () => {
  test.each([
    ['runs', pod('p'), null, true],
    ['is pending', pod('p', { phase: 'Pending' }), null, false],
    ['has succeeded', pod('p', { phase: 'Succeeded' }), null, false],
    ['is being deleted', pod('p', { deleted: '2026-01-01T00:01:00Z' }), null, false],
    ['is on the asked node', pod('p'), 'worker-1', true],
    ['is on another node', pod('p'), 'worker-2', false],
  ])('a pod that %s: %#', (_case, candidate, node, expected) => {
    expect(podCandidates([candidate], node)).toHaveLength(expected ? 1 : 0);
  });

  test('stand in the order of age, node and name, whatever order the API gives', () => {
    const pods = [
      pod('young', { created: '2026-01-01T00:00:09Z' }),
      pod('b', { node: 'worker-2' }),
      pod('a', { node: 'worker-2' }),
      pod('z', { node: 'worker-1' }),
    ];
    expect(podCandidates(pods, null).map(({ metadata }) => metadata?.name)).toEqual(['z', 'a', 'b', 'young']);
  });
});

function node(name: string, ready: string, labels: Record<string, string> = {}): Node {
  return { metadata: { name, labels }, status: { conditions: [{ type: 'Ready', status: ready }] } };
}

test('the nodes a fault may hit are the Ready workers, by name', () => {
  const nodes = [
    node('worker-2', 'True'),
    node('control-plane', 'True', { 'node-role.kubernetes.io/control-plane': '' }),
    node('worker-3', 'Unknown'),
    node('worker-1', 'True'),
  ];
  const names = (only: string | null): unknown[] =>
    nodeCandidates(nodes, only).map(({ metadata }) => metadata?.name);
  expect(names(null)).toEqual(['worker-1', 'worker-2']);
  expect(names('worker-2')).toEqual(['worker-2']);
  expect(names('worker-3')).toEqual([]);
  expect(names('control-plane')).toEqual([]);
  const called = nodeCandidates(nodes, 'control-plane', { controlPlane: true });
  expect(called.map(({ metadata }) => metadata?.name)).toEqual(['control-plane']);
});
