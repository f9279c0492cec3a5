import { describe, expect, test } from 'vitest';
import { syntheticJournal, syntheticTrafficStart } from '../../test/support/synthetic-journal.ts';
import type { JournalEvent } from '../journal/index.ts';
import { analyse, healingSteps, type Findings } from './index.ts';

const events = syntheticJournal();
const findings = analyse(events);

/** The journal of the plain story with some events exchanged. */
function changed(change: (event: JournalEvent) => JournalEvent | null): Findings {
  return analyse(events.map(change).filter((event) => event !== null));
}

describe('of a market-open run the findings tell', () => {
  test('that every request is accounted for, in total and by pod', () => {
    const { scheduled, ok, http_error, timeout, refused, reset, dropped, conserved } = findings.requests;
    expect(ok + http_error + timeout + refused + reset + dropped).toBe(scheduled);
    expect(scheduled).toBe(findings.seconds.reduce((sum, second) => sum + second.offered, 0));
    expect(conserved).toBe(true);
    expect(findings.availability).toBeCloseTo(ok / scheduled, 12);
    const client = findings.accounting.reduce((sum, pod) => sum + pod.client, 0);
    expect(client).toBe(ok + http_error);
    expect(findings.pods.reduce((sum, pod) => sum + pod.served, 0)).toBe(client);
  });

  test('when the first answer came and how traffic lay', () => {
    expect(findings.firstAnswerMs).toBe(2140);
    expect(findings.trafficStartMs).toBe(syntheticTrafficStart);
    expect(findings.trafficEndMs).toBeGreaterThanOrEqual(syntheticTrafficStart + 90_000);
    expect(findings.seconds).toHaveLength(90);
  });

  test('how replicas and nodes went', () => {
    const ready = findings.replicas.map((point) => point.ready);
    expect(Math.max(...ready)).toBe(8);
    expect(findings.replicas.at(-1)).toMatchObject({ desired: 3, ready: 3, inRotation: 3 });
    expect(findings.nodeCounts.map(({ ready, total }) => `${ready}/${total}`)).toEqual(['3/3', '2/3', '3/3']);
    expect(findings.nodes.map(({ name }) => name)).toEqual([
      'control-plane',
      'worker-1',
      'worker-2',
      'worker-3',
    ]);
  });

  test("the autoscaler's decisions with their reasons", () => {
    expect(findings.scaling).toEqual([
      {
        atMs: 20_300,
        from: 2,
        to: 5,
        reason: expect.stringMatching(
          /^cpu resource utilization .* above target; cpu at 206 %, target 60 %$/,
        ) as string,
      },
      { atMs: 21_800, from: 5, to: 8, reason: expect.stringContaining('above target') as string },
      { atMs: 84_800, from: 8, to: 3, reason: expect.stringContaining('All metrics below target') as string },
    ]);
  });

  test("every pod's life in states without gaps", () => {
    expect(findings.pods.length).toBeGreaterThanOrEqual(12);
    for (const { states, createdMs, deletedMs } of findings.pods) {
      expect(states[0]?.fromMs).toBe(createdMs);
      states.forEach(({ fromMs, toMs }, index) => {
        expect(toMs).toBeGreaterThanOrEqual(fromMs);
        expect(states[index + 1]?.fromMs ?? toMs).toBe(toMs);
      });
      expect(states.at(-1)?.toMs).toBe(deletedMs ?? findings.durationMs);
    }
    const lost = findings.pods.filter((pod) => pod.states.some(({ state }) => state === 'lost'));
    expect(lost.map((pod) => pod.node)).toEqual(['worker-2', 'worker-2', 'worker-2']);
  });

  test('that it passed', () => {
    expect(findings).toMatchObject({ verdict: 'passed', exitCode: 0, distrust: [] });
    expect(findings.verdictSentence).toMatch(
      /^The run completed; it has no expectations: 98\.\d+ % of 20,390 requests ended ok through 2 faults\.$/,
    );
  });
});

describe('each fault', () => {
  const [podKill, nodeLoss] = findings.faults;

  test('has its waterfall in order, each step shown by something', () => {
    for (const fault of [podKill, nodeLoss]) {
      expect(fault?.waterfall.map(({ step }) => step)).toEqual(healingSteps);
      const instants = fault?.waterfall.map(({ atMs }) => atMs ?? NaN) ?? [];
      expect(instants).toEqual(instants.toSorted((a, b) => a - b));
      expect(fault?.waterfall.every(({ shownBy }) => shownBy !== null)).toBe(true);
    }
  });

  test('knows which pods it cost and which replaced them', () => {
    expect(podKill?.lostPods).toHaveLength(1);
    expect(podKill?.replacementPods).toHaveLength(1);
    expect(nodeLoss?.lostPods).toHaveLength(3);
    expect(nodeLoss?.replacementPods).toHaveLength(3);
    expect(nodeLoss?.lostPods).toContain(podKill?.replacementPods[0]);
  });

  test('has its durations: the node is noticed after its grace, the client suffers until then', () => {
    expect(podKill?.reactionMs).toBe(7);
    expect(podKill?.repairMs).toBeGreaterThan(500);
    expect(podKill?.outageMs).toBeLessThan(100);
    expect(nodeLoss?.reactionMs).toBe(5005);
    expect(nodeLoss?.outageMs).toBeGreaterThan(4500);
    expect(nodeLoss?.outageMs).toBeLessThan(5100);
    expect(nodeLoss?.recoveryMs).toBe(Math.max(0, (nodeLoss?.outageMs ?? 0) - 5005));
    expect(nodeLoss?.repairMs).toBeGreaterThan(3000);
  });

  test('is blamed for all that was lost, and for nothing else', () => {
    const { ok, scheduled, http_error } = findings.requests;
    expect((podKill?.lost ?? 0) + (nodeLoss?.lost ?? 0)).toBe(scheduled - ok - http_error);
    expect(nodeLoss?.lost).toBe(Object.values(nodeLoss?.lostByOutcome ?? {}).reduce((a, b) => a + b, 0));
  });
});

describe('a run that was not what it should be says so', () => {
  test('an expectation that failed', () => {
    const failing = analyse(
      syntheticJournal({
        expectations: ['availability >= 99.9%', 'pods.max == 8', 'faults.kill-node.outage < 1s'],
      }),
    );
    expect(failing).toMatchObject({ verdict: 'failed', exitCode: 99 });
    expect(failing.verdictSentence).toMatch(
      /^2 of 3 expectations did not hold: availability >= 99\.9% \(observed 98\.\d+ %\); faults\.kill-node\.outage < 1s \(observed \d\.?\d* s\)\.$/,
    );
    expect(failing.expectations.map(({ held }) => held)).toEqual([false, true, false]);
  });

  test('a generator that could not keep up', () => {
    const late = analyse(syntheticJournal({ saturatedSeconds: [4, 5, 6, 7, 8, 9, 10, 11, 12, 13] }));
    expect(late).toMatchObject({ verdict: 'untrusted', exitCode: 108, generator: { saturatedSeconds: 10 } });
    expect(late.verdictSentence).toContain('could not keep up in 10 of 90 seconds');
    const hardly = analyse(syntheticJournal({ saturatedSeconds: [20] }));
    expect(hardly).toMatchObject({ verdict: 'passed', exitCode: 0 });
    expect(hardly.notes).toEqual([
      'The generator was late in 1 of 90 seconds of traffic; it is marked in the charts.',
    ]);
  });

  test('outcomes that do not sum to the schedule', () => {
    const leaky = changed((event) =>
      event.type === 'traffic.end'
        ? { ...event, outcomes: { ...event.outcomes, ok: event.outcomes.ok - 5 } }
        : event,
    );
    expect(leaky).toMatchObject({ verdict: 'untrusted', exitCode: 108, requests: { conserved: false } });
    expect(leaky.distrust[0]).toBe('20390 requests were scheduled, but 20385 have an outcome.');
  });

  test('a second of traffic that is missing', () => {
    const gone = changed((event) => (event.type === 'traffic.second' && event.second === 30 ? null : event));
    expect(gone.distrust).toContain('1 second of traffic is missing from the journal.');
    expect(gone.exitCode).toBe(108);
  });

  test('a pod that counted fewer requests than the client saw answered', () => {
    const short = changed((event) =>
      event.type === 'pods.counted'
        ? { ...event, pods: Object.fromEntries(Object.keys(event.pods).map((pod) => [pod, 10])) }
        : event,
    );
    expect(short.distrust[0]).toMatch(
      /^The client saw [\d,]+ answers of sample-api-\S+, which counted only 10\.$/,
    );
  });

  test('a fault that did not land', () => {
    const missed = changed((event) =>
      event.type === 'fault.landed' && event.id === 'kill-node-1'
        ? {
            t: event.t,
            type: 'fault.failed',
            id: event.id,
            fault: 'kill-node',
            reason: 'the node still answers',
          }
        : event,
    );
    expect(missed).toMatchObject({ verdict: 'failed', exitCode: 107 });
    const ended = analyse([
      ...events.filter(({ type }) => type !== 'fault.landed' && type !== 'run.end'),
      { t: 95_000, type: 'run.end', reason: 'failed', message: 'nothing landed', exitCode: 107 },
    ]);
    expect(ended).toMatchObject({ verdict: 'failed', exitCode: 107 });
    expect(ended.verdictSentence).toMatch(/^2 faults did not land: kill-pod-1 \(/);
    expect(missed.verdictSentence).toBe('1 fault did not land: kill-node-1 (the node still answers).');
    expect(missed.faults[1]).toMatchObject({ outageMs: null, lost: 0, problem: 'the node still answers' });
  });

  test('a fault that was planned and never injected', () => {
    const missed = changed((event) =>
      event.type.startsWith('fault.') && 'id' in event && event.id === 'kill-pod-1' ? null : event,
    );
    expect(missed).toMatchObject({ exitCode: 107 });
    expect(missed.verdictSentence).toContain('kill-pod-1 (it was never injected)');
  });

  test('an interruption, and a journal that just stops', () => {
    const stopped = changed((event) =>
      event.type === 'run.end' ? { ...event, reason: 'interrupted' } : event,
    );
    expect(stopped).toMatchObject({ verdict: 'interrupted', exitCode: 105, journal: { complete: true } });
    const killed = analyse(events.slice(0, 200));
    expect(killed).toMatchObject({ verdict: 'interrupted', exitCode: 105, journal: { complete: false } });
    expect(killed.requests.scheduled).toBeGreaterThan(1000);
    expect(killed.latencyMs.response.p99).toBeGreaterThan(0);
  });

  test.each([
    ['provision', 106],
    ['deploy', 1],
  ] as const)('a run that failed in the step %s', (name, exitCode) => {
    const failed = analyse([
      ...events.slice(0, 4),
      { t: 900, type: 'run.step', name, state: 'failed', message: 'no room' },
      { t: 901, type: 'run.end', reason: 'failed', message: 'no room' },
    ]);
    expect(failed).toMatchObject({ verdict: 'error', exitCode, availability: null });
    expect(failed.verdictSentence).toBe(`The run failed in the step ${name}: no room.`);
  });

  test('a run whose failure calls for an exit code of its own', () => {
    const end: JournalEvent = { t: 901, type: 'run.end', reason: 'failed', message: 'broken', exitCode: 104 };
    expect(analyse([...events.slice(0, 4), end])).toMatchObject({
      verdict: 'error',
      exitCode: 104,
      verdictSentence: 'The run failed: broken.',
    });
  });

  test('a watch that was interrupted while a fault healed', () => {
    const gap: JournalEvent = { t: 60_000, type: 'gap', what: 'pods', fromT: 58_000, toT: 60_000 };
    expect(analyse([...events, gap]).distrust).toEqual([
      'Not observed for 2 s from 0:58.0 on, while kill-node-1 healed: pods.',
    ]);
    const elsewhere = analyse([...events, { ...gap, fromT: 10_000, toT: 10_500 }]);
    expect(elsewhere.notes).toEqual(['Not observed for 500 ms from 0:10.0 on: pods.']);
  });

  test('watches that a lost connection interrupted together, as one', () => {
    const gap = { t: 60_000, type: 'gap' } as const;
    const { notes } = analyse([
      ...events,
      { ...gap, what: 'pods', fromT: 11_000, toT: 12_500 },
      { ...gap, what: 'the API server', fromT: 10_000, toT: 12_000 },
      { ...gap, what: 'pods', fromT: 14_000, toT: 14_100 },
    ]);
    expect(notes).toEqual([
      'Not observed for 2.5 s from 0:10.0 on: the API server, pods.',
      'Not observed for 100 ms from 0:14.0 on: pods.',
    ]);
  });

  test('what the harness remarked: warnings as notes, the rest on the time line', () => {
    const remarked = analyse([
      ...events,
      { t: 95_000, type: 'note', level: 'warning', message: 'the disk is slow' },
      { t: 95_001, type: 'note', level: 'info', message: 'pods were asked' },
    ]);
    expect(remarked.notes).toEqual(['Warning: the disk is slow']);
    expect(remarked.timeline.slice(-2)).toMatchObject([
      { t: 95_000, severity: 'Warning', component: 'openbell', message: 'the disk is slow' },
      { t: 95_001, severity: 'Normal', component: 'openbell', message: 'pods were asked' },
    ]);
  });

  test('lines of the journal that could not be read', () => {
    expect(analyse(events, ['1 line is no JSON and was left out (line 6 first).'])).toMatchObject({
      verdict: 'untrusted',
      journal: { problems: ['1 line is no JSON and was left out (line 6 first).'] },
    });
  });
});

test('a run without traffic and without faults has findings', () => {
  const bare = changed((event) => (/^(traffic|fault|phase|pods)\./.test(event.type) ? null : event));
  expect(bare).toMatchObject({
    availability: null,
    seconds: [],
    faults: [],
    latencyMs: { service: { p99: null } },
  });
});

test('names that are also properties of every object are names like others', () => {
  const name = '__proto__';
  const odd = changed((event) =>
    event.type === 'traffic.second' && event.second === 0
      ? { ...event, pods: Object.fromEntries(Object.values(event.pods).map((pod) => [name, pod])) }
      : event,
  );
  expect(odd.accounting.map(({ pod }) => pod)).toContain(name);
  expect([...(odd.seconds[0]?.pods.names() ?? [])]).toEqual([name]);
});
