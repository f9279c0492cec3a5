import { mkdtempDisposableSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, test, vi } from 'vitest';
import { monotonicMs } from '../support/index.ts';
import { mergeHistograms } from './histograms.ts';
import {
  offeredPerSecond,
  startTraffic,
  type TrafficOptions,
  type TrafficPlan,
  type TrafficTick,
} from './index.ts';
import type { Second } from './second.ts';

// These wait for threads and sockets; on a busy machine for long.
vi.setConfig({ testTimeout: 60_000 });

const defaults = { seed: 1, originMs: 0, startAtMs: 0, goodResponseMs: null, onSecond: (): void => {} };
const request = { name: 'quote', weight: 1, method: 'GET', path: '/quote', headers: {}, body: null };
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

test.concurrent('every scheduled arrival is answered, counted and attributed to the pod that answered', async () => {
  const ids = new Set<string>();
  const target = await serve((id) => {
    ids.add(id);
    return { pod: `pod-${ids.size % 3}`, status: ids.size % 10 === 0 ? 503 : 200 };
  });
  const plan = planOf({ phases: [ramp(0, 300, 700), ramp(300, 300, 700)] });
  const { end, seconds } = await play({ plan, target });

  const total = offeredPerSecond(plan).reduce((a, b) => a + b, 0);
  expect(end).toMatchObject({ scheduled: total, conserved: true });
  // On a busy machine an arrival may come too late to be sent.
  const sent = total - end.outcomes.dropped;
  expect(ids.size).toBe(sent);
  expect(end.outcomes).toEqual({
    ok: sent - Math.floor(sent / 10),
    http_error: Math.floor(sent / 10),
    timeout: 0,
    refused: 0,
    reset: 0,
    dropped: total - sent,
  });
  expect(seconds.map(({ second }) => second)).toEqual([0, 1]);
  expect(seconds.map(({ scheduled }) => scheduled)).toEqual(offeredPerSecond(plan));
  const answers = seconds
    .flatMap(({ pods }) => Object.values(pods))
    .map(({ ok, httpError }) => ok + httpError);
  expect(answers.reduce((a, b) => a + b, 0)).toBe(sent);
  expect(seconds[0]?.pods['pod-1']).toMatchObject({ node: 'node-1' });
  expect(mergeHistograms(seconds.flatMap(({ response }) => Object.values(response))).totalCount).toBe(sent);
  expect(mergeHistograms([end.service]).totalCount).toBe(sent);
  expect(mergeHistograms([end.lateness ?? '']).totalCount).toBe(sent);
});

test.concurrent('the ledger file has a line for each arrival, under the id that the target saw', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'openbell-ledger-'));
  const ids = new Set<string>();
  const target = await serve((id) => ({ pod: 'pod', status: ids.add(id).size % 10 === 0 ? 503 : 200 }));
  const ledgerFile = join(folder.path, 'ledger');
  const { end } = await play({ plan: planOf({ phases: [ramp(300, 300, 400)] }), target, ledgerFile });
  const lines = readFileSync(ledgerFile, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(end.scheduled);
  const rows = lines.map((line) => line.split(',')).filter(([, , sent]) => sent !== '');
  expect(new Set(rows.map(([id]) => id))).toEqual(ids);
  expect(rows.filter(([, , , , outcome, status]) => outcome === 'ok' && status === '200')).toHaveLength(
    end.outcomes.ok,
  );
  for (const [, due, sent, ended] of rows) {
    expect(Number(sent)).toBeGreaterThanOrEqual(Number(due));
    expect(Number(ended)).toBeGreaterThan(Number(sent));
  }
});

test.concurrent('several threads share a schedule exactly and report its seconds as one', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'openbell-ledger-'));
  const ids: string[] = [];
  const target = await serve((id) => {
    ids.push(id);
    return { pod: 'pod', status: 200 };
  });
  const ledgerFile = join(folder.path, 'ledger');
  const plan = planOf({ phases: [ramp(200, 400, 1200)], connections: 400 });
  const workers = { count: 3, reason: 'asked for' };
  const ticks: TrafficTick[] = [];
  const onTick = (tick: TrafficTick): void => void ticks.push(tick);
  const { end, seconds } = await play({ plan, target, ledgerFile, workers, onTick });
  const total = offeredPerSecond(plan).reduce((a, b) => a + b, 0);
  expect(end).toMatchObject({ scheduled: total, conserved: true });
  const sent = total - end.outcomes.dropped;
  expect(new Set(ids).size).toBe(sent);
  expect(ids).toHaveLength(sent);
  expect(seconds.map(({ scheduled }) => scheduled)).toEqual(offeredPerSecond(plan));
  expect(seconds.map(({ second }) => second)).toEqual([0, 1]);
  expect(Math.max(...seconds.map(({ connections }) => connections.open))).toBeLessThanOrEqual(400);
  expect(mergeHistograms([end.response]).totalCount).toBe(sent);
  const rows = readFileSync(ledgerFile, 'utf8').trimEnd().split('\n');
  expect(new Set(rows.map((row) => row.split(',')[0])).size).toBe(total);
  for (const id of ids) expect(rows.some((row) => row.startsWith(`${id},`))).toBe(true);
  expect(Math.max(...ticks.map(({ askedRate }) => askedRate))).toBeGreaterThan(200);
});

test.concurrent('the live view is told what goes on', async () => {
  const target = await serve(() => ({ pod: 'pod', status: 200 }));
  const ticks: TrafficTick[] = [];
  await play({ plan: planOf({ phases: [ramp(200, 200, 600)] }), target, onTick: (tick) => ticks.push(tick) });
  expect(ticks.length).toBeGreaterThanOrEqual(2);
  expect(ticks[0]?.askedRate).toBe(200);
  expect(ticks.at(-1)?.outcomes.ok).toBeGreaterThan(0);
  expect(ticks.at(-1)?.p99Ms).toBeGreaterThan(0);
});

test.concurrent('schedule time zero is where it was asked for, or when the thread was ready', async () => {
  const target = await serve(() => ({ pod: 'pod', status: 200 }));
  const originMs = monotonicMs();
  const seconds: Second[] = [];
  const run = startTraffic({
    ...defaults,
    plan: planOf({ phases: [ramp(100, 100, 50)] }),
    target,
    originMs,
    startAtMs: originMs + 700,
    onSecond: (second) => seconds.push(second),
  });
  const started = (await run.started) - originMs;
  const { t } = await run.done;
  expect(started).toBeGreaterThanOrEqual(700);
  expect(seconds[0]?.startT).toBeCloseTo(started, 2);
  expect(t).toBeGreaterThanOrEqual(started + 50);
});

test.concurrent('stop() takes what is not yet due off the schedule and lets the rest finish', async () => {
  const target = await serve(() => ({ pod: 'pod', status: 200 }));
  const seconds: Second[] = [];
  const run = startTraffic({
    ...defaults,
    plan: planOf({ phases: [ramp(200, 200, 60_000)] }),
    target,
    onSecond: (second) => seconds.push(second),
    onTick: ({ outcomes }) => {
      if (outcomes.ok > 20) run.stop();
    },
  });
  const end = await run.done;
  expect(end.conserved).toBe(true);
  expect(end.outcomes.ok).toBe(end.scheduled);
  expect(end.scheduled).toBeGreaterThan(20);
  expect(end.scheduled).toBeLessThan(12_000);
  expect(seconds.reduce((sum, { scheduled }) => sum + scheduled, 0)).toBe(end.scheduled);
});

test.concurrent.each([1, 2])(
  'stop() before the first arrival ends traffic without any (%i threads)',
  async (count) => {
    const run = startTraffic({
      ...defaults,
      workers: { count, reason: 'asked for' },
      plan: planOf({ phases: [ramp(200, 200, 60_000)] }),
      target: new URL('http://127.0.0.1:9'),
      startAtMs: monotonicMs() + 60_000,
    });
    await run.started;
    run.stop();
    expect(await run.done).toMatchObject({ scheduled: 0, conserved: true });
  },
);

test.concurrent('abort() ends the thread at once and says so', async () => {
  const run = startTraffic({
    ...defaults,
    plan: planOf({ phases: [ramp(200, 200, 60_000)] }),
    target: new URL('http://127.0.0.1:9'),
  });
  await run.started;
  run.abort();
  await expect(run.done).rejects.toMatchObject({ code: 'TRAFFIC_ABORTED' });
});

test.concurrent('a thread that dies rejects with the reason', async () => {
  const run = startTraffic({
    ...defaults,
    plan: planOf({ requests: [{ ...request, method: 'BREW' }] }),
    target: new URL('http://127.0.0.1:9'),
  });
  await expect(run.done).rejects.toMatchObject({
    code: 'TRAFFIC_THREAD_DIED',
    message: expect.stringContaining('BREW') as string,
  });
  await expect(run.started).rejects.toMatchObject({ code: 'TRAFFIC_THREAD_DIED' });
});

test('a plan without requests is refused', () => {
  expect(() =>
    startTraffic({ ...defaults, plan: planOf({ requests: [] }), target: new URL('http://127.0.0.1:9') }),
  ).toThrow('expected at least one');
});

test('requests are sent while the thread that started them is busy', async () => {
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const target = new Worker(countingTarget, { eval: true, workerData: answered });
  const port = await new Promise((resolve) => {
    target.once('message', resolve);
  });
  const run = startTraffic({
    ...defaults,
    plan: planOf({ phases: [ramp(200, 200, 60_000)] }),
    target: new URL(`http://127.0.0.1:${String(port)}`),
  });
  await run.started;
  const before = Atomics.load(answered, 0);
  const giveUpMs = monotonicMs() + 5000;
  while (Atomics.load(answered, 0) < before + 50 && monotonicMs() < giveUpMs);
  expect(Atomics.load(answered, 0)).toBeGreaterThanOrEqual(before + 50);
  run.abort();
  await target.terminate();
});

const countingTarget = `
  const { parentPort, workerData } = require('node:worker_threads');
  require('node:http').createServer((_, response) => response.end(() => Atomics.add(workerData, 0, 1)))
    .listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port); });
`;

async function play(
  options: Pick<TrafficOptions, 'plan' | 'target'> & Partial<TrafficOptions>,
): Promise<{ end: Awaited<ReturnType<typeof startTraffic>['done']>; seconds: Second[] }> {
  const seconds: Second[] = [];
  const run = startTraffic({
    ...defaults,
    onSecond: (second) => seconds.push(second),
    ...options,
  });
  return { end: await run.done, seconds };
}

function planOf(plan: Partial<TrafficPlan>): TrafficPlan {
  return {
    phases: [],
    requests: [request],
    connections: 500,
    timeoutMs: 10_000,
    connectionPolicy: { kind: 'keep' },
    ...plan,
  };
}

function ramp(from: number, to: number, durationMs: number): TrafficPlan['phases'][number] {
  return { name: 'ramp', durationMs, rate: { kind: 'ramp', from, to } };
}

async function serve(answer: (id: string) => { pod: string; status: number }): Promise<URL> {
  const server = createServer((request, response) => {
    const { pod, status } = answer(String(request.headers['x-request-id']));
    response.writeHead(status, { 'x-pod': pod, 'x-node': 'node-1' }).end('{}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}
