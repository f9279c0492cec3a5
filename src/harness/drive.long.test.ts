import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { smallCluster } from '../faults/small-cluster.ts';
import type { FaultSpec } from '../faults/index.ts';
import { openJournal, type JournalEvent } from '../journal/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { monotonicMs, until } from '../support/index.ts';
import type { Workload } from '../workload/index.ts';
import { startChecklist } from './checklist.ts';
import type { RunContext } from './context.ts';
import type { Deployed } from './deploy.ts';
import { drive } from './drive.ts';
import type { Provisioned } from './provision.ts';

const one = { labels: null, node: null, amount: { count: 1 } };
const killNode: FaultSpec = {
  id: 'dark',
  type: 'kill-node',
  atMs: 300,
  forMs: null,
  select: { ...one, node: 'worker-2' },
};

/** Traffic of two phases against pod `a`, with the faults on its cluster. */
async function driving(faults: FaultSpec[]) {
  const lab = await smallCluster();
  const temp = await mkdtempDisposable(path.join(tmpdir(), 'openbell-drive-'));
  const origin = { originMs: monotonicMs(), originWall: Date.now() };
  const journal = openJournal(path.join(temp.path, 'journal.ndjson'), origin);
  const events: JournalEvent[] = [];
  journal.onEvent((event) => events.push(event));
  const interrupt = new AbortController();
  const scenario = {
    faults,
    goodResponseMs: 500,
    traffic: {
      phases: [
        { name: 'calm', durationMs: 500, rate: { kind: 'constant', rate: 20 } },
        { name: 'surge', durationMs: 700, rate: { kind: 'constant', rate: 50 } },
      ],
      requests: [{ name: 'root', weight: 1, method: 'GET', path: '/', headers: {}, body: null }],
      connections: 4,
      timeoutMs: 500,
      connectionPolicy: { kind: 'every', requests: 50 },
    },
  } as unknown as Scenario;
  const context: RunContext = {
    runId: 'r',
    namespace: 'lab',
    folder: temp.path,
    scenario,
    seed: 1,
    keep: false,
    shared: false,
    namespaceGiven: false,
    ledger: false,
    kept: null,
    journal,
    steps: startChecklist(journal, {}),
    observer: {},
    signal: interrupt.signal,
    lost: new AbortController(),
    hardSignal: new AbortController().signal,
  };
  const [address] = Object.values(
    JSON.parse(lab.pods.get('a')?.object.metadata.annotations['openbell.dev/port-map'] ?? '{}') as object,
  ) as number[];
  const driven = drive(
    context,
    { client: lab.client, cluster: lab.cluster } as unknown as Provisioned,
    { target: new URL(`http://127.0.0.1:${address}`) } as Deployed,
    { podSelector: 'app=x' } as Workload,
  );
  return {
    driven,
    events,
    interrupt,
    types: () => events.map(({ type }) => type),
    [Symbol.asyncDispose]: async () => {
      await (await driven).faults.rollBack(null);
      journal.close();
      await temp.remove();
      await lab[Symbol.asyncDispose]();
    },
  };
}

test('phases are journaled at their instants, faults land among them, and every request is accounted for', async () => {
  await using run = await driving([killNode]);
  const { failures } = await run.driven;
  expect(failures).toEqual([]);
  const [start] = run.events.filter((event) => event.type === 'traffic.start');
  expect(start).toMatchObject({ connections: 4, connectionPolicy: 'a new connection every 50 requests' });
  const phases = run.events.filter((event) => event.type === 'phase.start');
  expect(phases.map(({ name, t }) => `${name} ${Math.round(t - (start?.t ?? 0))}`)).toEqual([
    'calm 0',
    'surge 500',
  ]);
  const inject = run.events.find((event) => event.type === 'fault.inject');
  expect(inject?.t).toBeGreaterThanOrEqual((start?.t ?? 0) + 300);
  expect(run.types()).toContain('fault.landed');
  const end = run.events.at(-1);
  expect(end).toMatchObject({ type: 'traffic.end', scheduled: 45, conserved: true, outcomes: { ok: 45 } });
});

test('a fault that fails ends the traffic early', async () => {
  await using run = await driving([{ ...killNode, select: { ...one, node: 'worker-9' } }]);
  const { failures } = await run.driven;
  expect(failures).toEqual([
    'fault dark (kill-node): found no target: no Ready worker matches node worker-9 (wanted 1)',
  ]);
  const end = run.events.find((event) => event.type === 'traffic.end');
  expect(end).toMatchObject({ conserved: true });
  expect(end?.scheduled).toBeLessThan(45);
});

test('an interruption ends the traffic, injects nothing more and takes back what is in force', async () => {
  await using run = await driving([killNode, { ...killNode, id: 'late', atMs: 1_000 }]);
  await until(() => run.types().includes('fault.landed'), {
    what: 'the fault',
    deadlineMs: 3_000,
    everyMs: 5,
  });
  run.interrupt.abort();
  const { faults, failures } = await run.driven;
  await faults.rollBack(null);
  expect(failures).toEqual([]);
  expect(run.types()).toContain('fault.undone');
  expect(run.events.filter(({ type }) => type === 'fault.inject')).toHaveLength(1);
  expect(run.events.find((event) => event.type === 'traffic.end')).toMatchObject({ conserved: true });
});
