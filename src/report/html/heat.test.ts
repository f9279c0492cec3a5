import { expect, test } from 'vitest';
import { findingsAtScale } from '../../../test/support/findings-at-scale.ts';
import { heatOf } from './heat.ts';

test('requests are counted by band and span, none is left out', () => {
  const { seconds } = findingsAtScale({ seconds: 10, pods: 1, nodes: 1, faults: 0 });
  const heat = heatOf(seconds, 4);
  expect([heat.binS, heat.t.length, heat.counts.length, heat.boundsMs.length]).toEqual([3, 4, 14, 15]);
  expect(heat.boundsMs.slice(0, 5)).toEqual([2.048, 2.435, 2.896, 3.444, 4.096]);
  const all = seconds.flatMap(({ latencyBands }) => latencyBands.counts);
  const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
  expect(sum(heat.counts.map(sum))).toBe(sum(all));
  expect(heat.counts[13]?.[0]).toBe(
    sum(seconds.slice(0, 3).map(({ latencyBands }) => latencyBands.counts[13] ?? 0)),
  );
});

test('without an answer there is nothing to show', () => {
  expect(heatOf([], 100)).toMatchObject({ t: [], counts: [] });
});
