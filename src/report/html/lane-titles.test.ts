import { describe, expect, test } from 'vitest';
import { emptyFindings, findingsAtScale } from '../../../test/support/findings-at-scale.ts';
import { latencyTitle, loadTitle, nodesTitle, podsTitle } from './lane-titles.ts';

const findings = findingsAtScale({ seconds: 10, pods: 2, nodes: 3, faults: 0 });
/** With ordinary spaces, to compare with. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

test('a run without data is said to be one', () => {
  const empty = emptyFindings();
  expect([loadTitle(empty), podsTitle(empty), nodesTitle(empty)]).toEqual([
    'No traffic was recorded',
    'No pods were recorded',
    'No nodes were recorded',
  ]);
});

test('the load’s title says what was lost, and how', () => {
  const requests = { ...findings.requests, scheduled: 1000, ok: 990, reset: 8, refused: 2 };
  for (const outcome of ['http_error', 'timeout', 'dropped'] as const) requests[outcome] = 0;
  expect(plain(loadTitle({ ...findings, requests }))).toMatch(
    /^99 % of 1,000 requests ended ok, at up to [\d,]+ per second; 8 reset and 2 refused$/,
  );
});

test('the latency’s title counts the seconds above the limit', () => {
  const [first, ...rest] = findings.seconds.map((second) => ({ ...second, p99Ms: 20 }));
  if (first === undefined) throw new Error('seconds were asked for');
  const plan = { goodResponseMs: 100 } as NonNullable<typeof findings.plan>;
  expect(plain(latencyTitle({ ...findings, plan, seconds: [{ ...first, p99Ms: 400 }, ...rest] }))).toContain(
    '400 ms in its worst second, at 0:03.0; above the limit of 100 ms in 1 second',
  );
});

test('the pods’ title names where they began, their most and where they ended', () => {
  const replicas = [
    { t: 0, desired: 2, ready: 2, inRotation: 2 },
    { t: 4000, desired: 8, ready: 2, inRotation: 2 },
    { t: 5000, desired: 8, ready: 8, inRotation: 8 },
    { t: 9000, desired: 3, ready: 3, inRotation: 3 },
  ];
  const scaling = [
    { atMs: 4000, from: 2, to: 8, reason: '' },
    { atMs: 9000, from: 8, to: 3, reason: '' },
  ];
  expect(plain(podsTitle({ ...findings, replicas, scaling, durationMs: 10_000 }))).toBe(
    '2 → 8 → 3 pods in 2 decisions; for 1 s in all, fewer were in rotation than asked for',
  );
});

describe('the nodes’ title', () => {
  const states = [
    { state: 'unknown' as const, fromMs: 0, toMs: 900 },
    { state: 'ready' as const, fromMs: 900, toMs: 6000 },
  ];

  test('joining at the start is no loss', () => {
    const nodes = findings.nodes.map((node) => ({ ...node, states }));
    expect(plain(nodesTitle({ ...findings, nodes }))).toBe('All 3 nodes stayed ready');
  });

  test('a node lost', () => {
    const lost = [...states, { state: 'unknown' as const, fromMs: 6000, toMs: 9000 }];
    const nodes = findings.nodes.map((node, index) => ({ ...node, states: index === 1 ? lost : states }));
    expect(plain(nodesTitle({ ...findings, nodes }))).toBe(
      'worker-2 was down for 3 s; the other 2 of 3 nodes stayed ready',
    );
  });
});
