import { describe, expect, test } from 'vitest';
import { syntheticJournal } from '../../test/support/synthetic-journal.ts';
import { tinyRun, traffic } from '../../test/support/tiny-journal.ts';
import type { JournalEvent } from '../journal/index.ts';
import { analyse, metricNames, metrics, type Findings } from './index.ts';

const faults = [
  { id: 'kill-pod-1', type: 'kill-pod' },
  { id: 'kill-node-1', type: 'kill-node' },
];

/** A rule about the metric that is as good as any other, in its unit. */
function ruleOf(name: string): string {
  const pattern = name.replace(/^fault\.[^.]+/, 'fault.<id>').replace(/^faults\.kill-[^.]+/, 'faults.<type>');
  const unit = metrics.find((metric) => metric.name === pattern)?.unit;
  return `${name} >= ${unit === 'ms' ? '0ms' : unit === 'ratio' ? '0%' : '0'}`;
}

const names = metricNames(faults);
const events = syntheticJournal({ expectations: names.map(ruleOf) });
const findings = analyse(
  events.map((event) =>
    event.type === 'run.plan'
      ? { ...event, economy: { podCapacityPerSecond: 60, podHourPrice: 0.36, lostRequestPrice: 0.5 } }
      : event,
  ),
);
const [podKill, nodeLoss] = findings.faults;

function observed(name: string): number | null | undefined {
  return findings.expectations.find(({ metric }) => metric === name)?.observed;
}

describe('of a run with everything in it', () => {
  test.each(names)('%s is observed', (name) => {
    const result = findings.expectations.find(({ metric }) => metric === name);
    expect(result).toMatchObject({ problem: null, held: true });
    expect(result?.observed).toEqual(expect.any(Number));
  });

  test.each([
    ['availability', findings.availability],
    ['requests.failed', findings.requests.scheduled - findings.requests.ok],
    ['requests.httpError', findings.requests.http_error],
    ['response.p99', findings.latencyMs.response.p99],
    ['service.max', findings.latencyMs.service.max],
    ['pods.max', 8],
    ['pods.min', 2],
    ['nodes.min', 2],
    ['hpa.scaleUps', 2],
    ['hpa.scaleDowns', 1],
    ['hpa.firstScaleUp', 17_100],
    ['pods.seconds', findings.autoscaling.cost.podSeconds],
    ['cost.pods', findings.autoscaling.cost.podSeconds * 0.0001],
    ['cost.lost', (findings.requests.scheduled - findings.requests.ok) / 2],
    ['elasticity.underTimeshare', findings.autoscaling.elasticity?.underTimeshare],
    ['elasticity.overAccuracy', findings.autoscaling.elasticity?.overAccuracy],
    ['fault.kill-pod-1.outage', podKill?.outageMs],
    ['faults.kill-node.repair', nodeLoss?.repairMs],
    ['faults.lost', Math.max(podKill?.lost ?? 0, nodeLoss?.lost ?? 0)],
    ['faults.recovery', Math.max(podKill?.recoveryMs ?? 0, nodeLoss?.recoveryMs ?? 0)],
  ])('%s is %s', (name, value) => {
    if (typeof value === 'number') expect(observed(name)).toBeCloseTo(value, 9);
    else expect(observed(name)).toBe(value);
  });
});

describe('what could not be observed does not hold, and says why', () => {
  function judged(
    rule: string,
    ...events: (JournalEvent | JournalEvent[])[]
  ): Findings['expectations'][number] | undefined {
    const plan: JournalEvent = {
      t: 1,
      type: 'run.plan',
      phases: [],
      offeredPerSecond: [],
      faults: faults.map((fault) => ({ ...fault, atMs: 0, description: '' })),
      expectations: [rule],
      goodResponseMs: null,
      workload: { namespace: 'n', deployment: 'd', service: 's', hpa: null },
    };
    return analyse(tinyRun(plan, ...events)).expectations[0];
  }

  test.each([
    ['availability >= 99%', 'no request was scheduled'],
    ['response.p99 < 1s', 'no request ended ok'],
    ['pods.max > 0', 'no pod was observed while traffic ran'],
    ['nodes.min > 0', 'no worker was observed while traffic ran'],
    ['hpa.firstScaleUp < 10s', 'the number of replicas was never raised while traffic ran'],
    ['faults.outage < 10s', 'the fault was not injected'],
    ['fault.kill-pod-1.lost < 10', 'the fault was not injected'],
    ['generator.latenessP99 < 5ms', 'nothing was sent'],
  ])('%s: %s', (rule, problem) => {
    expect(judged(rule)).toMatchObject({
      rule,
      observed: null,
      observedText: 'not observed',
      held: false,
      problem,
    });
  });

  test('a fault that did not land, or whose end was not seen', () => {
    const inject = (id: string): JournalEvent => ({
      t: 500,
      type: 'fault.inject',
      id,
      fault: 'kill-pod',
      targetKind: 'Pod',
      targets: [],
    });
    expect(judged('faults.kill-pod.outage < 1s', inject('kill-pod-1'), traffic(3))?.problem).toBe(
      'kill-pod-1 did not land',
    );
    const landed: JournalEvent = { t: 501, type: 'fault.landed', id: 'kill-pod-1', proof: 'seen' };
    expect(judged('faults.kill-pod.repair < 1s', inject('kill-pod-1'), landed, traffic(3))?.problem).toBe(
      'kill-pod-1: no reaction of Kubernetes was seen',
    );
    expect(judged('faults.kill-pod.outage < 1s', inject('kill-pod-1'), landed, traffic(3))).toMatchObject({
      observed: 0,
      held: true,
    });
  });

  test('a rule that this version does not understand', () => {
    expect(judged('pods.average > 3')).toMatchObject({
      metric: 'pods.average',
      held: false,
      problem: expect.stringContaining('there is no metric pods.average') as string,
    });
  });
});

test('a rule on statistics is named as judged over trials, never as one that held', () => {
  const rules = { trialExpectations: ['faults.outage.p90 < 8s'] };
  const only = analyse(syntheticJournal(rules));
  expect(only.expectations).toEqual([]);
  expect(only.verdictSentence).toMatch(
    /^The run completed; none of its expectations can be judged on a single run.* 1 expectation on statistics is judged over trials, not here\.$/,
  );
  const beside = analyse(syntheticJournal({ ...rules, expectations: ['availability >= 1%'] }));
  expect(beside.verdictSentence).toMatch(/^The expectation held.*judged over trials, not here\.$/);
});
