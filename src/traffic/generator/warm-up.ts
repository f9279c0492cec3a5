import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { TrafficPlan } from '../plan.ts';
import { runGenerator } from './generator.ts';

const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-pod: warm-up\r\nx-node: warm-up\r\n\r\nok';

/** A tenth of a second at this rate runs the code often enough to be compiled. */
const rate = 10_000;
const durationMs = 100;

/**
 * Sends requests to a server of its own on this thread, which is closed at the end. Code that runs for the first time is
 * read, then interpreted, then compiled: the first hundred requests of a thread take it twenty times as long as later
 * ones, and would be late in the schedule.
 */
export async function warmUp(now: () => number): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', () => socket.write(answer));
  });
  try {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 });
    await once(server, 'listening');
    await playAgainst(server, now);
  } catch {
    // Where nothing may listen, the first requests are late, and their seconds say so.
  } finally {
    server.close();
  }
}

async function playAgainst(server: Server, now: () => number): Promise<void> {
  const plan: TrafficPlan = {
    phases: [{ name: 'warm-up', durationMs, rate: { kind: 'constant', rate } }],
    requests: [{ name: 'get', weight: 1, method: 'GET', path: '/', headers: {}, body: null }],
    connections: 100,
    timeoutMs: 1000,
    connectionPolicy: { kind: 'every', requests: 50 },
  };
  const { port } = server.address() as AddressInfo;
  const startMs = now();
  await new Promise<void>((resolve) => {
    runGenerator(
      {
        plan,
        target: `http://127.0.0.1:${port}/`,
        seed: 0,
        originMs: startMs,
        startMs,
        share: { worker: 0, of: 1 },
        goodResponseMs: null,
        ticks: false,
        ledgerFile: null,
      },
      now,
      ({ kind }) => {
        if (kind === 'end') resolve();
      },
    );
  });
}
