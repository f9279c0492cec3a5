import { expect, test } from 'vitest';
import { findingsAtScale } from '../../../test/support/findings-at-scale.ts';
import { podNames } from './names.ts';

function namesOf(...pods: string[]): ReturnType<typeof podNames> {
  const findings = findingsAtScale({ seconds: 1, pods: pods.length, nodes: 1, faults: 0 });
  findings.pods.forEach((pod, index) => (pod.name = pods[index] ?? ''));
  return podNames(findings);
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
