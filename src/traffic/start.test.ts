import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { monotonicMs } from '../support/index.ts';
import { mergeHistograms } from './histograms.ts';
import { offeredPerSecond, startTraffic, type TrafficOptions, type TrafficPlan } from './index.ts';
import type { Second } from './second.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

test('every scheduled arrival is answered, counted and attributed to the pod that answered', async () => {
  const ids = new Set<string>();
  const target = await serve((id) => {
    ids.add(id);
    return { pod: `pod-${ids.size % 3}`, status: ids.size % 10 === 0 ? 503 : 200 };
  });
  const plan = planOf({ phases: [ramp(0, 300, 700), ramp(300, 300, 700)] });
  const { end, seconds } = await play({ plan, target });

  const total = offeredPerSecond(plan).reduce((a, b) => a + b, 0);
  expect(end).toMatchObject({ scheduled: total, conserved: true });
  expect(ids.size).toBe(total);
  expect(end.outcomes).toEqual({
    ok: total - Math.floor(total / 10),
    http_error: Math.floor(total / 10),
    timeout: 0,
    refused: 0,
    reset: 0,
    dropped: 0,
  });
  expect(seconds.map(({ second }) => second)).toEqual([0, 1]);
  expect(seconds.map(({ scheduled }) => scheduled)).toEqual(offeredPerSecond(plan));
  const answers = seconds
    .flatMap(({ pods }) => Object.values(pods))
    .map(({ ok, httpError }) => ok + httpError);
  expect(answers.reduce((a, b) => a + b, 0)).toBe(total);
  expect(seconds[0]?.pods['pod-1']).toMatchObject({ node: 'node-1' });
  expect(mergeHistograms(seconds.flatMap(({ response }) => Object.values(response))).totalCount).toBe(total);
  expect(mergeHistograms([end.service]).totalCount).toBe(total);
});

async function play(
  options: Pick<TrafficOptions, 'plan' | 'target'> & Partial<TrafficOptions>,
): Promise<{ end: Awaited<ReturnType<typeof startTraffic>['done']>; seconds: Second[] }> {
  const seconds: Second[] = [];
  const run = startTraffic({
    seed: 1,
    originMs: monotonicMs(),
    startAtMs: 0,
    goodResponseMs: null,
    onSecond: (second) => seconds.push(second),
    ...options,
  });
  return { end: await run.done, seconds };
}

function planOf(plan: Partial<TrafficPlan>): TrafficPlan {
  return {
    phases: [],
    requests: [{ name: 'quote', weight: 1, method: 'GET', path: '/quote', headers: {}, body: null }],
    connections: 50,
    timeoutMs: 1000,
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
