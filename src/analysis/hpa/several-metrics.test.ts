import { describe, expect, test } from 'vitest';
import { autoscalerOf, look, metrics, requesting } from '../../../test/support/hpa-journal.ts';
import type { AutoscalerFindings } from '../index.ts';

/** One look at two targets of 60 % of the requests: CPU of 100m, and memory of 50 bytes. */
function twoMetrics(
  use: Record<string, [number, number | null]>,
  shown: { cpu: number; memory: number | null },
  desiredReplicas: number,
): AutoscalerFindings {
  const readings = (['cpu', 'memory'] as const).map((resource) => ({
    metric: resource,
    target: '60 %',
    current: shown[resource] === null ? null : `${shown[resource]} %`,
    ratio: shown[resource] === null ? null : shown[resource] / 60,
    aim: { resource, unit: 'percent' as const, target: 60, shown: shown[resource] },
  }));
  const requests = ['a', 'b'].map((name) => requesting(name, 200, { memoryRequestBytes: 50 }));
  return autoscalerOf(
    requests,
    metrics(400_000, use),
    look(405_000, { metrics: 2, currentUtilization: shown.cpu, readings, desiredReplicas }),
  );
}

describe('a look', () => {
  test('with several metrics goes by the one that asks for most, and each is a row of its own', () => {
    const { syncs, agreement, says } = twoMetrics({ a: [30, 45], b: [30, 45] }, { cpu: 30, memory: 90 }, 3);
    expect(syncs[0]).toMatchObject({
      metric: 'memory',
      unit: 'percent',
      utilization: 90,
      ratio: 1.5,
      proposed: 3,
      desired: 3,
      utilizationAgrees: true,
      decisionAgrees: true,
      others: [{ metric: 'cpu', utilization: 30, ratio: 0.5, proposed: 1, utilizationAgrees: true }],
      why: '90 % of the memory that the pods request, target 60 %: ratio 1.50 asks for 3. The other metric: CPU asks for 1 (30 % of the CPU that the pods request, target 60 %).',
    });
    expect(agreement).toMatchObject({ notComputed: 0, utilization: { compared: 1, same: 1 } });
    expect(says[0]?.text).toContain('Recomputed from the published metrics');
  });

  test('does not shrink where one of several metrics cannot be read', () => {
    const { syncs } = twoMetrics({ a: [10, null], b: [10, null] }, { cpu: 10, memory: null }, 2);
    expect(syncs[0]).toMatchObject({
      metric: 'memory',
      proposed: null,
      desired: null,
      decisionAgrees: null,
      others: [{ metric: 'cpu', proposed: 1 }],
    });
    expect(syncs[0]?.why).toContain('No decision: unable to get metrics for resource memory');
  });

  test('grows all the same where one of several metrics cannot be read', () => {
    const { syncs } = twoMetrics({ a: [120, null], b: [120, null] }, { cpu: 120, memory: null }, 4);
    expect(syncs[0]).toMatchObject({
      metric: 'cpu',
      desired: 4,
      decisionAgrees: true,
      others: [{ metric: 'memory', proposed: null }],
    });
    expect(syncs[0]?.why).toContain('The other metric: memory asks for nothing (unable to get metrics');
  });

  test('at memory per pod is recomputed in bytes', () => {
    const mebi = 1024 ** 2;
    const shown = 30 * mebi * 1000;
    const { syncs } = autoscalerOf(
      metrics(400_000, { a: [10, 30 * mebi], b: [10, 30 * mebi] }),
      look(405_000, {
        targetUtilization: null,
        currentUtilization: null,
        desiredReplicas: 3,
        readings: [
          {
            metric: 'memory',
            target: '20Mi',
            current: '30Mi',
            ratio: 1.5,
            aim: { resource: 'memory', unit: 'milli', target: 20 * mebi * 1000, shown },
          },
        ],
      }),
    );
    expect(syncs[0]).toMatchObject({
      unit: 'bytes',
      utilization: 30 * mebi,
      desired: 3,
      decisionAgrees: true,
    });
    expect(syncs[0]?.why).toBe('30 MiB of memory per pod, target 20 MiB: ratio 1.50 asks for 3.');
  });
});
