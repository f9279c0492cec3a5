import { describe, expect, test } from 'vitest';
import { syntheticJournal } from '../../../test/support/synthetic-journal.ts';
import {
  deployment,
  endpoints,
  failure,
  fault,
  gone,
  newPod,
  pod,
  tinyRun,
  traffic,
} from '../../../test/support/tiny-journal.ts';
import type { JournalEvent } from '../../journal/index.ts';
import { analyse, type Findings, type Recommendation } from '../index.ts';

const story = analyse(syntheticJournal({ expectations: ['availability >= 99.99%', 'requests.failed == 0'] }));

function findingsOf(...events: (JournalEvent | JournalEvent[])[]): Findings {
  const before = [deployment(1, 2), ...newPod(2, 'a'), ...newPod(3, 'b'), endpoints(120, 'a', 'b')];
  return analyse(tinyRun(before, ...events));
}

function about(findings: Findings, change: RegExp): Recommendation | undefined {
  return findings.recommendations.find((one) => change.test(one.change));
}

describe('the findings that matter', () => {
  test('are at most three, by what they cost', () => {
    expect(story.headlines.map(({ kind, fault }) => fault ?? kind)).toEqual([
      'kill-node-1',
      'scaling',
      'kill-pod-1',
    ]);
    const [nodeLoss, scaling] = story.headlines;
    expect(nodeLoss?.cost).toBeGreaterThan(scaling?.cost ?? Infinity);
    expect(nodeLoss?.text).toMatch(
      /^kill-node-1 \(kill-node of worker-2\) cost \d+ requests and \S+ s of bad service because the control plane did not yet know that the node was lost \(node-monitor-grace-period\)\.$/,
    );
    expect(nodeLoss).toMatchObject({ definition: 'outage', fromMs: story.faults[1]?.injectedMs });
  });

  test('begin with faults that did not land', () => {
    const missed = syntheticJournal().filter(({ type }) => type !== 'fault.landed');
    expect(analyse(missed).headlines[0]).toMatchObject({
      kind: 'fault',
      fault: 'kill-pod-1',
      text: 'kill-pod-1 (kill-pod) was not seen to land, so nothing follows from it: The run ended before the fault was seen to land.',
    });
  });

  test('tell what was survived where nothing was lost', () => {
    const { headlines, recommendations } = findingsOf(
      fault(5000, 'kill', 'Pod', 'a'),
      gone(5004, 'a'),
      endpoints(5020, 'b'),
      newPod(5030, 'c'),
      endpoints(5230, 'b', 'c'),
      traffic(10),
    );
    expect(headlines).toMatchObject([
      {
        kind: 'good',
        text: 'kill cost no request, and nobody noticed it; healing took 230 ms.',
        fromMs: 5000,
        toMs: 5230,
      },
    ]);
    expect(recommendations).toEqual([]);
  });
});

describe('what to change', () => {
  test('after a lost node: a shorter grace period, by the difference of the periods', () => {
    const one = about(story, /node-monitor-grace-period/);
    const { outageMs = 0, lost = 0 } = story.faults[1] ?? {};
    expect(one).toMatchObject({
      change: 'node-monitor-grace-period: 25 s instead of 50 s',
      answers: 'kill-node-1',
      gain: { ms: 2500, requests: Math.round((lost * 2500) / (outageMs ?? 1)) },
    });
    expect(one?.text).toContain(
      "(2.5 s instead of 5 s at this run's pace): −2.5 s of bad service after kill-node-1",
    );
  });

  test('after requests went astray: repeating them, by the share of endpoints that lived', () => {
    const findings = findingsOf(
      fault(5000, 'kill', 'Pod', 'a'),
      gone(5004, 'a'),
      endpoints(5900, 'b'),
      newPod(5030, 'c'),
      endpoints(6230, 'b', 'c'),
      traffic(10, { failures: Array.from({ length: 8 }, (_, n) => failure(5100 + n * 10)) }),
    );
    expect(about(findings, /repeat once/)).toMatchObject({
      answers: 'kill',
      gain: { requests: 4, ms: null },
    });
    expect(about(findings, /repeat once/)?.text).toContain(
      '1 of the 2 listed endpoints were dead, so 50 % of repeats would have failed again',
    );
  });

  test('of pods that fail requests after SIGTERM: that they go on serving', () => {
    const failures = [failure(5700, { pod: 'a', reused: true }), failure(5900, { pod: 'a', reused: true })];
    const findings = findingsOf(
      pod(5500, 'a', { terminating: true }),
      endpoints(5600, 'b'),
      traffic(10, { failures }),
    );
    expect(findings.recommendations).toMatchObject([{ gain: { requests: 2 }, fromMs: 5500, toMs: 5900 }]);
    expect(findings.recommendations[0]?.text).toMatch(/^Pods that go on serving for 400 ms after SIGTERM/);
  });

  test('comes with the largest gain first, and each says what it is computed from', () => {
    const gains = story.recommendations.map(({ gain }) => gain.requests ?? 0);
    expect(gains).toEqual(gains.toSorted((a, b) => b - a));
    expect(story.recommendations.every(({ basis }) => basis.length > 10)).toBe(true);
  });
});
