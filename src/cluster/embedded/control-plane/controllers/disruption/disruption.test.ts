import { expect, test } from 'vitest';
import type { Pod, PodDisruptionBudget } from '../../../objects.ts';
import { budgetStatus } from './budget.ts';

const now = { wallMs: 1_000_000, text: 'now', timeoutMs: 120_000 };

function pods(ready: number, unready = 0): Pod[] {
  return Array.from({ length: ready + unready }, (_, index) => ({
    metadata: { name: `p${index}` },
    status: { conditions: [{ type: 'Ready', status: index < ready ? 'True' : 'False' }] },
  }));
}

function status(
  spec: object,
  counted: { pods: Pod[]; scale?: number; evicted?: Record<string, string> },
): object {
  const budget = {
    metadata: { generation: 1 },
    spec,
    status: { disruptedPods: counted.evicted },
  } as unknown as PodDisruptionBudget;
  const { pods, scale = pods.length } = counted;
  const { currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed } = budgetStatus(budget, {
    pods,
    expectedScale: scale,
    now,
  }).status;
  return { currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed };
}

test.for([
  ['a minimum', { minAvailable: 2 }, { pods: pods(3) }, [3, 2, 3, 1]],
  ['a minimum that is not reached', { minAvailable: 2 }, { pods: pods(1, 2) }, [1, 2, 3, 0]],
  ['a share, rounded up', { minAvailable: '50%' }, { pods: pods(3), scale: 3 }, [3, 2, 3, 1]],
  ['a maximum', { maxUnavailable: 1 }, { pods: pods(2, 1), scale: 3 }, [2, 2, 3, 0]],
  ['a maximum as a share, rounded up', { maxUnavailable: '30%' }, { pods: pods(5), scale: 5 }, [5, 3, 5, 2]],
  ['no pods at all', { maxUnavailable: 1 }, { pods: [], scale: 0 }, [0, 0, 0, 0]],
  [
    'a pod whose eviction is under way',
    { minAvailable: 1 },
    { pods: pods(3), evicted: { p0: new Date(now.wallMs - 1000).toISOString() } },
    [2, 1, 3, 1],
  ],
  [
    'a pod whose eviction never came',
    { minAvailable: 1 },
    { pods: pods(3), evicted: { p0: new Date(now.wallMs - 121_000).toISOString() } },
    [3, 1, 3, 2],
  ],
] as const)('%s', ([, spec, counted, [currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed]]) => {
  expect(status(spec, { ...counted, pods: [...counted.pods] })).toEqual({
    currentHealthy,
    desiredHealthy,
    expectedPods,
    disruptionsAllowed,
  });
});
