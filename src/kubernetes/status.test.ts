import { describe, expect, test } from 'vitest';
import type { Event, Pod } from './objects.ts';
import { describePods, isAvailable, reasonOf } from './status.ts';

function pod(name: string, status: Pod['status']): Pod {
  return { metadata: { name }, ...(status === undefined ? {} : { status }) };
}
const waiting = (reason: string, message?: string): Pod['status'] =>
  ({
    phase: 'Pending',
    conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
    containerStatuses: [
      {
        name: 'c',
        ready: false,
        restartCount: 0,
        image: '',
        imageID: '',
        state: { waiting: { reason, message } },
      },
    ],
  }) as Pod['status'];
const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } as Pod['status'];

describe('the reason why a pod is not ready', () => {
  test.each<[string, Pod['status'], string | null]>([
    ['a container waits', waiting('ImagePullBackOff'), 'ImagePullBackOff'],
    ['it is ready', ready, null],
    [
      'it has no node',
      {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
      },
      'Unschedulable',
    ],
    ['it was evicted', { phase: 'Failed', reason: 'Evicted' }, 'Evicted'],
    ['nothing is said', { phase: 'Pending' }, null],
    ['it has no status yet', undefined, null],
  ])('when %s', (_case, status, expected) => {
    expect(reasonOf(pod('p', status))).toBe(expected);
  });
});

test.each([
  ['all replicas are there', { observedGeneration: 2, updatedReplicas: 3, availableReplicas: 3 }, true],
  [
    'the controller has not seen it',
    { observedGeneration: 1, updatedReplicas: 3, availableReplicas: 3 },
    false,
  ],
  ['a replica is not available', { observedGeneration: 2, updatedReplicas: 3, availableReplicas: 2 }, false],
  [
    'a replica is of an old template',
    { observedGeneration: 2, updatedReplicas: 2, availableReplicas: 3 },
    false,
  ],
])('a Deployment of which %s', (_case, status, available) => {
  const spec = { replicas: 3, selector: {}, template: {} };
  expect(isAvailable({ metadata: { generation: 2 }, spec, status })).toBe(available);
});

test('describes the pods that keep a person waiting, and the warnings', () => {
  const event = (type: string, reason: string): Event => ({
    metadata: {},
    type,
    reason,
    message: 'no such image',
    involvedObject: { kind: 'Pod', name: 'b' },
  });
  expect(
    describePods(
      [pod('a', ready), pod('b', waiting('ErrImagePull', 'manifest unknown'))],
      [event('Normal', 'Scheduled'), event('Warning', 'Failed'), event('Warning', 'Failed')],
    ),
  ).toBe(
    '1 of 2 pods are ready\n  pod b: Pending, ErrImagePull (manifest unknown)\n  event Failed of Pod b: no such image',
  );
});
