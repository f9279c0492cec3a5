import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { JournalEvent } from '../../journal/index.ts';
import { clockTime, liveBlock } from './live-block.ts';
import { initialState, reduceRunState, type RunState } from './run-state.ts';

const pod = (name: string, ready: boolean): JournalEvent => ({
  t: 5000,
  type: 'k8s.pod',
  change: 'modified',
  name,
  uid: name,
  node: 'worker-1',
  phase: 'Running',
  ready,
  started: true,
  restarts: 0,
  reason: null,
  ip: null,
  owner: null,
  terminating: false,
  createdT: 0,
});

const node = (name: string, ready: 'True' | 'Unknown', t = 4000): JournalEvent => ({
  t,
  type: 'k8s.node',
  change: 'modified',
  name,
  role: 'worker',
  ready,
  unschedulable: false,
  taints: [],
  allocatableCpuMilli: 1000,
});

const deployment = (specReplicas: number, t: number): JournalEvent => ({
  t,
  type: 'k8s.deployment',
  name: 'api',
  specReplicas,
  replicas: specReplicas,
  readyReplicas: 0,
  updatedReplicas: specReplicas,
});

function after(...events: JournalEvent[]): RunState {
  return events.reduce((state, event) => reduceRunState(state, event).state, initialState);
}

describe('the live block', () => {
  const state = after(
    { t: 100, type: 'run.step', name: 'traffic', state: 'start' },
    pod('api-1', true),
    pod('api-2', false),
    node('worker-1', 'True'),
    node('worker-1', 'Unknown', 9000),
    deployment(2, 1000),
    deployment(6, 12_000),
    {
      t: 2000,
      type: 'traffic.start',
      target: 'http://127.0.0.1:1',
      connections: 10,
      timeoutMs: 1,
      connectionPolicy: 'kept',
    },
  );
  const watched: RunState = {
    ...state,
    scenario: 'market-open',
    phases: [
      { name: 'calm', startMs: 0, durationMs: 10_000 },
      { name: 'surge', startMs: 10_000, durationMs: 10_000 },
    ],
    tick: {
      askedRate: 240,
      answeredRate: 239.6,
      inFlight: 3,
      outcomes: { ok: 1000, http_error: 0, timeout: 2, refused: 0, reset: 1, dropped: 0 },
      p99Ms: 12.4,
      connections: 40,
    },
  };
  const lines = liveBlock(watched, { now: 17_000, width: 100, color: false });

  test('names the phase and how far the run is', () => {
    expect(lines[0]).toMatch(/^market-open {2}surge {2}━+─+ {2}0:15 of 0:20$/);
  });
  test('shows rates, latency and errors', () => {
    expect(lines[1]).toBe(
      '  asked 240/s  answered 240/s  p99 12 ms  connections 40  errors: 2 timeout, 1 reset',
    );
  });
  test('shows users in the place of a rate in the closed model', () => {
    const { tick } = watched;
    const closed = tick === null ? watched : { ...watched, tick: { ...tick, askedRate: 0, users: 30 } };
    const [, figures] = liveBlock(closed, { now: 17_000, width: 100, color: false });
    expect(figures).toMatch(/^ {2}users 30 {2}answered 240\/s/);
  });
  test('counts pods and workers', () => {
    expect(lines[2]).toBe('  pods 1 ready / 6 desired   nodes 0/1');
  });
  test('tells the last cluster events', () => {
    expect(lines.slice(3).map((line) => line.trim())).toEqual([
      '0:09  node     worker-1 is NotReady',
      '0:12  scaling  api 2 → 6 replicas',
    ]);
  });
  test('never exceeds the terminal’s width, colours or not', () => {
    for (const color of [true, false]) {
      for (const line of liveBlock(watched, { now: 17_000, width: 40, color })) {
        expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(40);
      }
    }
  });
});

test('clock times are minutes and seconds', () => {
  expect([0, 999, 61_000, 600_000, -5].map(clockTime)).toEqual(['0:00', '0:00', '1:01', '10:00', '0:00']);
});
