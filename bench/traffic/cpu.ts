import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Phase } from '../../src/traffic/index.ts';
import { quieten } from '../support/quiet.ts';
import { arrivalsAt, cpuUs, play, type Ground, type Part } from './ground.ts';

const measuredSeconds = 4;
const rounds = 3;

/**
 * CPU time of the generator's thread per request beside autocannon's closed loop of 50 connections, at the rate that
 * autocannon reaches against answers that take 25 ms and 2 ms: the requests of both then come one by one and not in
 * bursts, which would be cheaper. Other work on the machine only adds to either, so of several rounds the least counts.
 */
export async function cpu(ground: Ground): Promise<Part> {
  const rows: Part['rows'] = [];
  for (const answerMs of [25, 2]) {
    const seen: { theirs: number; ours: number; rate: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      const theirs = await autocannonOf(ground, `/${answerMs}`);
      const phases: Phase[] = [
        {
          name: 'hold',
          durationMs: (measuredSeconds + 2) * 1000,
          rate: { kind: 'constant', rate: Math.round(theirs.rate) },
        },
      ];
      const { seconds } = await play(ground, phases, { path: `/${answerMs}`, connections: 500, threads: 1 });
      await arrivalsAt(ground);
      seen.push({ theirs: theirs.cpuUs, ours: cpuUs(seconds.slice(2)), rate: theirs.rate });
    }
    const theirs = Math.min(...seen.map((round) => round.theirs));
    const ours = Math.min(...seen.map((round) => round.ours));
    rows.push([
      `answers after ${answerMs} ms`,
      seen.map(({ rate }) => Math.round(rate)).join(', '),
      `${theirs.toFixed(1)} µs`,
      `${ours.toFixed(1)} µs`,
      (ours / theirs).toFixed(2),
      seen.map((round) => (round.ours / round.theirs).toFixed(2)).join(', '),
    ]);
  }
  rows.push(['to reach', '', '', '', '1.15', '']);
  return {
    title: 'CPU per request, beside autocannon’s own client',
    note: `The least of ${rounds} rounds of each, played in turn; other work on the machine only adds.`,
    columns: ['', 'rates/s', 'autocannon', 'openbell', 'ratio', 'ratio of each round'],
    rows,
  };
}

async function autocannonOf(ground: Ground, path: string): Promise<{ rate: number; cpuUs: number }> {
  const asked = JSON.stringify({
    url: new URL(path, ground.url),
    connections: 50,
    seconds: measuredSeconds,
  });
  const autocannon = fork(new URL('../support/autocannon-process.ts', import.meta.url), [asked]);
  quieten(autocannon.pid);
  const [{ requests, cpuUs }] = (await once(autocannon, 'message')) as [{ requests: number; cpuUs: number }];
  autocannon.disconnect();
  await arrivalsAt(ground);
  return { rate: requests / measuredSeconds, cpuUs: cpuUs / requests };
}
