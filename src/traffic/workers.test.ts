import { assert, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrivalsPerSecond, scheduleOf, shareOf } from './schedule.ts';
import type { TrafficPlan } from './plan.ts';
import { arrivalsPerThread, chooseWorkers } from './workers.ts';

const plan = (peak: number, change: Partial<TrafficPlan> = {}): TrafficPlan => ({
  phases: [
    { name: 'up', durationMs: 2000, rate: { kind: 'ramp', from: 100, to: peak } },
    { name: 'down', durationMs: 2000, rate: { kind: 'ramp', from: peak, to: 100 } },
  ],
  requests: [],
  connections: 1000,
  timeoutMs: 1000,
  connectionPolicy: { kind: 'keep' },
  ...change,
});

describe('how many threads play a plan', () => {
  test.each<[string, TrafficPlan, number, number, string]>([
    ['one where it is enough', plan(2000), 16, 1, 'at most 2,000/s are asked for'],
    ['as many as the highest rate asks for', plan(arrivalsPerThread * 2.5), 16, 3, 'one thread keeps'],
    ['one core is left for the target', plan(arrivalsPerThread * 2.5), 2, 1, '2 cores, one of them left'],
    ['also on a single core there is one', plan(arrivalsPerThread * 2.5), 1, 1, '1 core,'],
    [
      'never more than connections',
      plan(arrivalsPerThread * 2.5, { connections: 2 }),
      16,
      2,
      '2 connections',
    ],
    ['a spike counts', { ...plan(100), phases: [spike()] }, 16, 2, 'at most 40,000/s'],
    [
      'users stay together',
      { ...plan(1), phases: [{ name: 'u', durationMs: 1000, rate: { kind: 'users', users: 5 } }] },
      16,
      1,
      'one thread',
    ],
  ])('%s', (_name, plan, cores, count, reason) => {
    const chosen = chooseWorkers(plan, cores);
    expect(chosen.count).toBe(count);
    expect(chosen.reason).toContain(reason);
  });
});

describe('the shares of a schedule', () => {
  test('together are the whole, each arrival once and at its instant', () => {
    assert(
      property(integer({ min: 1, max: 7 }), integer({ min: 0, max: 400 }), (of, peak) => {
        const whole = scheduleOf(plan(peak));
        const shares = Array.from({ length: of }, (_, worker) => shareOf(whole, { worker, of }));
        expect(shares.reduce((sum, { total }) => sum + total, 0)).toBe(whole.total);
        for (const [worker, share] of shares.entries()) {
          for (let i = 0; i < share.total; i++) expect(share.dueMs(i)).toBe(whole.dueMs(worker + i * of));
        }
        const seconds = shares.map(arrivalsPerSecond);
        for (const [second, arrivals] of arrivalsPerSecond(whole).entries()) {
          expect(seconds.reduce((sum, share) => sum + (share[second] ?? 0), 0)).toBe(arrivals);
        }
      }),
      { numRuns: 20 },
    );
  });
});

function spike(): TrafficPlan['phases'][number] {
  const peak = arrivalsPerThread * 2;
  return {
    name: 'spike',
    durationMs: 4000,
    rate: { kind: 'spike', base: 100, peak, atMs: 2000, widthMs: 1000 },
  };
}
