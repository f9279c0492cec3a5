import { expect, test } from 'vitest';
import { fitScalability, throughputAt } from '../analysis/index.ts';
import type { CapacityResult } from '../harness/index.ts';
import { capacityText } from './capacity-text.ts';

const curve = [1, 2, 4, 8].map((users) => ({
  users,
  throughput: throughputAt({ lambda: 100, sigma: 0.1, kappa: 0.01 }, users),
  p50Ms: 5,
  p99Ms: 9,
  failed: 0,
}));
const fit = fitScalability(curve.map(({ users, throughput }) => ({ n: users, throughput })));
const pods = (n: number, ratePerSecond: number | null): CapacityResult['pods'][number] => ({
  pods: n,
  ratePerSecond,
  curve,
  kneeUsers: 4,
  fit,
  holds: [
    {
      ratePerSecond: 200,
      kept: ratePerSecond !== null,
      availability: 1,
      p50Ms: 4,
      p99Ms: 12,
      cpuMilli: 400,
      generatorLimited: false,
    },
  ],
  requestsPerCore: ratePerSecond === null ? null : 500,
});
const result: CapacityResult = {
  apiVersion: 'openbell.dev/v1',
  kind: 'Calibration',
  scenario: 'steady',
  measuredAt: '2026-01-01T00:00:00.000Z',
  openbellVersion: '0.1.0',
  provider: 'embedded',
  machine: { cpuModel: 'x', cores: 2 },
  expectations: ['response.p99 < 250ms'],
  pods: [pods(1, 200), pods(2, 300)],
  podCapacityPerSecond: 200,
  overPods: null,
};

test('a capacity is told with its curve, the knee, the law, the holds and how to use it', () => {
  const text = capacityText(result, 'reports/x/capacity.json');
  expect(text).toContain('1 pod: 200/s, confirmed by an open-model hold');
  expect(text).toContain('500 requests/s per core used');
  expect(text).toMatch(/ {6}4 {6}\d+ {2}█+ {2}law \d+ {2}← knee/);
  expect(text).toContain('σ 0.1000 (contention), κ 0.010000 (coherence); highest at 9.5 with');
  expect(text).toContain('2 pods: 300/s, 75 % of what 2 times the first would be');
  expect(text).toContain('economy: { calibration: reports/x/capacity.json }');
});

test('a capacity that was not found says so', () => {
  const text = capacityText({ ...result, pods: [pods(1, null)], podCapacityPerSecond: null }, 'x');
  expect(text).toContain('1 pod: no rate was held');
  expect(text).toContain('200/s held: not kept');
  expect(text).toContain('there is no calibration to use');
});
