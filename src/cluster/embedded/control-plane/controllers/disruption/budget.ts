/** What a PodDisruptionBudget allows. Pure. */
import type { Pod, PodDisruptionBudget } from '../../../objects.ts';
import { isReady } from '../machinery/pods.ts';
import { parseTimestamp } from '../machinery/timestamps.ts';

type Status = NonNullable<PodDisruptionBudget['status']>;

/** An eviction that has not deleted its pod after so long (nominal) is not counted on any more. */
export const evictionTimeoutMs = 120_000;

/** What the budget is counted on. */
export interface Counted {
  pods: readonly Pod[];
  /** How many pods the owners of these pods want. */
  expectedScale: number;
  now: { wallMs: number; text: string; timeoutMs: number };
}

/** The budget's status, and when one of its evictions times out. */
export function budgetStatus(
  budget: PodDisruptionBudget,
  { pods, expectedScale, now }: Counted,
): { status: Status; nextTimeoutInMs: number | undefined } {
  const { expectedPods, desiredHealthy } = wanted(budget, pods.length, expectedScale);
  const evicted = Object.entries(budget.status?.disruptedPods ?? {}).flatMap(([name, since]) => {
    const pod = pods.find(({ metadata }) => metadata?.name === name);
    const leftMs = (parseTimestamp(since) ?? 0) + now.timeoutMs - now.wallMs;
    const isExpected = pod !== undefined && pod.metadata?.deletionTimestamp === undefined && leftMs > 0;
    return isExpected ? [{ name, since, leftMs }] : [];
  });
  const currentHealthy = pods.filter(
    (pod) =>
      pod.metadata?.deletionTimestamp === undefined &&
      !evicted.some(({ name }) => name === pod.metadata?.name) &&
      isReady(pod),
  ).length;
  const disruptionsAllowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  const disruptedPods = Object.fromEntries(evicted.map(({ name, since }) => [name, since]));
  const observedGeneration = budget.metadata?.generation;
  return {
    status: {
      currentHealthy,
      desiredHealthy,
      expectedPods,
      disruptionsAllowed,
      ...(evicted.length > 0 && { disruptedPods }),
      ...(evicted.length === 0 && { disruptedPods: undefined as never }),
      ...(observedGeneration !== undefined && { observedGeneration }),
      conditions: conditions(budget, disruptionsAllowed > 0, now.text),
    },
    nextTimeoutInMs: evicted.length === 0 ? undefined : Math.min(...evicted.map(({ leftMs }) => leftMs)),
  };
}

/** A share is one of the pods that are wanted, rounded up. */
function wanted(
  { spec }: PodDisruptionBudget,
  podCount: number,
  expectedScale: number,
): { expectedPods: number; desiredHealthy: number } {
  const { minAvailable, maxUnavailable } = (spec ?? {}) as Record<string, number | string | undefined>;
  if (maxUnavailable !== undefined) {
    const desiredHealthy = Math.max(0, expectedScale - scaled(maxUnavailable, expectedScale));
    return { expectedPods: expectedScale, desiredHealthy };
  }
  if (typeof minAvailable === 'string') {
    return { expectedPods: expectedScale, desiredHealthy: scaled(minAvailable, expectedScale) };
  }
  return { expectedPods: podCount, desiredHealthy: minAvailable ?? 0 };
}

function scaled(value: number | string, total: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * total) / 100);
}

function conditions(
  { metadata, status }: PodDisruptionBudget,
  allowed: boolean,
  now: string,
): NonNullable<Status['conditions']> {
  const wanted = allowed ? 'True' : 'False';
  const before = status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  return [
    {
      type: 'DisruptionAllowed',
      status: wanted,
      ...(metadata?.generation !== undefined && { observedGeneration: metadata.generation }),
      lastTransitionTime: before?.status === wanted ? before.lastTransitionTime : now,
      reason: allowed ? 'SufficientPods' : 'InsufficientPods',
      message: '',
    },
  ];
}
