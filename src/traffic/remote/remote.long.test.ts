import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createServer as createHttpServer } from 'node:http';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { monotonicMs } from '../../support/index.ts';
import type { TrafficPlan } from '../plan.ts';
import { scheduleOf } from '../schedule.ts';
import { measureOffset } from './clock.ts';
import { fromEnvironment, toEnvironment, type RemoteInput, type RemoteLine } from './protocol.ts';
import { linesOf, startRemoteTraffic, type RemoteGenerator } from './start.ts';

const plan: TrafficPlan = {
  phases: [{ name: 'only', durationMs: 700, rate: { kind: 'ramp', from: 40, to: 150 } }],
  requests: [{ name: 'root', weight: 1, method: 'GET', path: '/', headers: {}, body: null, checks: [] }],
  connections: 30,
  timeoutMs: 1_000,
  connectionPolicy: { kind: 'keep' },
  variables: {},
};

describe('what generators are told', () => {
  it('survives the environment, also where it is longer than one variable may be', () => {
    const body = Buffer.alloc(400_000, 0).map((_, index) => (index * 7919) % 251);
    const input: RemoteInput = {
      plan: { ...plan, requests: plan.requests.map((request) => ({ ...request, body })) },
      seed: 7,
      goodResponseMs: null,
      of: 3,
      target: { service: 'desk', tls: false },
    };
    const environment = toEnvironment(input);
    expect(Math.max(...Object.values(environment).map((value) => value.length))).toBeLessThan(128 * 1024);
    const back = fromEnvironment(environment);
    expect(Buffer.from(back.plan.requests[0]?.body ?? '').equals(body)).toBe(true);
    expect({ ...back, plan: null }).toEqual({ ...input, plan: null });
  });
});

describe('another machine’s clock', () => {
  it('is read from the quickest answer, to half of its way', async () => {
    let slow = true;
    const { offsetMs, uncertaintyMs } = await measureOffset(async () => {
      const now = monotonicMs() + 5_000;
      // Only the way back takes long: taken for half and half, it would put the clock wrong.
      if (slow) await new Promise((resolve) => setTimeout(resolve, 20));
      slow = false;
      return JSON.stringify({ now });
    });
    expect(Math.abs(offsetMs - 5_000)).toBeLessThanOrEqual(uncertaintyMs);
    expect(uncertaintyMs).toBeLessThan(10);
  });
});

describe('a generator’s log', () => {
  const text = (lines: object[]): ReadableStream<Uint8Array> =>
    Readable.toWeb(Readable.from(lines.map((line) => Buffer.from(`${JSON.stringify(line)}\n`)))) as never;
  const line = (seq: number): RemoteLine => ({ seq, kind: 'failed', message: 'x' });
  const tick = (seq: number): object => ({ seq, kind: 'tick', tick: {} });
  const read = async (streams: ReadableStream<Uint8Array>[]): Promise<number[]> => {
    const seen: number[] = [];
    const log = (): Promise<ReadableStream<Uint8Array>> => Promise.resolve(streams.shift() ?? text([]));
    for await (const { seq } of linesOf({ name: 'g', log }, new AbortController().signal)) seen.push(seq);
    return seen;
  };

  it('is read again where the connection broke, each line once', async () => {
    await expect(
      read([text([tick(0), tick(1)]), text([tick(0), tick(1), tick(2), line(3)])]),
    ).resolves.toEqual([0, 1, 2, 3]);
  });

  it('that lacks lines is not taken for whole', async () => {
    await expect(read([text([tick(0), tick(2)])])).rejects.toThrow('lines 1 to 1 of its log are missing');
  });
});

describe('generators elsewhere', () => {
  it('share the schedule exactly and start together', async () => {
    let served = 0;
    const target = createHttpServer((_request, response) => {
      served += 1;
      response.setHeader('x-pod', 'p').setHeader('x-node', 'n').end('ok');
    });
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
    const input: RemoteInput = { plan, seed: 1, goodResponseMs: 500, of: 2, target: { url } };
    const processes = await Promise.all([0, 1].map((index) => generatorProcess(input, index)));
    const originMs = monotonicMs() - 1_000;
    const seconds: { scheduled: number; startT: number }[] = [];
    try {
      const run = await startRemoteTraffic({
        generators: processes.map(({ generator }) => generator),
        originMs,
        onSecond: (second) => seconds.push(second),
        onClocks: (clocks) => expect(clocks).toHaveLength(2),
        onClocksMoved: (moved) => expect(moved.every(({ offsetMs }) => Math.abs(offsetMs) < 50)).toBe(true),
        signal: AbortSignal.timeout(8_000),
      });
      const end = await run.done;
      const { total } = scheduleOf(plan);
      expect(end).toMatchObject({ scheduled: total, conserved: true, outcomes: { ok: total } });
      expect(served).toBe(total);
      expect(seconds).toHaveLength(1);
      expect(seconds[0]?.scheduled).toBe(total);
      // On the run's clock, whose origin the generators were told in their own.
      expect(Math.abs((seconds[0]?.startT ?? 0) - ((await run.started) - originMs))).toBeLessThan(5);
    } finally {
      for (const { child } of processes) child.kill('SIGKILL');
      target.close();
      target.closeAllConnections();
    }
  });
});

/** The pods' program as a process here. */
async function generatorProcess(
  input: RemoteInput,
  index: number,
): Promise<{ child: ChildProcess; generator: RemoteGenerator }> {
  const port = await freePort();
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url))], {
    env: {
      ...process.env,
      ...toEnvironment(input),
      JOB_COMPLETION_INDEX: String(index),
      HOST: '127.0.0.1',
      PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    // Also when the test is given up.
    timeout: 9_000,
    killSignal: 'SIGKILL',
  });
  const generator: RemoteGenerator = {
    name: `generator-${index}`,
    ask: async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text(),
    log: () => Promise.resolve(Readable.toWeb(child.stdout) as never),
  };
  return { child, generator };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
