import { mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { effectiveTimings, type Cluster, type ClusterProvider } from '../cluster/index.ts';
import type { JournalEvent } from '../journal/index.ts';
import { readJournal } from '../journal/index.ts';
import type { Scenario } from '../scenario/index.ts';
import { OpenbellError, exitCodes } from '../support/index.ts';
import { renderFromJournal } from './report.ts';
import { runScenario, type RunOptions } from './run.ts';

const scenario: Scenario = {
  name: 'quick',
  title: 'Quick',
  description: '',
  origin: 'test',
  source: 'kind: Scenario',
  seed: 7,
  cluster: {
    workers: [{ name: 'worker-1', cpuMilli: 1000, memoryBytes: 2 ** 30, maxPods: 10, labels: {} }],
    timings: effectiveTimings(10),
  },
  workload: {
    kind: 'sample-api',
    replicas: 1,
    cpuRequestMilli: 100,
    cpuLimitMilli: null,
    quoteWorkMs: 1,
    ordersWaitMs: 1,
    startupDelayMs: 0,
    startupPeriodSeconds: 2,
    readinessPeriodSeconds: 1,
    terminationGraceSeconds: 1,
    drainMs: 0,
    autoscaler: null,
  },
  traffic: {
    phases: [{ name: 'calm', durationMs: 2_000, rate: { kind: 'constant', rate: 10 } }],
    requests: [{ name: 'quote', weight: 1, method: 'GET', path: '/quote/A', headers: {}, body: null }],
    connections: 4,
    timeoutMs: 1_000,
    connectionPolicy: { kind: 'keep' },
  },
  faults: [],
  expect: [],
  goodResponseMs: 500,
  warnings: ['quick.yaml:3:1: this is short'],
};

/** A provider whose boot is played by a test. */
function provider(create: ClusterProvider['create']): ClusterProvider {
  return { name: 'embedded', create, attach: () => Promise.reject(new Error('not here')) };
}

async function runWith(create: ClusterProvider['create'], over: Partial<RunOptions> = {}) {
  const temp = await mkdtempDisposable(path.join(tmpdir(), 'openbell-run-'));
  const seen: JournalEvent[] = [];
  const result = await runScenario({
    scenario,
    provider: provider(create),
    outDir: temp.path,
    keep: false,
    signal: new AbortController().signal,
    hardSignal: new AbortController().signal,
    observer: { onEvent: (event) => seen.push(event) },
    ...over,
  });
  const { events } = await readJournal(path.join(result.outDir, 'journal.ndjson'));
  return { result, events, seen, [Symbol.asyncDispose]: () => temp.remove() };
}

const noCluster = (): Promise<Cluster> =>
  Promise.reject(
    new OpenbellError('expected 2 free ports, got none', {
      code: 'NO_PORTS',
      exitCode: exitCodes.clusterNotProvided,
    }),
  );

test('a run without a cluster ends with a journal, a report and the exit code for it', async () => {
  await using run = await runWith(noCluster);
  expect(run.result).toMatchObject({ exitCode: 106, failure: { code: 'NO_PORTS' } });
  expect((await readdir(run.result.outDir)).toSorted()).toEqual([
    'journal.ndjson',
    'junit.xml',
    'latency.hlog',
    'report.html',
    'report.md',
    'result.json',
    'seconds.csv',
  ]);
  expect(path.basename(run.result.outDir)).toMatch(/^quick-\d{8}T\d{6}Z$/);
  // Notes and samples of the machine come when they come.
  const others = run.events.filter(({ type }) => type !== 'note' && type !== 'host');
  expect(
    others.map((event) => (event.type === 'run.step' ? `${event.name} ${event.state}` : event.type)),
  ).toEqual([
    'run.start',
    'run.plan',
    'provision start',
    'provision failed',
    'clean-up start',
    'clean-up end',
    'run.end',
  ]);
  expect(run.events.at(-1)).toMatchObject({ reason: 'failed', message: 'expected 2 free ports, got none' });
  expect(run.seen).toEqual(run.events);
});

test('the journal starts at the origin it was given, with the plan before anything boots', async () => {
  await using run = await runWith(noCluster, { seed: 42, startedAtMs: 0 });
  expect(run.events[0]).toMatchObject({ type: 'run.start', t: 0, seed: 42, scenario: { name: 'quick' } });
  expect(run.events[1]).toMatchObject({
    type: 'run.plan',
    phases: [{ name: 'calm', startMs: 0, durationMs: 2_000 }],
    offeredPerSecond: [10, 10],
    workload: {
      namespace: expect.stringMatching(/^openbell-[0-9a-f]{8}$/),
      deployment: 'sample-api',
      hpa: null,
    },
  });
  expect(run.events[1]?.t).toBeGreaterThan(1_000);
});

test("the seed is the run's, else the scenario's, else drawn anew", async () => {
  const seedOf = async (over: Partial<RunOptions>): Promise<number> => {
    await using run = await runWith(noCluster, over);
    const [start] = run.events;
    return start?.type === 'run.start' ? start.seed : Number.NaN;
  };
  expect(await seedOf({ seed: 1 })).toBe(1);
  expect(await seedOf({})).toBe(7);
  const open = { scenario: { ...scenario, seed: null } };
  expect(await seedOf(open)).not.toBe(await seedOf(open));
});

test('an interruption during the boot still gives a report, and its exit code', async () => {
  const interrupt = new AbortController();
  const create: ClusterProvider['create'] = (_spec, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      interrupt.abort(new Error('SIGINT'));
    });
  await using run = await runWith(create, { signal: interrupt.signal });
  expect(run.result).toMatchObject({ exitCode: 105, failure: null });
  expect(run.events.at(-1)).toMatchObject({ type: 'run.end', reason: 'interrupted', message: 'SIGINT' });
});

test('a fault that the provider cannot inject is refused before anything is deployed, and the cluster is ended', async () => {
  let destroyed = 0;
  const cluster = {
    capabilities: { power: new Set(), components: new Set(), processImages: true, podNetworkReachable: true },
    facts: { kubernetesVersion: 'v1.34.4', notFollowed: [], facts: {} },
    lost: new AbortController().signal,
    destroy: () => {
      destroyed += 1;
      return Promise.resolve();
    },
  } as unknown as Cluster;
  const select = { labels: null, node: null, amount: { count: 1 } };
  const faults = [{ id: 'dark', type: 'kill-node' as const, atMs: 0, forMs: null, select }];
  await using run = await runWith(() => Promise.resolve(cluster), { scenario: { ...scenario, faults } });
  expect(run.result).toMatchObject({ exitCode: 107, failure: { code: 'FAULT_UNSUPPORTED' } });
  expect(run.events).toContainEqual(expect.objectContaining({ type: 'fault.failed', id: 'dark' }));
  expect(destroyed).toBe(1);
});

test('a report is rendered again from the journal alone, by its folder or its file', async () => {
  await using run = await runWith(noCluster);
  const { outDir } = run.result;
  const before = await readFile(path.join(outDir, 'result.json'), 'utf8');
  const { reportPath, resultPath } = await renderFromJournal(outDir);
  await renderFromJournal(path.join(outDir, 'journal.ndjson'));
  expect(reportPath).toBe(path.join(outDir, 'report.html'));
  expect(await readFile(resultPath, 'utf8')).toBe(before);
  expect(await readFile(path.join(outDir, 'report.md'), 'utf8')).toMatch(/^## /);
  expect(await readFile(path.join(outDir, 'junit.xml'), 'utf8')).toContain('<testsuite name="openbell.');
  const index = await readFile(path.join(outDir, '..', 'index.html'), 'utf8');
  expect(index).toContain(`${path.basename(outDir)}/report.html`);
});
