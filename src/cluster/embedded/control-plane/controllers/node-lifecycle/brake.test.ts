import fc from '../../../../../../test/support/properties.ts';
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../objects.ts';
import { node } from '../testing/objects.ts';
import { evictionIntervalMs, zoneState } from './brake.ts';
import { Zones } from './zones.ts';

const periodMs = 10_000;

function nodes(ready: number, notReady: number, labels: Record<string, string> = {}): Node[] {
  return Array.from({ length: ready + notReady }, (_, index) => {
    const made = node(`${labels['topology.kubernetes.io/zone'] ?? 'n'}-${index}`, { labels });
    return index < notReady
      ? { ...made, status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }
      : made;
  });
}

describe('the state of a zone', () => {
  test.each([
    [3, 0, 'normal'],
    [1, 2, 'normal'],
    [2, 3, 'partial-disruption'],
    [3, 3, 'normal'],
    [0, 1, 'full-disruption'],
  ] as const)('with %i ready and %i not ready is %s', (ready, notReady, want) => {
    expect(zoneState({ ready, notReady })).toBe(want);
  });

  test('decides the pace: large zones slow down where small ones stop', () => {
    expect(evictionIntervalMs('normal', 3, periodMs)).toBe(periodMs);
    expect(evictionIntervalMs('partial-disruption', 50, periodMs)).toBe(Infinity);
    expect(evictionIntervalMs('partial-disruption', 51, periodMs)).toBe(10 * periodMs);
    expect(evictionIntervalMs('full-disruption', 3, periodMs)).toBe(periodMs);
  });
});

describe('nodes are marked for eviction', () => {
  test('the first at once, the next one period later', () => {
    const zones = new Zones(periodMs);
    const all = nodes(4, 2);
    for (const lost of all.slice(0, 2)) zones.enqueue(lost);
    expect(zones.assess(all, 0)).toBeUndefined();
    expect(zones.due(0)).toEqual(['n-0']);
    expect(zones.nextDueInMs(1000)).toBe(9000);
    expect(zones.due(9999)).toEqual([]);
    expect(zones.due(10_000)).toEqual(['n-1']);
    expect(zones.nextDueInMs(10_000)).toBeUndefined();
  });

  test('not while most of a small zone is lost', () => {
    const zones = new Zones(periodMs);
    const all = nodes(2, 3);
    for (const lost of all.slice(0, 3)) zones.enqueue(lost);
    zones.assess(all, 0);
    expect(zones.due(0)).toEqual([]);
    expect(zones.nextDueInMs(0)).toBeUndefined();
    zones.assess(nodes(3, 2), 60_000);
    expect(zones.due(60_000)).toHaveLength(1);
  });

  test('in one lost zone as long as another one lives, and not when all are lost', () => {
    const east = nodes(0, 2, { 'topology.kubernetes.io/zone': 'east' });
    const west = (ready: number): Node[] =>
      nodes(ready, 2 - ready, { 'topology.kubernetes.io/zone': 'west' });
    const zones = new Zones(periodMs);
    for (const lost of east) zones.enqueue(lost);
    expect(zones.assess([...east, ...west(2)], 0)).toBeUndefined();
    expect(zones.due(0)).toEqual(['east-0']);
    expect(zones.assess([...east, ...west(0)], 20_000)).toBe('lost');
    expect(zones.due(20_000)).toEqual([]);
    expect(zones.assess([...east, ...west(1)], 40_000)).toBe('found');
    expect(zones.due(40_000)).toEqual(['east-1']);
  });

  test('never faster than one per period and zone, whatever is lost and found', () => {
    const step = fc
      .record({
        ready: fc.nat(5),
        notReady: fc.nat(5),
        waitMs: fc.integer({ min: 100, max: 30_000 }),
      })
      // A zone without nodes is forgotten, and with it when it was paced last.
      .filter(({ ready, notReady }) => ready + notReady > 0);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const zones = new Zones(periodMs);
        let nowMs = 0;
        let lastMs = -Infinity;
        for (const { ready, notReady, waitMs } of steps) {
          nowMs += waitMs;
          const all = nodes(ready, notReady);
          for (const lost of all.slice(0, notReady)) zones.enqueue(lost);
          zones.assess(all, nowMs);
          const due = zones.due(nowMs);
          expect(due.length).toBeLessThanOrEqual(1);
          if (due.length === 0) continue;
          expect(nowMs - lastMs).toBeGreaterThanOrEqual(periodMs);
          lastMs = nowMs;
        }
      }),
    );
  });
});
