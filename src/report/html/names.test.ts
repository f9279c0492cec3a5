import { expect, test } from 'vitest';
import { findingsAtScale } from '../../../test/support/findings-at-scale.ts';
import { shortNames } from './names.ts';

function namesOf(...pods: string[]): ReturnType<typeof shortNames> {
  const findings = findingsAtScale({ seconds: 1, pods: pods.length, nodes: 1, faults: 0 });
  findings.pods.forEach((pod, index) => (pod.name = pods[index] ?? ''));
  return shortNames(findings);
}

test('pods of one ReplicaSet are called by their generated ends, also within sentences', () => {
  const names = namesOf('api-574d94df46-zs5d7', 'api-574d94df46-lk4dn');
  expect(names.short('api-574d94df46-lk4dn')).toBe('lk4dn');
  expect(names.prefix).toBe('api-574d94df46-');
  expect(names.inText('pod api-574d94df46-lk4dn: gone, api-574d94df46-xxxxx too.')).toBe(
    'pod lk4dn: gone, api-574d94df46-xxxxx too.',
  );
});

test('names that people chose, and ends that two pods share, stay whole', () => {
  const names = namesOf('web-0', 'a-zs5d7', 'b-zs5d7');
  expect(['web-0', 'a-zs5d7', 'b-zs5d7'].map((name) => names.short(name))).toEqual([
    'web-0',
    'a-zs5d7',
    'b-zs5d7',
  ]);
  expect(names.prefix).toBe('');
});

test.each([
  {
    nodes: ['openbell-96bf22a7-control-plane', 'openbell-96bf22a7-worker', 'openbell-96bf22a7-worker2'],
    prefix: 'openbell-96bf22a7-',
    short: ['control-plane', 'worker', 'worker2'],
  },
  { nodes: ['lab.alpha', 'lab.beta'], prefix: 'lab.', short: ['alpha', 'beta'] },
  { nodes: ['worker-1', 'worker-2'], prefix: '', short: ['worker-1', 'worker-2'] },
  { nodes: ['minikube', 'minikube-m02'], prefix: '', short: ['minikube', 'minikube-m02'] },
  { nodes: ['the-only-one'], prefix: '', short: ['the-only-one'] },
])('nodes $nodes are called $short', ({ nodes, prefix, short }) => {
  const findings = findingsAtScale({ seconds: 1, pods: 1, nodes: nodes.length, faults: 0 });
  findings.nodes.forEach((node, index) => (node.name = nodes[index] ?? ''));
  const names = shortNames(findings);
  expect(names.nodePrefix).toBe(prefix);
  expect(nodes.map((name) => names.short(name))).toEqual(short);
  expect(names.inText(`kill-node ${nodes.at(-1)}.`)).toBe(`kill-node ${short.at(-1)}.`);
});
