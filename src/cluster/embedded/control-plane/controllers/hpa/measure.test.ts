import { expect, test } from 'vitest';
import type { PodMetrics } from '../../../objects.ts';
import { container, pod } from '../testing/objects.ts';
import { durationMs, samplesOf, scaledPods } from './measure.ts';

test.each([
  ['15s', 15_000],
  ['1.5s', 1500],
  ['1m0.25s', 60_250],
  ['250ms', 250],
])('the duration %s is %i ms', (text, want) => {
  expect(durationMs(text)).toBe(want);
});

const sidecar = { ...container('50m'), name: 'proxy' };
const measured = (name: string, usage: Record<string, string>): PodMetrics => ({
  metadata: { name },
  timestamp: '2026-01-02T09:00:00.250Z',
  window: '1.5s',
  containers: Object.entries(usage).map(([container, cpu]) => ({
    name: container,
    usage: { cpu, memory: '1Mi' },
  })),
});

test('a pod is measured over all its containers, or one of them', () => {
  const pods = [pod('p', { containers: [container(), sidecar] })];
  const metrics = [measured('p', { api: '81500u', proxy: '20m' }), measured('stranger', { api: '1' })];
  expect(samplesOf(metrics, pods, { resource: 'cpu' })).toEqual(
    new Map([['p', { milli: 102, takenAtMs: Date.parse('2026-01-02T09:00:00.250Z'), windowMs: 1500 }]]),
  );
  expect(samplesOf(metrics, pods, { resource: 'cpu', container: 'proxy' }).get('p')?.milli).toBe(20);
  expect(scaledPods(pods, { resource: 'cpu' })[0]?.request).toEqual({ milli: 150 });
  expect(scaledPods(pods, { resource: 'cpu', container: 'proxy' })[0]?.request).toEqual({ milli: 50 });
  expect(scaledPods([pod('q', { containers: [{ name: 'api' }] })], { resource: 'cpu' })[0]?.request).toEqual({
    missingIn: 'api',
  });
});
