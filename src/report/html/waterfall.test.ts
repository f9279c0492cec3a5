import { describe, expect, test } from 'vitest';
import { healingSteps, type FaultFinding } from '../../analysis/index.ts';
import { findingsAtScale } from '../../../test/support/findings-at-scale.ts';
import { faultSentence } from './sentences.ts';
import { healingWaterfall } from './waterfall.ts';

function fault(instants: (number | null)[], more: Partial<FaultFinding> = {}): FaultFinding {
  const [finding] = findingsAtScale({ seconds: 10, pods: 1, nodes: 1, faults: 1 }).faults;
  if (finding === undefined) throw new Error('no fault');
  const waterfall = healingSteps.map((step, index) => ({
    step,
    atMs: instants[index] ?? null,
    shownBy: null,
    source: null,
  }));
  return { ...finding, injectedMs: 1000, landedMs: 1010, waterfall, ...more };
}

describe('a healing waterfall', () => {
  test('starts with the fault; each step takes from the one before it', () => {
    const { steps, totalMs, longest } = healingWaterfall(
      fault([1000, 1100, 1150, 1200, 1210, 1400, 2400, 2450, 2500]),
    );
    expect(steps.map((step) => step.tookMs)).toEqual([0, 100, 50, 50, 10, 190, 1000, 50, 50]);
    expect(totalMs).toBe(1500);
    expect(longest?.step).toBe('ready');
  });

  test('a step that came before an earlier one took no time of its own', () => {
    const { steps } = healingWaterfall(fault([1000, 1100, 1300, 1200, 1350]));
    expect(steps.slice(0, 5).map(({ afterMs, fromMs, tookMs }) => [afterMs, fromMs, tookMs])).toEqual([
      [0, 0, 0],
      [100, 0, 100],
      [300, 100, 200],
      [200, 300, 0],
      [350, 300, 50],
    ]);
  });

  test('steps that did not happen are left open', () => {
    const { steps, totalMs, longest } = healingWaterfall(fault([1000, 6000]));
    expect(steps[2]).toMatchObject({ afterMs: null, tookMs: null, fromMs: 5000 });
    expect(totalMs).toBe(5000);
    expect(longest?.step).toBe('detected');
  });

  test('without a single step there is no longest one', () => {
    expect(healingWaterfall(fault([]))).toMatchObject({ totalMs: 0, longest: null });
  });
});

describe('a fault in words', () => {
  test('names the longest step and what clients lost', () => {
    const said = faultSentence(fault([1000, 6000, 6100]));
    expect(said).toContain(
      'Healing took 5.1\u00a0s in all, 5\u00a0s of them until the control plane noticed.',
    );
    expect(said).toContain('12\u00a0requests were lost (12 reset)');
  });

  test('says that it was not seen to land, and why', () => {
    const said = faultSentence(fault([], { landedMs: null, problem: 'no pod matched the selector' }));
    expect(said).toContain('was not seen to land: no pod matched the selector.');
  });

  test('does not take an unknown outage for none', () => {
    const said = faultSentence(
      fault([1000], { outageMs: null, lost: 3, lostByOutcome: { reset: 3 }, problem: 'Traffic ended.' }),
    );
    expect(said).toContain(
      'is not known (Traffic ended); as far as was seen, 3\u00a0requests were lost (3 reset).',
    );
  });
});
