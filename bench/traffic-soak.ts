/**
 * Whether the engine's memory stays flat: plays a constant rate for a long time in a process of its own and watches what
 * it holds.
 *
 *   node bench/traffic-soak.ts [<seconds, 3600>] [<requests/s, 2000>]
 *
 * Prints the resident memory every half minute and, at the end, what it is of that after a minute. To reach: 1.1. Ends with
 * 1 when it was not reached or requests were not answered.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { openTarget } from './traffic/ground.ts';
import type { Told } from './support/peers.ts';

const seconds = Number(process.argv[2] ?? 3600);
const rate = Number(process.argv[3] ?? 2000);
const everyMs = 30_000;
/** In a short soak the comparison begins earlier. */
const warmMs = Math.min(60_000, (seconds * 1000) / 3);

const { target, url } = await openTarget();
const input = {
  plan: {
    phases: [{ name: 'soak', durationMs: seconds * 1000, rate: { kind: 'constant', rate } }],
    requests: [{ name: 'get', weight: 1, method: 'GET', path: '/2', headers: {}, body: null }],
    connections: 200,
    timeoutMs: 5000,
    connectionPolicy: { kind: 'every', requests: 1000 },
  },
  url: url.href,
  folder: null,
  seed: 1,
};
const player = fork(new URL('programs/openbell-player.ts', import.meta.url), [JSON.stringify(input)]);
const rssMb = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${player.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
const beganMs = Date.now();
let warmMb = 0;
let lastMb = 0;
let nextMs = 0;
const timer = setInterval(() => {
  const elapsedMs = Date.now() - beganMs;
  lastMb = rssMb();
  if (elapsedMs >= warmMs && warmMb === 0) warmMb = lastMb;
  if (elapsedMs < nextMs) return;
  nextMs += everyMs;
  console.log(`${Math.round(elapsedMs / 1000)} s: ${lastMb.toFixed(0)} MB`);
  // The target keeps what arrived until it is asked.
  target.send('report');
}, 1000);
const [told] = (await once(player, 'message')) as [Told];
clearInterval(timer);
target.disconnect();
const ratio = lastMb / warmMb;
const answered = told.ok / told.accounted;
console.table({
  'memory at the end ÷ after a minute': { seen: ratio.toFixed(3), 'to reach': '≤ 1.1' },
  'requests answered': { seen: `${told.ok} of ${told.accounted}`, 'to reach': 'all' },
});
process.exitCode = ratio <= 1.1 && answered > 0.999 ? 0 : 1;
