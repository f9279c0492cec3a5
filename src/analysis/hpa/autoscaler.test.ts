import { describe, expect, test } from 'vitest';
import { syntheticJournal } from '../../../test/support/synthetic-journal.ts';
import { autoscalerOf, look, metrics, pair, ready, requesting } from '../../../test/support/hpa-journal.ts';
import { tinyRun } from '../../../test/support/tiny-journal.ts';
import { analyse } from '../index.ts';

describe('a look', () => {
  test('is recomputed from the metrics that were published, and compared with the status', () => {
    const { syncs, agreement } = autoscalerOf(
      metrics(400_000, { a: 130, b: 110 }),
      look(405_000, { currentUtilization: 120, desiredReplicas: 4 }),
      {
        t: 405_020,
        type: 'k8s.event',
        severity: 'Normal',
        reason: 'SuccessfulRescale',
        message: 'New size: 4; reason: cpu resource utilization (percentage of request) above target',
        object: { kind: 'HorizontalPodAutoscaler', name: 'app' },
        component: 'horizontal-pod-autoscaler',
        count: 1,
      },
    );
    expect(syncs).toMatchObject([
      {
        atMs: 405_000,
        seen: true,
        current: 2,
        utilization: 120,
        ratio: 2,
        counted: 2,
        proposed: 4,
        stabilized: 4,
        desired: 4,
        result: 4,
        conditions: ['ReadyForNewScale', 'DesiredWithinRange'],
        utilizationAgrees: true,
        decisionAgrees: true,
        why: '120 % of what the pods request, target 60 %: ratio 2.00 asks for 4.',
      },
    ]);
    expect(agreement).toEqual({
      looks: 1,
      seen: 1,
      fromStatus: 0,
      notComputed: 0,
      utilization: { compared: 1, same: 1 },
      decision: { compared: 1, same: 1 },
      rescales: { told: 1, explained: 1 },
    });
  });

  test('within the tolerance changes nothing, and says so', () => {
    const { syncs } = autoscalerOf(
      metrics(400_000, { a: 65, b: 63 }),
      look(405_000, { currentUtilization: 64 }),
    );
    expect(syncs[0]?.why).toBe(
      '64 % of what the pods request, target 60 %: ratio 1.07, within the tolerance of 0.1: 2 pods stay.',
    );
  });

  test('sets aside pods that are not Ready, start up, have no sample or are being deleted', () => {
    const { syncs } = autoscalerOf(
      requesting('starting', 395_000),
      requesting('unready', 200_000, { ready: false }),
      requesting('unmeasured', 300),
      requesting('leaving', 300, { terminating: true }),
      metrics(400_000, { a: 60, b: 60, starting: 300, unready: 300, leaving: 300 }),
      look(405_000, { currentUtilization: 60, currentReplicas: 5, desiredReplicas: 5 }),
    );
    expect(syncs[0]).toMatchObject({ utilization: 60, counted: 2, utilizationAgrees: true });
    expect(syncs[0]?.setAside).toEqual([
      { pod: 'unready', why: 'not Ready' },
      { pod: 'starting', why: 'its CPU figure reaches back into its start' },
      { pod: 'unmeasured', why: 'no CPU figure was published' },
      { pod: 'leaving', why: 'being deleted' },
    ]);
  });

  test('is held by the stabilization window and cut by limits', () => {
    const { syncs } = autoscalerOf(
      metrics(400_000, { a: 60, b: 60 }),
      look(405_000, { currentUtilization: 60 }),
      metrics(415_000, { a: 6, b: 6 }),
      look(420_000, { currentUtilization: 6 }),
      metrics(430_000, { a: 900, b: 900 }),
      look(435_000, { currentUtilization: 900, desiredReplicas: 4 }),
    );
    expect(syncs[1]).toMatchObject({ proposed: 1, stabilized: 2, desired: 2, decisionAgrees: true });
    expect(syncs[1]?.why).toBe(
      '6 % of what the pods request, target 60 %: ratio 0.10 asks for 1; held up by a higher wish in the stabilization window: 2, so 2 pods stay.',
    );
    expect(syncs[2]).toMatchObject({
      proposed: 30,
      desired: 4,
      conditions: ['ReadyForNewScale', 'ScaleUpLimit'],
    });
    expect(syncs[2]?.why).toContain('asks for 30; more than the scale-up policy allows at once: 4.');
  });

  test('takes the sample before the newest where only that gives what the status shows', () => {
    const { syncs } = autoscalerOf(
      metrics(390_000, { a: 50, b: 70 }),
      metrics(404_900, { a: 90, b: 90 }),
      look(405_000, { currentUtilization: 60 }),
      look(420_000, { currentUtilization: 61 }),
    );
    expect(syncs.map(({ utilization, utilizationAgrees }) => [utilization, utilizationAgrees])).toEqual([
      [60, true],
      [90, false],
    ]);
  });

  test('does not count a pod whose figures are published no more', () => {
    const { syncs } = autoscalerOf(
      metrics(385_000, { a: 60, b: 20 }),
      metrics(400_000, { a: 60 }),
      look(405_000, { currentUtilization: 60 }),
    );
    expect(syncs[0]).toMatchObject({
      utilization: 60,
      setAside: [{ pod: 'b', why: 'no CPU figure was published' }],
    });
  });

  test('that decided otherwise than computed is counted as such', () => {
    const { syncs, agreement, says } = autoscalerOf(
      metrics(400_000, { a: 120, b: 120 }),
      look(405_000, { currentUtilization: 120, desiredReplicas: 3 }),
    );
    expect(syncs[0]).toMatchObject({ desired: 4, result: 3, decisionAgrees: false });
    expect(agreement?.decision).toEqual({ compared: 1, same: 0 });
    expect(says[0]?.text).toContain('the decision the one it took in 0 of 1');
    expect(says).toHaveLength(1);
  });
});

describe('what a look goes by', () => {
  test('is the status where no recorded metrics give what it shows, and the row says so', () => {
    const { syncs, agreement, says } = autoscalerOf(
      metrics(400_000, { a: 50, b: 50 }),
      look(405_000, { currentUtilization: 111, desiredReplicas: 4 }),
    );
    expect(syncs[0]).toMatchObject({
      basis: 'status',
      utilization: 50,
      shownUtilization: 111,
      utilizationAgrees: false,
      ratio: 1.85,
      proposed: 4,
      desired: 4,
      decisionAgrees: true,
      why: 'by its status, because the metrics that it read are not among those recorded: 111 % of what the pods request, target 60 %: ratio 1.85 asks for 4.',
    });
    expect(agreement).toMatchObject({ fromStatus: 1, utilization: { compared: 1, same: 0 } });
    expect(says[0]?.text).toContain('1 look goes by the figure in the status');
  });

  test('is what was published then, not what had been measured but was seen published only later', () => {
    const { syncs } = autoscalerOf(
      metrics(380_000, { a: 30, b: 30 }),
      { ...metrics(396_000, { a: 90, b: 90 }), t: 409_000 },
      look(405_000, { currentUtilization: 30 }),
    );
    expect(syncs[0]).toMatchObject({ basis: 'metrics', utilization: 30, utilizationAgrees: true });
  });

  test('may be what the harness was shown just after', () => {
    const { syncs } = autoscalerOf(
      metrics(380_000, { a: 30, b: 30 }),
      { ...metrics(396_000, { a: 90, b: 90 }), t: 405_400 },
      look(405_000, { currentUtilization: 90, desiredReplicas: 3 }),
    );
    expect(syncs[0]).toMatchObject({ basis: 'metrics', utilization: 90, decisionAgrees: true });
  });

  test('may be that without the pods that it has no more', () => {
    const { syncs } = autoscalerOf(
      metrics(380_000, { a: 30, b: 30 }),
      { ...metrics(396_000, { a: 90 }), t: 405_400 },
      look(405_000, { currentUtilization: 90 }),
    );
    expect(syncs[0]).toMatchObject({ basis: 'metrics', utilization: 90 });
  });

  test('is nothing once no metrics are published any more', () => {
    const { syncs } = autoscalerOf(
      metrics(380_000, { a: 30, b: 30 }),
      { t: 390_000, type: 'k8s.metrics', pods: [] },
      look(405_000, { currentUtilization: null }),
    );
    expect(syncs[0]).toMatchObject({ utilization: null, proposed: null, utilizationAgrees: null });
    expect(syncs[0]?.error).toContain('no metrics returned');
  });

  test('of an AverageValue is the pods’ mean CPU', () => {
    const { syncs } = autoscalerOf(
      metrics(400_000, { a: 130, b: 111 }),
      look(405_000, {
        targetUtilization: null,
        currentUtilization: null,
        targetCpuMilli: 60,
        averageCpuMilli: 120,
        desiredReplicas: 4,
      }),
    );
    expect(syncs[0]).toMatchObject({
      unit: 'millicores',
      basis: 'metrics',
      target: 60,
      utilization: 120,
      ratio: 2,
      desired: 4,
      utilizationAgrees: true,
      decisionAgrees: true,
      why: '120m of CPU per pod, target 60m: ratio 2.00 asks for 4.',
    });
  });

  test.each([
    [
      'several metrics',
      { metrics: 2 },
      [
        { metric: 'cpu', target: '60 %', current: '30 %', ratio: 0.5 },
        { metric: 'memory', target: '20Mi', current: '30Mi', ratio: 1.5 },
      ],
      'Not recomputed, because not all of its metrics are the CPU or the memory of whole pods, which is what the harness records. By its status: cpu 30 % (target 60 %), memory 30Mi (target 20Mi); 2 → 3 pods.',
    ],
    [
      'a container’s CPU',
      { targetUtilization: null, currentUtilization: null },
      [{ metric: 'cpu of container api', target: '60 %', current: '90 %', ratio: 1.5 }],
      'Not recomputed, because the harness does not record the metric that it goes by. By its status: cpu of container api 90 % (target 60 %); 2 → 3 pods.',
    ],
  ])('of %s is not recomputed: the row tells the status', (_name, spec, readings, why) => {
    const { syncs, says, agreement } = autoscalerOf(
      metrics(400_000, { a: 30, b: 30 }),
      look(405_000, { ...spec, readings, desiredReplicas: 3 }),
    );
    expect(syncs[0]).toMatchObject({
      basis: 'none',
      utilization: null,
      shownUtilization: null,
      ratio: 1.5,
      proposed: null,
      desired: null,
      result: 3,
      decisionAgrees: null,
      why,
    });
    expect(agreement).toMatchObject({ notComputed: 1, decision: { compared: 0 } });
    expect(says[0]?.text).toContain('Nothing is recomputed');
  });

  test('are policies in seconds as they stand in the object, divided only where the cluster divides them', () => {
    const behavior = { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 30 }] } };
    const decided = (dividesObjectSeconds: boolean): (number | null)[] => {
      const paced = { ...ready, timings: { speedup: 10, hpaSyncPeriodMs: 15_000 }, dividesObjectSeconds };
      const run = tinyRun(
        [paced, ...pair.slice(1)],
        metrics(400_000, { a: 130, b: 110 }),
        look(405_000, { currentUtilization: 120, desiredReplicas: 3, behavior }),
        look(420_000, { currentUtilization: 120, currentReplicas: 3, desiredReplicas: 3, behavior }),
      );
      return analyse(run).autoscaler.syncs.map(({ desired }) => desired);
    };
    expect(decided(false)).toEqual([3, 3]);
    expect(decided(true)).toEqual([3, 4]);
  });
});

test('a look with a target of nothing decides nothing', () => {
  const { syncs } = autoscalerOf(metrics(400_000, { a: 60, b: 60 }), look(405_000, { targetUtilization: 0 }));
  expect(syncs[0]).toMatchObject({ ratio: null, desired: null, error: 'the autoscaler has no target' });
});

test('looks at which nothing changed follow from the sync period', () => {
  const { syncs } = autoscalerOf(
    metrics(400_000, { a: 60, b: 60 }),
    look(405_000, {}),
    look(450_200, { currentUtilization: 61 }),
  );
  expect(syncs.map(({ atMs, seen }) => [Math.round(atMs), seen])).toEqual([
    [405_000, true],
    [420_067, false],
    [435_133, false],
    [450_200, true],
  ]);
  expect(syncs[1]).toMatchObject({ utilizationAgrees: null, decisionAgrees: true });
});

test.each([
  ['there is none', [], /has no autoscaler/],
  [
    'an older journal has several metrics',
    [look(405_000, { metrics: 2 })],
    /Only autoscalers that go by the CPU and the memory/,
  ],
  ['nothing was measured', [look(405_000, {})], /No CPU figures were recorded/],
])('no look is explained where %s', (_name, events, problem) => {
  expect(autoscalerOf(events)).toMatchObject({
    syncs: [],
    agreement: null,
    problem: expect.stringMatching(problem) as string,
  });
});

test('of a journal that does not tell what pods request, no look is explained', () => {
  expect(analyse(syntheticJournal()).autoscaler.problem).toContain('does not tell what the pods request');
});
