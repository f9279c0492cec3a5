/**
 * What the node's proxy costs, against a direct connection and against Node's plain `a.pipe(b)`, all in one run:
 * median of serial keep-alive requests, keep-alive requests per second over many connections, and the share that is left of
 * the rate of a server that works 2 ms per request.
 *
 *   node bench/kube-proxy.ts
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { median } from '../src/analysis/statistics/index.ts';

const program = fileURLToPath(new URL('programs/kube-proxy-target.ts', import.meta.url));
const request = Buffer.from('GET / HTTP/1.1\r\nhost: bench\r\n\r\n');
const rounds = 5;

interface Target {
  name: string;
  port: number;
}

const children: ChildProcess[] = [];
try {
  const fast = await start('server', '0');
  const targets: Target[] = [
    { name: 'direct', port: fast },
    { name: 'pipe', port: await start('pipe', String(fast)) },
    { name: 'ours', port: await start('ours', String(fast)) },
  ];
  // Round by round, so that a machine that gets slower or faster meets all of them alike.
  const serial = await measured(targets, (port) => serialMedianMs(port, 3_000));
  report(
    'p50 of serial keep-alive requests, ms',
    serial,
    (value, direct) => `+${(value - direct).toFixed(3)} ms`,
  );
  const rate = await measured(targets, (port) => requestsPerSecond(port, 64, 1_500));
  report(
    'keep-alive requests/s, 64 connections',
    rate,
    (value, direct) => `${((100 * value) / direct).toFixed(0)} %`,
  );

  const slow = await start('server', '2');
  const working: Target[] = [
    { name: 'direct', port: slow },
    { name: 'pipe', port: await start('pipe', String(slow)) },
    { name: 'ours', port: await start('ours', String(slow)) },
  ];
  const share = await measured(working, (port) => requestsPerSecond(port, 16, 2_000));
  report(
    'requests/s of one server that works 2 ms per request',
    share,
    (value, direct) => `${((100 * value) / direct).toFixed(1)} %`,
  );
  console.log(
    'wanted: ours adds ≤ 0.1 ms to p50, carries ≥ 35,000 requests/s, costs ≤ 2 % of the rate at 2 ms per request',
  );
} finally {
  for (const child of children) child.kill('SIGKILL');
}

/** Medians over the rounds, by target. */
async function measured(
  targets: Target[],
  measure: (port: number) => Promise<number>,
): Promise<Map<string, number>> {
  const values = new Map<string, number[]>(targets.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, port } of targets) {
      const value = await measure(port);
      // The first round warms up.
      if (round > 0) values.get(name)?.push(value);
    }
  }
  return new Map([...values].map(([name, all]) => [name, median(all)]));
}

function report(
  title: string,
  values: Map<string, number>,
  versusDirect: (value: number, direct: number) => string,
): void {
  console.log(title);
  const direct = values.get('direct') ?? Number.NaN;
  for (const [name, value] of values) {
    const shown = value < 10 ? value.toFixed(3) : Math.round(value).toLocaleString('en');
    console.log(
      `  ${name.padEnd(8)}${shown.padStart(10)}  ${name === 'direct' ? '' : versusDirect(value, direct)}`,
    );
  }
}

function start(kind: string, argument: string): Promise<number> {
  const child = spawn(process.execPath, [program, kind, argument], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once('message', (port) => resolve(Number(port)));
    child.once('exit', (code) => reject(new Error(`${kind} ended with exit code ${code}`)));
  });
}

function serialMedianMs(port: number, count: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    let sentAt = 0;
    const send = (): void => {
      sentAt = performance.now();
      socket.write(request);
    };
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, send);
    socket.once('error', reject);
    socket.on('data', () => {
      times.push(performance.now() - sentAt);
      if (times.length < count) return send();
      socket.destroy();
      resolve(median(times));
    });
  });
}

function requestsPerSecond(port: number, connections: number, ms: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let answers = 0;
    const from = performance.now();
    const sockets = Array.from({ length: connections }, () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(request));
      socket.once('error', reject);
      socket.on('data', () => {
        answers += 1;
        socket.write(request);
      });
      return socket;
    });
    setTimeout(() => {
      const elapsed = performance.now() - from;
      for (const socket of sockets) socket.destroy();
      resolve((answers * 1000) / elapsed);
    }, ms);
  });
}
