import { describe, expect, test } from 'vitest';
import {
  deployment,
  endpoints,
  failure,
  fault,
  gone,
  killed,
  newPod,
  node,
  pod,
  stopped,
  tinyRun,
  traffic,
} from '../../../test/support/tiny-journal.ts';
import type { JournalEvent } from '../../journal/index.ts';
import { analyse, type FaultFinding, type HealingStep } from '../index.ts';

/** The faults of a run in which pods a and b serve from the start. */
function faultsOf(...events: (JournalEvent | JournalEvent[])[]): FaultFinding[] {
  return analyse(
    tinyRun(deployment(1, 2), newPod(2, 'a'), newPod(3, 'b'), endpoints(120, 'a', 'b'), ...events),
  ).faults;
}

function stepAt(finding: FaultFinding | undefined, step: HealingStep): number | null | undefined {
  return finding?.waterfall.find((row) => row.step === step)?.atMs;
}

describe('which pod replaces a lost one', () => {
  test('is the next that is created after it was seen gone', () => {
    const [finding] = faultsOf(killed, traffic(10));
    expect(finding).toMatchObject({
      lostPods: ['a'],
      replacementPods: ['c'],
      reactionMs: 4,
      repairMs: 126,
      outageMs: 0,
      recoveryMs: 0,
      lost: 0,
    });
    expect(stepAt(finding, 'out of rotation')).toBe(5020);
    expect(stepAt(finding, 'in rotation')).toBe(5230);
    expect(stepAt(finding, 'first request served')).toBe(null);
  });

  test('is not one that the autoscaler had asked for before', () => {
    const [finding] = faultsOf(
      deployment(4990, 3),
      fault(5000, 'kill', 'Pod', 'a'),
      newPod(5001, 'asked-for'),
      gone(5004, 'a'),
      newPod(5005, 'replacement'),
    );
    expect(finding?.replacementPods).toEqual(['replacement']);
  });

  test('is not one that the autoscaler asked for, even if its wish is seen after the pod', () => {
    const [finding] = faultsOf(
      fault(5000, 'kill', 'Pod', 'a'),
      newPod(5001, 'asked-for'),
      deployment(5003, 3),
      gone(5004, 'a'),
      newPod(5005, 'replacement'),
    );
    expect(finding?.replacementPods).toEqual(['replacement']);
  });

  test('is not a pod of another owner', () => {
    const [finding] = faultsOf(
      fault(5000, 'kill', 'Pod', 'a'),
      gone(5004, 'a'),
      newPod(5005, 'stranger', { owner: 'another' }),
      newPod(5006, 'replacement'),
    );
    expect(finding?.replacementPods).toEqual(['replacement']);
  });

  test('is none when fewer pods were asked for meanwhile: then nothing is left to repair', () => {
    const [finding] = faultsOf(
      fault(5000, 'kill', 'Pod', 'a', 'b'),
      gone(5004, 'a'),
      gone(5005, 'b'),
      deployment(5006, 1),
      newPod(5010, 'c'),
    );
    expect(finding).toMatchObject({ lostPods: ['a', 'b'], replacementPods: ['c'], repairMs: 106 });
  });

  test('is missing as long as none was created: the repair is not over', () => {
    const [finding] = faultsOf(
      fault(5000, 'kill', 'Pod', 'a', 'b'),
      gone(5004, 'a'),
      gone(5004, 'b'),
      newPod(5010, 'c'),
    );
    expect(finding).toMatchObject({ replacementPods: ['c'], repairMs: null });
    expect(stepAt(finding, 'replacement created')).toBe(null);
  });
});

describe('a pod that returns by itself', () => {
  test('after its container was restarted is repaired when it is Ready again', () => {
    const [finding] = faultsOf(
      fault(5000, 'kill', 'Pod', 'a'),
      pod(5100, 'a', { ready: false, started: false }),
      endpoints(5110, 'b'),
      pod(5300, 'a', { ready: false, restarts: 1 }),
      pod(5500, 'a', { restarts: 1 }),
      endpoints(5520, 'a', 'b'),
      traffic(10),
    );
    expect(finding).toMatchObject({ replacementPods: [], reactionMs: 100, repairMs: 400 });
    expect(finding?.waterfall.map(({ atMs }) => atMs)).toEqual([
      5000,
      5100,
      5110,
      null,
      null,
      5300,
      5500,
      5520,
      null,
    ]);
  });

  test('because its node came back in time is repaired too', () => {
    const [finding] = faultsOf(
      node(1, 'worker-1', 'True'),
      fault(5000, 'hang', 'Node', 'worker-1'),
      node(9000, 'worker-1', 'Unknown'),
      ['a', 'b'].map((name) => pod(9001, name, { ready: false })),
      endpoints(9010),
      node(12_000, 'worker-1', 'True'),
      pod(12_100, 'a'),
      pod(12_200, 'b'),
      endpoints(12_210, 'a', 'b'),
      traffic(20),
    );
    expect(finding).toMatchObject({
      lostPods: ['a', 'b'],
      replacementPods: [],
      reactionMs: 4000,
      repairMs: 3200,
    });
    expect(stepAt(finding, 'in rotation')).toBe(12_210);
  });

  test('before anybody noticed had no reaction, but an outage', () => {
    const [finding] = faultsOf(
      fault(5000, 'hang', 'Node', 'worker-1'),
      traffic(10, {
        failures: [5000, 5400, 5900].map((t) =>
          failure(t, { outcome: 'timeout', endedT: t + 300, pod: 'a' }),
        ),
      }),
    );
    expect(finding).toMatchObject({
      reactionMs: null,
      repairMs: null,
      recoveryMs: null,
      outageMs: 900,
      lost: 3,
    });
  });
});

describe('the outage', () => {
  test('lasts until the last bad request, to the millisecond', () => {
    const [finding] = faultsOf(
      killed,
      traffic(10, { failures: [5001.5, 5003, 5017.25].map((t) => failure(t)) }),
    );
    expect(finding).toMatchObject({
      outageMs: 17.25,
      recoveryMs: 13.25,
      lost: 3,
      lostByOutcome: { reset: 3 },
    });
  });

  test('counts a request that was under way when it ended', () => {
    const [finding] = faultsOf(
      killed,
      traffic(10, { failures: [failure(4990, { endedT: 5002, pod: 'a' })] }),
    );
    expect(finding).toMatchObject({ outageMs: 2, lost: 1 });
  });

  test('is prolonged by slow answers, which are not lost', () => {
    const [finding] = faultsOf(killed, traffic(10, { slow: [5100, 5900, 6500] }));
    expect(finding).toMatchObject({ outageMs: 1500, lost: 0 });
  });

  test('goes on over a good window while the dead pod is still in rotation', () => {
    const late = [
      ...fault(5000, 'kill', 'Pod', 'a'),
      endpoints(9000, 'b'),
      pod(9001, 'a', { ready: false, terminating: true }),
      ...newPod(9010, 'c'),
      endpoints(9200, 'b', 'c'),
    ];
    const [finding] = faultsOf(late, traffic(15, { failures: [5100, 7500, 8900].map((t) => failure(t)) }));
    expect(finding).toMatchObject({ outageMs: 3900, reactionMs: 4000, recoveryMs: 0, lost: 3 });
  });

  test('is over after a good window once the dead pod is out, whatever happens later', () => {
    const [finding] = faultsOf(killed, traffic(20, { failures: [5010, 12_000].map((t) => failure(t)) }));
    expect(finding).toMatchObject({ outageMs: 10, lost: 1 });
  });

  test('is unknown when traffic ended before the service was seen good', () => {
    const [finding] = faultsOf(killed, traffic(6, { failures: [failure(5010), failure(5900)] }));
    expect(finding).toMatchObject({ outageMs: null, recoveryMs: null, lost: 2 });
    expect(finding?.problem).toContain('Traffic ended before');
  });

  test('is unknown when no traffic ran', () => {
    const [finding] = faultsOf(killed);
    expect(finding).toMatchObject({ outageMs: null, lost: 0 });
    expect(finding?.problem).toContain('No traffic ran');
  });
});

describe('a lost request is put down', () => {
  test('to the fault that took its pod, rather than to a later one', () => {
    const [first, second] = faultsOf(
      killed,
      fault(5100, 'again', 'Pod', 'b'),
      gone(5105, 'b'),
      endpoints(5106, 'c'),
      newPod(5110, 'd'),
      endpoints(5240, 'c', 'd'),
      traffic(10, { failures: [failure(5101, { pod: 'a' }), failure(5102, { pod: 'b' }), failure(5103)] }),
    );
    expect([first?.lost, second?.lost]).toEqual([1, 2]);
  });

  test('to no fault when the service was bad before and a living pod answered badly', () => {
    const overloaded = Array.from({ length: 40 }, (_, n) =>
      failure(4000 + n * 50, { outcome: 'http_error', status: 503, pod: 'b' }),
    );
    const [finding] = faultsOf(killed, traffic(10, { failures: [...overloaded, failure(5007)] }));
    expect(finding).toMatchObject({ lost: 1, lostByOutcome: { reset: 1 }, outageMs: 7 });
  });

  test('with the others of its second when there were more than the journal lists', () => {
    const failures = Array.from({ length: 50 }, (_, n) => failure(5001 + n));
    const [finding] = faultsOf(killed, traffic(10, { failures, resets: 1337 }));
    expect(finding).toMatchObject({ lost: 1337, lostByOutcome: { reset: 1337 }, outageMs: 50 });
  });
});

describe('a component that is stopped', () => {
  test('has no steps of healing; what fails until it runs again, and nothing else explains, is put down to it', () => {
    const failures = [5500, 6900, 9000].map((t) => failure(t));
    const [finding] = faultsOf(stopped(5000, 6000, 'kube-proxy'), traffic(12, { failures }));
    expect(finding).toMatchObject({
      effect: 'absence',
      target: 'kube-proxy',
      landedMs: 5002,
      undoneMs: 6000,
      waterfall: [],
      reactionMs: null,
      lostPods: [],
      lost: 2,
      outageMs: 500,
      misrouted: null,
    });
  });

  test('without its kubelet a node is lost, with its pods', () => {
    const inject = fault(5000, 'silent', 'Node', 'worker-1').map((event): JournalEvent =>
      event.type === 'fault.inject' ? { ...event, fault: 'stop-component', component: 'kubelet' } : event,
    );
    const [finding] = faultsOf(inject, node(6000, 'worker-1', 'Unknown'), traffic(10));
    expect(finding).toMatchObject({ effect: 'loss', target: 'kubelet of worker-1', lostPods: ['a', 'b'] });
    expect(stepAt(finding, 'detected')).toBe(6000);
    expect(finding?.explanation?.longest?.governor.meanwhile).toContain('the silence of the kubelet');
  });
});

test('a node that joins takes nothing, and is not blamed for what others do', () => {
  const inject = fault(5000, 'more', 'Node', 'spare-1').map((event): JournalEvent =>
    event.type === 'fault.inject' ? { ...event, fault: 'add-node', targetKind: 'NewNode' } : event,
  );
  const joins = [node(5100, 'spare-1', 'False'), node(5200, 'spare-1', 'True')];
  const [finding] = faultsOf(inject, joins, traffic(10, { failures: [failure(5001)] }));
  expect(finding).toMatchObject({
    effect: 'arrival',
    target: 'spare-1',
    problem: null,
    lost: 0,
    outageMs: 0,
  });
  expect(finding).toMatchObject({ waterfall: [], reactionMs: null, lostPods: [] });
});

describe('the instant of a fault', () => {
  const ended = (of: Record<string, number>): JournalEvent[] =>
    killed.map((event) => (event.type === 'fault.landed' ? { ...event, t: 5040, ended: of } : event));

  test('is when the first of its pods was seen to end, whatever Kubernetes knew before', () => {
    const [finding] = faultsOf(ended({ a: 5022, z: 5025 }), traffic(10));
    expect(finding).toMatchObject({ injectedMs: 5022, reactionMs: 0, repairMs: 108 });
    expect(stepAt(finding, 'fault')).toBe(5022);
    expect(stepAt(finding, 'detected')).toBe(5022);
    expect(stepAt(finding, 'out of rotation')).toBe(5022);
    expect(stepAt(finding, 'replacement created')).toBe(5030);
  });

  test('is never before it was injected', () => {
    const [finding] = faultsOf(ended({ a: 4990 }), traffic(10));
    expect(finding).toMatchObject({ injectedMs: 5000, reactionMs: 4 });
  });

  test('is just before the injection where no end was seen', () => {
    const [finding] = faultsOf(ended({}), traffic(10));
    expect(finding).toMatchObject({ injectedMs: 5000, reactionMs: 4 });
  });

  test('counts the outage from there, and what failed before it to the fault all the same', () => {
    const [finding] = faultsOf(
      ended({ a: 5022 }),
      traffic(10, { failures: [failure(5010, { endedT: 5012 }), failure(5200)] }),
    );
    expect(finding).toMatchObject({ outageMs: 178, lost: 2 });
  });
});
