import { describe, expect, test } from 'vitest';
import { syntheticJournal, syntheticTrafficStart } from '../../../test/support/synthetic-journal.ts';
import { deployment, endpoints, newPod, pod, tinyRun, traffic } from '../../../test/support/tiny-journal.ts';
import type { JournalEvent, RunPlan, TrafficSecond } from '../../journal/index.ts';
import { analyse, scalingStages, type AutoscalingFindings } from '../index.ts';
import { loadStepsOf } from './load-steps.ts';

function autoscalingOf(...events: (JournalEvent | JournalEvent[])[]): AutoscalingFindings {
  return analyse(tinyRun(...events)).autoscaling;
}

/** Seconds with these numbers of requests, all ok. */
function load(...rates: number[]): TrafficSecond[] {
  return traffic(rates.length).flatMap((event) => {
    if (event.type !== 'traffic.second') return [];
    const scheduled = rates[event.second] ?? 0;
    return { ...event, scheduled, outcomes: { ...event.outcomes, ok: scheduled } };
  });
}

function plan(economy: NonNullable<RunPlan['economy']>): JournalEvent {
  const [, event] = syntheticJournal();
  if (event?.type !== 'run.plan') throw new Error('expected the plan to be the second event');
  return { ...event, t: 0.5, faults: [], expectations: [], economy };
}

describe('a rise of the load', () => {
  test.each([
    ['that is sudden', [30, 30, 200, 200], [[2, 30, 200]]],
    ['that takes seconds', [30, 30, 65, 135, 205, 240, 240], [[2, 30, 240]]],
    ['that pauses', [30, 60, 60, 90, 90, 90], [[1, 30, 90]]],
    [
      'after another',
      [30, 100, 100, 100, 100, 100, 200, 200],
      [
        [1, 30, 100],
        [6, 100, 200],
      ],
    ],
    [
      'after an ebb',
      [30, 100, 100, 20, 20, 80, 80],
      [
        [1, 30, 100],
        [5, 20, 80],
      ],
    ],
    ['that is too small to matter', [100, 104, 108, 104, 100], []],
    ['of nothing', [], []],
  ])('%s is found once', (_name, rates, expected) => {
    const steps = loadStepsOf(load(...rates));
    expect(steps.map(({ fromMs, fromRate, toRate }) => [fromMs / 1000, fromRate, toRate])).toEqual(expected);
  });

  test('is told from what users do by chance', () => {
    const rates = [57, 56, 69, 58, 57, 125, 119];
    expect(loadStepsOf(load(...rates)).map(({ toRate }) => toRate)).toEqual([69, 125]);
    expect(loadStepsOf(load(...rates), true).map(({ toRate }) => toRate)).toEqual([125]);
  });

  test('is followed through metrics, decisions and pods to the first request', () => {
    const [step] = analyse(syntheticJournal()).autoscaling.loadSteps;
    expect(step).toMatchObject({ fromMs: syntheticTrafficStart + 15_000, fromRate: 60, toRate: 400 });
    expect(step?.decisions.map(({ from, to }) => [from, to])).toEqual([
      [2, 5],
      [5, 8],
    ]);
    expect(step?.pods).toHaveLength(6);
    expect(step?.stages.map(({ stage }) => stage)).toEqual(scalingStages);
    const instants = (step?.stages ?? []).map(({ firstMs }) => firstMs ?? NaN);
    expect(instants).toEqual(instants.toSorted((a, b) => a - b));
    for (const { firstMs, allMs } of step?.stages ?? [])
      expect(allMs).toBeGreaterThanOrEqual(firstMs ?? Infinity);
    expect(step?.longest).toMatchObject({ stage: 'decision', governor: { effectiveMs: 1500 } });
    expect(step?.scheduled).toBeGreaterThan(1000);
  });

  test('that nobody followed is said to be so', () => {
    const { says } = autoscalingOf(deployment(1, 2), newPod(2, 'a'), load(30, 30, 200, 200));
    expect(says[0]?.text).toBe(
      'From 0:02.0 on the load rose from 30 to 200 requests per second within 1 s; the number of pods asked for was not raised.',
    );
  });
});

describe('what one pod is good for', () => {
  const served = (rates: number[]): TrafficSecond[] =>
    load(...rates).map((second) => ({
      ...second,
      pods: {
        a: {
          node: 'n',
          ok: second.scheduled,
          httpError: 0,
          firstT: second.startT,
          lastT: second.startT + 999,
          connections: 1,
        },
      },
    }));
  const rates = [10, 10, 20, 20, 40, 40, 80, 80, 40, 40, 20, 20];
  const metrics = rates.map((rate, index): JournalEvent => ({
    t: (index + 1) * 1000 + 50,
    type: 'k8s.metrics',
    pods: [{ name: 'a', cpuMilli: 5 + 2 * rate, windowMs: 1000, takenT: (index + 1) * 1000 }],
  }));
  const alone = [pod(-10, 'a', { cpuRequestMilli: 125 }), endpoints(-5, 'a'), deployment(-20, 1)];

  test('is measured by the CPU that a request costs, against the CPU that it requests', () => {
    const { calibration } = autoscalingOf(alone, metrics, served(rates));
    expect(calibration).toMatchObject({ source: 'measured', cpuRequestMilli: 125 });
    expect(calibration?.requestsPerSecond).toBeCloseTo(60, 6);
    expect(calibration?.cost).toMatchObject({ samples: 12 });
    expect(calibration?.cost?.cpuMsPerRequest).toBeCloseTo(2, 6);
    expect(calibration?.cost?.idleMilli).toBeCloseTo(5, 6);
    expect(calibration?.cost?.rSquared).toBeCloseTo(1, 6);
  });

  test('is not told from windows in which the load was always the same', () => {
    const same = rates.map(() => 20);
    expect(autoscalingOf(alone, metrics, served(same)).calibration).toBe(null);
  });

  test('is what the scenario states, before anything measured', () => {
    const { calibration } = autoscalingOf(plan({ podCapacityPerSecond: 25 }), alone, metrics, served(rates));
    expect(calibration).toMatchObject({ source: 'stated', requestsPerSecond: 25 });
  });
});

test('elasticity integrates lack and excess of pods over time', () => {
  const { elasticity, says } = autoscalingOf(
    plan({ podCapacityPerSecond: 50 }),
    endpoints(-5, 'a', 'b'),
    load(100, 100, 200, 200, 100, 100, 100, 100, 100, 100),
    endpoints(2500, 'a', 'b', 'c', 'd'),
    endpoints(5000, 'a', 'b', 'c'),
  );
  // Need: 2 pods, 4 in seconds 2 and 3. Supply: 2 until 2.5 s, 4 until 5 s, then 3.
  expect(elasticity).toMatchObject({
    underTimeshare: 0.05,
    overTimeshare: 0.6,
    demandPodSeconds: 24,
    suppliedPodSeconds: 30,
    peakDemand: 4,
    demand: [2, 2, 4, 4, 2, 2, 2, 2, 2, 2],
  });
  expect(elasticity?.underAccuracy).toBeCloseTo((0.5 * 0.5) / 10, 12);
  expect(elasticity?.overAccuracy).toBeCloseTo((1 * 1 + 5 * 0.5) / 10, 12);
  // Of nine steps from second to second: need rises and falls once; supply rises with it and falls a second later.
  expect(elasticity?.instability).toBeCloseTo(2 / 9, 12);
  expect(elasticity?.jitterPerHour).toBe(0);
  expect(
    says.some(({ text }) => text.includes('as the scenario states; the load needed 4 pods at its peak')),
  ).toBe(true);
});

test('pod-seconds run from placement to deletion, within traffic, and are priced where the scenario says so', () => {
  const events = [
    pod(-500, 'a', { node: 'worker-1' }),
    pod(2000, 'b', { node: null }),
    pod(2500, 'b', { node: 'worker-1' }),
    pod(6000, 'b', { change: 'deleted' }),
    load(10, 10, 10, 10, 10, 10, 10, 10, 10, 10),
  ];
  const priced = autoscalingOf(plan({ podHourPrice: 3.6, lostRequestPrice: 2, currency: 'EUR' }), ...events);
  expect(priced.cost).toMatchObject({ podSeconds: 13.5, lost: 0, currency: 'EUR' });
  expect(priced.cost.pods).toBeCloseTo(0.0135, 12);
  expect(priced.says.at(-1)?.text).toContain(
    'that is 0.0135 EUR for pods against 0 EUR for 0 lost requests.',
  );
  expect(autoscalingOf(...events).cost).toMatchObject({ podSeconds: 13.5, pods: null, lost: null });
});
