import { expect, test } from 'vitest';
import {
  deployment,
  endpoints,
  failure,
  killed,
  newPod,
  stopped,
  tinyRun,
  traffic,
} from '../../../test/support/tiny-journal.ts';
import { syntheticJournal } from '../../../test/support/synthetic-journal.ts';
import type { JournalEvent } from '../../journal/index.ts';
import { analyse, type HealingExplanation } from '../index.ts';

function explanationOf(...events: (JournalEvent | JournalEvent[])[]): HealingExplanation | null | undefined {
  const before = [deployment(1, 2), ...newPod(2, 'a'), ...newPod(3, 'b'), endpoints(120, 'a', 'b')];
  return analyse(tinyRun(before, ...events)).faults[0]?.explanation;
}

function readinessProbe(periodMs: number): JournalEvent {
  const readiness = { periodMs, initialDelayMs: 0, timeoutMs: 1000, failureThreshold: 3 };
  return { ...deployment(130, 2), template: { terminationGraceMs: 30_000, readiness } };
}

test('a lost node is explained by the timers that had to run out', () => {
  const nodeLoss = analyse(syntheticJournal()).faults[1];
  const { longest, ofOutage, says, totalMs } = nodeLoss?.explanation ?? {};
  expect(longest).toMatchObject({
    step: 'detected',
    source: 'watch event',
    governor: { setting: 'node-monitor-grace-period', effectiveMs: 5000, defaultMs: 50_000 },
  });
  expect(longest?.toMs).toBe((nodeLoss?.injectedMs ?? 0) + 5005);
  expect(ofOutage?.step).toBe('detected');
  expect(totalMs).toBeGreaterThan(8000);
  expect(says?.map(({ definition }) => definition)).toEqual(['healing-waterfall', 'outage']);
  expect(says?.[0]?.text).toContain(
    'the control plane did not yet know that the node was lost (node-monitor-grace-period: 5 s here, that is ' +
      "Kubernetes' default of 50 s at 10 times its pace)",
  );
});

test('the default of the grace period is that of the cluster’s version', () => {
  const older = syntheticJournal().map((event): JournalEvent =>
    event.type === 'cluster.ready' ? { ...event, kubernetesVersion: 'v1.31.2' } : event,
  );
  expect(analyse(older).faults[1]?.explanation?.longest?.governor.defaultMs).toBe(40_000);
});

test('steps follow one another without overlap; what happened earlier than the step before it took no time', () => {
  const explanation = explanationOf(killed, traffic(10));
  expect(explanation?.steps.map(({ step, fromMs, toMs }) => [step, toMs - fromMs])).toEqual([
    ['detected', 4],
    ['out of rotation', 16],
    ['replacement created', 10],
    ['scheduled', 10],
    ['started', 40],
    ['ready', 50],
    ['in rotation', 100],
  ]);
  expect(explanation).toMatchObject({ totalMs: 230, longest: { step: 'in rotation' }, ofOutage: null });
});

test.each([
  ['seldom', 10_000, 'periodSeconds of the readiness probe'],
  ['often', 10, null],
])('a probe that asks %s does or does not govern how soon a pod is ready', (_often, periodMs, setting) => {
  const steps = explanationOf(readinessProbe(periodMs), killed, traffic(10))?.steps;
  expect(steps?.find(({ step }) => step === 'ready')?.governor.setting).toBe(setting);
});

test('a step that waits for a component that is stopped is explained by that', () => {
  const says = explanationOf(killed, stopped(5100, 5230, 'controller-manager'), traffic(10))?.says;
  expect(says?.[0]?.text).toContain(
    '“in rotation” with 100 ms of the 230 ms from the fault to “in rotation”: the controller-manager was stopped (fault no-controller-manager)',
  );
});

test('an outage that no single step explains is said to be so', () => {
  const failures = Array.from({ length: 60 }, (_, n) => failure(5000 + n * 5));
  const says = explanationOf(killed, traffic(10, { failures }))?.says;
  expect(says?.at(-1)?.text).toBe(
    'Clients saw bad service for 295 ms, spread over several steps: no single one explains it.',
  );
});
