import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MetricUnavailable, replicasForAverageValue, replicasForUtilization } from './replicas.ts';
import type { PodSample, ReplicaRules, ScaledPod } from './replicas.ts';

interface Row {
  currentReplicas: number;
  targetUtilizationPercent: number;
  toleranceDown: number;
  toleranceUp: number;
  cpuInitializationSeconds: number;
  initialReadinessDelaySeconds: number;
  pods: {
    name: string;
    phase: string;
    deleting: boolean;
    ready: boolean | null;
    readyChangedSecondsAgo: number;
    startedSecondsAgo: number;
    requestMilli: number;
    usageMilli: number | null;
    sampleTakenSecondsAgo: number;
    sampleWindowSeconds: number;
  }[];
  want: { replicas?: number; utilizationPercent?: number; error?: string };
}

const nowMs = 1_000_000_000;

function answer(row: Row): Row['want'] {
  const ago = (seconds: number): number => nowMs - seconds * 1000;
  const pods = row.pods.map((pod): ScaledPod => ({
    name: pod.name,
    phase: pod.phase,
    deleting: pod.deleting,
    ready: pod.ready,
    readyChangedAtMs: ago(pod.readyChangedSecondsAgo),
    startedAtMs: ago(pod.startedSecondsAgo),
    request: { milli: pod.requestMilli },
  }));
  const samples = new Map<string, PodSample>();
  for (const pod of row.pods) {
    if (pod.usageMilli === null) continue;
    samples.set(pod.name, {
      milli: pod.usageMilli,
      takenAtMs: ago(pod.sampleTakenSecondsAgo),
      windowMs: pod.sampleWindowSeconds * 1000,
    });
  }
  try {
    const { replicas, utilizationPercent } = replicasForUtilization(
      pods,
      samples,
      row.targetUtilizationPercent,
      {
        currentReplicas: row.currentReplicas,
        tolerances: { up: row.toleranceUp, down: row.toleranceDown },
        nowMs,
        cpuInitializationMs: row.cpuInitializationSeconds * 1000,
        initialReadinessDelayMs: row.initialReadinessDelaySeconds * 1000,
        resource: 'cpu',
      },
    );
    return { replicas, utilizationPercent: utilizationPercent ?? -1 };
  } catch (error) {
    if (error instanceof MetricUnavailable)
      return { replicas: 0, utilizationPercent: 0, error: error.message };
    throw error;
  }
}

const rows = readFileSync('test/oracles/hpa-replicas.ndjson', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

describe('replicas for a utilization target', () => {
  test(`agree with Kubernetes in each of ${rows.length} cases`, () => {
    const wrong = rows
      .map((row, index) => ({ line: index + 1, want: row.want, got: answer(row) }))
      .filter(({ want, got }) => JSON.stringify(sorted(want)) !== JSON.stringify(sorted(got)));
    expect(wrong).toEqual([]);
    expect(rows.length).toBeGreaterThanOrEqual(300);
  });

  test('a pod without a request makes the metric unavailable', () => {
    const pods = [{ ...steadyPod('a'), request: { missingIn: 'api' } }];
    expect(() => replicasForUtilization(pods, samplesOf({ a: 100 }), 50, rules)).toThrow(
      'missing request for cpu in container api of Pod a',
    );
  });
});

describe('replicas for an average value', () => {
  test('grow by use over target, rounded up', () => {
    const pods = [steadyPod('a'), steadyPod('b')];
    const got = replicasForAverageValue(pods, samplesOf({ a: 300, b: 200 }), 100, rules);
    expect(got).toMatchObject({ replicas: 5, averageMilli: 250, utilizationPercent: null });
  });

  test('a pod without a sample counts as on target when shrinking', () => {
    const pods = [steadyPod('a'), steadyPod('b')];
    expect(replicasForAverageValue(pods, samplesOf({ a: 10 }), 100, rules).replicas).toBe(2);
    expect(replicasForAverageValue(pods, samplesOf({ a: 10, b: 10 }), 100, rules).replicas).toBe(1);
  });
});

const rules: ReplicaRules = {
  currentReplicas: 2,
  tolerances: { up: 0.1, down: 0.1 },
  nowMs,
  cpuInitializationMs: 300_000,
  initialReadinessDelayMs: 30_000,
  resource: 'cpu',
};

function steadyPod(name: string): ScaledPod {
  const longAgo = nowMs - 3_600_000;
  return {
    name,
    phase: 'Running',
    deleting: false,
    ready: true,
    readyChangedAtMs: longAgo,
    startedAtMs: longAgo,
    request: { milli: 200 },
  };
}

function samplesOf(use: Record<string, number>): Map<string, PodSample> {
  return new Map(
    Object.entries(use).map(([name, milli]) => [name, { milli, takenAtMs: nowMs - 5000, windowMs: 15_000 }]),
  );
}

function sorted(value: Row['want']): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a.localeCompare(b)));
}
