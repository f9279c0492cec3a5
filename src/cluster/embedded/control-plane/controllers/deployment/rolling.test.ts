import { describe, expect, test } from 'vitest';
import type { ReplicaSet } from '../../../objects.ts';
import { deployment, replicaSet } from '../testing/objects.ts';
import { rollingLimits } from './limits.ts';
import { newSetSize, proportionalSizes, rollingStep, type Resizing } from './rolling.ts';

function set(name: string, size: number, available = size): ReplicaSet {
  return { ...replicaSet(name, size), status: { replicas: size, availableReplicas: available } };
}

function sizes(resizing: Resizing): Record<string, number> {
  return Object.fromEntries(resizing.map(({ set, size }) => [set.metadata?.name ?? '', size]));
}

describe('the limits of a rolling update', () => {
  test.each<[number | string | undefined, number | string | undefined, number, [number, number]]>([
    [undefined, undefined, 10, [3, 2]],
    ['25%', '25%', 3, [1, 0]],
    [0, 0, 4, [0, 1]],
    [2, '50%', 5, [2, 2]],
    ['100%', 7, 4, [4, 4]],
  ])('surge %s and unavailable %s of %i pods are %j', (maxSurge, maxUnavailable, replicas, want) => {
    const rollingUpdate = {
      ...(maxSurge !== undefined && { maxSurge }),
      ...(maxUnavailable !== undefined && { maxUnavailable }),
    };
    const limits = rollingLimits(
      deployment('web', replicas, { strategy: { type: 'RollingUpdate', rollingUpdate } }),
    );
    expect([limits.maxSurge, limits.maxUnavailable]).toEqual(want);
  });
});

describe('a step of a rolling update', () => {
  const limits = { replicas: 10, maxSurge: 3, maxUnavailable: 2 };

  test('lets the new set grow into the surge', () => {
    expect(newSetSize(0, 10, limits)).toBe(3);
    expect(sizes(rollingStep(set('new', 0), [set('old', 10)], limits))).toEqual({ new: 3 });
  });

  test('shrinks old sets by what may be missing, oldest first', () => {
    expect(sizes(rollingStep(set('new', 3, 0), [set('old', 10)], limits))).toEqual({ old: 8 });
    expect(sizes(rollingStep(set('new', 3, 3), [set('a', 6), set('b', 4)], limits))).toEqual({ a: 1 });
  });

  test('takes old pods that are not available first, and counts them out of what may be missing', () => {
    expect(sizes(rollingStep(set('new', 3, 0), [set('a', 7, 7), set('b', 3, 1)], limits))).toEqual({ b: 1 });
  });

  test('does nothing when everything would go below the limit', () => {
    expect(rollingStep(set('new', 5, 0), [set('old', 8)], limits)).toEqual([]);
  });
});

describe('a change of replicas during a rollout', () => {
  test('is shared in proportion, the remainder to the largest', () => {
    const sets = [set('new', 5), set('old', 8)];
    expect(
      sizes(proportionalSizes(sets, { replicas: 15, maxSurge: 3, maxUnavailable: 2 }, () => 13)),
    ).toEqual({ new: 7, old: 11 });
    expect(sizes(proportionalSizes(sets, { replicas: 5, maxSurge: 2, maxUnavailable: 1 }, () => 13))).toEqual(
      { new: 3, old: 4 },
    );
  });

  test('to none takes all', () => {
    const sets = [set('new', 5), set('old', 8)];
    expect(sizes(proportionalSizes(sets, { replicas: 0, maxSurge: 0, maxUnavailable: 0 }, () => 13))).toEqual(
      { new: 0, old: 0 },
    );
  });
});
