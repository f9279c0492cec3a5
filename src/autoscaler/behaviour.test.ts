import { readFileSync } from 'node:fs';
import fc from '../../test/support/properties.ts';
import { describe, expect, test } from 'vitest';
import { newHistory, recordScale, tame, type ScalingHistory, type ScalingLimits } from './behaviour.ts';
import { scalingBehaviour, type BehaviorSpec } from './defaults.ts';

interface Row {
  minReplicas: number;
  maxReplicas: number;
  downscaleStabilizationSeconds: number;
  behavior: BehaviorSpec | null;
  steps: {
    afterSeconds: number;
    proposed: number;
    currentReplicas: number;
    want: number;
    ableToScaleReason: string;
    scalingLimitedReason: string;
    scalingLimited: boolean;
  }[];
}

const rows = readFileSync('test/oracles/hpa-behaviour.ndjson', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

/** Plays the row's steps with every time divided by `speedup`; answers the steps that differ. */
function differences(row: Row, speedup: number): object[] {
  const downscaleStabilizationMs = (row.downscaleStabilizationSeconds * 1000) / speedup;
  const limits: ScalingLimits = {
    minReplicas: row.minReplicas,
    maxReplicas: row.maxReplicas,
    behaviour: scalingBehaviour(row.behavior ?? undefined, { downscaleStabilizationMs, speedup }),
    downscaleStabilizationMs,
  };
  let nowMs = 1_000_000;
  // The table was computed on autoscalers that had not looked at their target before.
  let history: ScalingHistory = { recommendations: [], ups: [], downs: [] };
  return row.steps.flatMap((step, index) => {
    nowMs += (step.afterSeconds * 1000) / speedup;
    const { currentReplicas, proposed, want } = step;
    const tamed = tame({ proposed, currentReplicas }, limits, history, nowMs);
    history = recordScale(tamed.history, { from: currentReplicas, to: want }, limits.behaviour, nowMs);
    const got = {
      want: tamed.replicas,
      ableToScaleReason: tamed.ableToScale.reason,
      scalingLimitedReason: tamed.scalingLimited.reason,
      scalingLimited: tamed.scalingLimited.status,
    };
    return JSON.stringify({ ...step, ...got }) === JSON.stringify(step) ? [] : [{ index, step, got }];
  });
}

describe('scaling behaviour', () => {
  test(`agrees with Kubernetes in each step of ${rows.length} histories`, () => {
    expect(
      rows.flatMap((row, index) => differences(row, 1).map((it) => ({ line: index + 1, ...it }))),
    ).toEqual([]);
    expect(rows.length).toBeGreaterThanOrEqual(80);
  });

  test('decides the same when every time is divided by the speed-up', () => {
    expect(rows.flatMap((row) => differences(row, 10))).toEqual([]);
  });

  test('never leaves the range from a count inside it, nor moves against what was proposed', () => {
    const count = fc.integer({ min: 1, max: 20 });
    const policy = fc.record({
      type: fc.constantFrom<'Pods' | 'Percent'>('Pods', 'Percent'),
      value: fc.integer({ min: 1, max: 100 }),
      periodSeconds: fc.integer({ min: 1, max: 120 }),
    });
    const direction = fc.record({
      stabilizationWindowSeconds: fc.integer({ min: 0, max: 120 }),
      selectPolicy: fc.constantFrom('Max', 'Min', 'Disabled'),
      policies: fc.array(policy, { minLength: 1, maxLength: 3 }),
    });
    const behavior = fc.option(fc.record({ scaleUp: direction, scaleDown: direction }), { nil: undefined });
    const proposals = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 60 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(behavior, count, count, proposals, (behavior, one, other, proposals) => {
        const [minReplicas, maxReplicas] = [Math.min(one, other), Math.max(one, other)];
        const downscaleStabilizationMs = 60_000;
        const behaviour = scalingBehaviour(behavior, { downscaleStabilizationMs, speedup: 1 });
        const limits = { minReplicas, maxReplicas, behaviour, downscaleStabilizationMs };
        let current = minReplicas;
        let nowMs = 0;
        let history = newHistory(current, nowMs);
        for (const [proposed, seconds] of proposals) {
          nowMs += seconds * 1000;
          const tamed = tame({ proposed, currentReplicas: current }, limits, history, nowMs);
          expect(tamed.replicas).toBeGreaterThanOrEqual(minReplicas);
          expect(tamed.replicas).toBeLessThanOrEqual(maxReplicas);
          if (behaviour !== null && proposed > current)
            expect(tamed.replicas).toBeGreaterThanOrEqual(current);
          if (behaviour !== null && proposed < current) expect(tamed.replicas).toBeLessThanOrEqual(current);
          history = recordScale(tamed.history, { from: current, to: tamed.replicas }, behaviour, nowMs);
          current = tamed.replicas;
        }
      }),
    );
  });
});
