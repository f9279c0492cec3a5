import { describe, expect, test } from 'vitest';
import { syntheticJournal } from '../../../test/support/synthetic-journal.ts';
import {
  deployment,
  endpoints,
  failure,
  fault,
  gone,
  newPod,
  tinyRun,
  traffic,
} from '../../../test/support/tiny-journal.ts';
import type { JournalEvent } from '../../journal/index.ts';
import { analyse, type CustomerFindings } from '../index.ts';

const story = analyse(syntheticJournal({ expectations: ['availability >= 98%', 'availability > 95%'] }));

function customersOf(...events: (JournalEvent | JournalEvent[])[]): CustomerFindings {
  const before = [deployment(1, 2), ...newPod(2, 'a'), ...newPod(3, 'b'), endpoints(120, 'a', 'b')];
  return analyse(tinyRun(before, ...events)).customers;
}

describe('what was lost', () => {
  test('is divided among the faults and what none explains, without remainder', () => {
    const { lost, scheduled } = story.customers;
    const sum = lost.reduce((total, { count }) => total + count, 0);
    expect(sum).toBe(scheduled - story.requests.ok);
    expect(lost.map(({ fault }) => fault)).toEqual(['kill-pod-1', 'kill-node-1', null]);
    for (const { count, byOutcome, byPod, evidence, cause } of lost) {
      const of = (counts: number[]): number => counts.reduce((total, one) => total + one, 0);
      expect(of(Object.values(byOutcome))).toBe(count);
      expect(of(byPod.map((one) => one.count))).toBe(count);
      if (cause === 'fault') expect(evidence.byPod + evidence.byTime).toBe(count);
    }
  });

  test('is told by pod where the pod was lost to the fault, else by time', () => {
    const failures = [
      failure(5010, { pod: 'a' }),
      failure(5012),
      failure(5014, { pod: 'b' }),
      failure(8500, { pod: 'b', outcome: 'timeout' }),
    ];
    const { lost, says } = customersOf(
      fault(5000, 'kill', 'Pod', 'a'),
      gone(5004, 'a'),
      endpoints(5020, 'b'),
      newPod(5030, 'c'),
      endpoints(5230, 'b', 'c'),
      traffic(10, { failures }),
    );
    expect(lost).toMatchObject([
      { fault: 'kill', count: 3, evidence: { byPod: 1, byTime: 2 } },
      { cause: 'unexplained', count: 1, byOutcome: { timeout: 1 }, byPod: [{ pod: 'b', count: 1 }] },
    ]);
    expect(says[0]?.text).toBe(
      'Of 1,000 requests, 4 did not end ok (availability 99.6 %): 3 are put down to kill (1 by the pod, 2 by time); 1 is explained by no fault.',
    );
  });

  test('in seconds that the generator spoiled is said to be perhaps its own', () => {
    const spoiled = traffic(3, { failures: [failure(1500)] }).map((event): JournalEvent =>
      event.type === 'traffic.second' && event.second === 1
        ? { ...event, generator: { ...event.generator, saturated: true } }
        : event,
    );
    const { lost, says } = customersOf(spoiled);
    expect(lost).toMatchObject([{ cause: 'unexplained', count: 1, inSaturatedSeconds: 1 }]);
    expect(says[0]?.text).toContain(
      'it is explained by no fault, and was due in seconds that the generator spoiled',
    );
  });
});

describe('the error budget', () => {
  test('is what the strictest expectation on availability allows', () => {
    const { goal, assumed, allowed, spent } = story.customers.budget;
    expect({ goal, assumed, spent }).toEqual({
      goal: 0.98,
      assumed: false,
      spent: story.requests.scheduled - story.requests.ok,
    });
    expect(allowed).toBeCloseTo(0.02 * story.requests.scheduled, 6);
    const shares = story.customers.lost.reduce((sum, { budgetShare }) => sum + (budgetShare ?? 0), 0);
    expect(shares).toBeCloseTo(spent / allowed, 12);
  });

  test('is assumed where nothing is expected, and said to be', () => {
    const { budget, says } = customersOf(traffic(3, { failures: [failure(1500)] }));
    expect(budget).toMatchObject({ goal: 0.999, assumed: true });
    expect(says[1]?.text).toMatch(
      /^Without an expectation on availability, a goal of 99.9 % is assumed; it allows 0 lost/,
    );
  });
});

test('Apdex counts answers up to T, up to 4 T, and all others', () => {
  const { thresholdMs, assumed, satisfied, tolerating, frustrated, score } = story.customers.apdex ?? {};
  expect({ thresholdMs, assumed }).toEqual({ thresholdMs: 250, assumed: false });
  const slow = syntheticJournal().reduce(
    (sum, event) => (event.type === 'traffic.second' ? sum + event.slow.length : sum),
    0,
  );
  // The histograms hold three significant digits.
  expect(Math.abs((satisfied ?? 0) - (story.requests.ok - slow))).toBeLessThanOrEqual(2);
  expect((satisfied ?? 0) + (tolerating ?? 0) + (frustrated ?? 0)).toBe(story.requests.scheduled);
  expect(score).toBeCloseTo(((satisfied ?? 0) + (tolerating ?? 0) / 2) / story.requests.scheduled, 12);
});

test('the windows around a fault are whole seconds, and no fault touches those beside it', () => {
  const [podKill, nodeLoss] = story.customers.windows;
  const at = story.faults.map(({ injectedMs }) => injectedMs);
  expect(podKill?.before?.toMs).toBeLessThanOrEqual(at[0] ?? 0);
  expect(podKill?.during?.fromMs).toBeLessThanOrEqual(at[0] ?? 0);
  expect(podKill?.after?.fromMs).toBe(podKill?.during?.toMs);
  expect(podKill?.after?.toMs).toBeLessThanOrEqual(at[1] ?? 0);
  for (const window of [podKill?.before, nodeLoss?.before, nodeLoss?.after])
    expect((window?.toMs ?? 0) - (window?.fromMs ?? 0)).toBeLessThanOrEqual(10_000);
  expect(nodeLoss?.during?.response.p99).not.toBe(null);
});

test('the worst second is the one with the largest share of lost and slow requests', () => {
  const { worstSecond } = customersOf(
    traffic(5, { failures: [failure(2100), failure(2200)], slow: [3100, 3200, 3300] }),
  );
  expect(worstSecond).toMatchObject({ startMs: 3000, lost: 0, slow: 3, scheduled: 100 });
});

test('without traffic nothing is said', () => {
  expect(customersOf()).toMatchObject({ says: [], apdex: null, worstSecond: null, lost: [] });
});
