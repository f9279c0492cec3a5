import { fork } from 'node:child_process';
import { once } from 'node:events';
import { median } from '../../src/analysis/index.ts';
import { monotonicMs } from '../../src/support/index.ts';
import type { Phase } from '../../src/traffic/index.ts';
import { quieten, threadsOfThisProcess } from '../support/quiet.ts';
import { wakeUps } from '../support/wake-ups.ts';
import { arrivalsAt, cpuUs, play, type Ground, type Part } from './ground.ts';

const warmUpSeconds = 2;
const measuredSeconds = 4;
const rounds = 5;
const theirConnections = 50;
/** An arrival does not wait for an answer, so a few more than in a closed loop may be under way. */
const ourConnections = 75;

interface Cost {
  rate: number;
  cpuUs: number;
  /** How often the thread was woken. */
  wakeUps: number;
}

/**
 * CPU time of the generator's thread per request beside autocannon, at the rate that its closed loop reaches against answers
 * that take 25 ms and 2 ms: beside that loop, in which answers that come together are followed by requests that go together, and
 * beside its client sending at the instants at which openbell sends. How often each thread was woken is told too.
 */
export async function cpu(ground: Ground): Promise<Part> {
  const rows: Part['rows'] = [];
  for (const answerMs of [25, 2]) {
    const path = `/${answerMs}`;
    const seen: { loop: Cost; client: Cost; ours: Cost }[] = [];
    for (let round = 0; round < rounds; round++) {
      const loop = await costOf(ground, 'support/autocannon-process.ts', {
        path,
        connections: theirConnections,
      });
      const rate = Math.round(loop.rate);
      const asked = { path, connections: ourConnections, rate, warmUpSeconds };
      const client = await costOf(ground, 'programs/paced-client.ts', asked);
      seen.push({ loop, client, ours: await costOfOpenbell(ground, { path, rate }) });
    }
    const medianOf = (of: (round: (typeof seen)[number]) => number): number => median(seen.map(of));
    const toLoop = seen.map(({ loop, ours }) => ours.cpuUs / loop.cpuUs);
    const toClient = seen.map(({ client, ours }) => ours.cpuUs / client.cpuUs);
    rows.push([
      `answers after ${answerMs} ms`,
      medianOf(({ loop }) => loop.rate).toFixed(0),
      ...(['loop', 'client', 'ours'] as const).map(
        (who) => `${medianOf((it) => it[who].cpuUs).toFixed(1)} µs`,
      ),
      ...[toLoop, toClient].map(
        (ratios) => `${median(ratios).toFixed(2)} (${ratios.map(twoDigits).join(', ')})`,
      ),
      (['loop', 'client', 'ours'] as const)
        .map((who) => twoDigits(medianOf((it) => it[who].wakeUps / it[who].rate / measuredSeconds)))
        .join(', '),
    ]);
  }
  rows.push(['to reach', '', '', '', '', '', '1.15', '']);
  return {
    title: 'CPU per request, beside autocannon’s own client',
    note:
      `Medians of ${rounds} rounds, played in turn: autocannon’s closed loop of ${theirConnections} connections; its client at the rate that the loop ` +
      `reached, on at most ${ourConnections} connections, sending when openbell’s schedule says so; openbell. Wake-ups: how often the thread slept and was woken, ` +
      'per request, of the three in that order. Each costs a pass of the event loop and lets the target sleep too, so that the next write has to wake ' +
      'it. A closed loop sends in the bunches in which answers come and saves them; arrivals on a schedule cannot, unless they are due within the ' +
      'same millisecond. What openbell’s own work costs is the ratio to the client.',
    columns: [
      '',
      'rate/s',
      'autocannon, closed loop',
      'its client, scheduled',
      'openbell',
      'ratio to the loop (each round)',
      'ratio to the client (each round)',
      'wake-ups',
    ],
    rows,
  };
}

/** What a request costs in a program of its own, which sends `{ requests, cpuUs, wakeUps }`. */
async function costOf(
  ground: Ground,
  program: string,
  { path, ...asked }: { path: string } & Record<string, unknown>,
): Promise<Cost> {
  const words = JSON.stringify({ ...asked, url: new URL(path, ground.url), seconds: measuredSeconds });
  const child = fork(new URL(`../${program}`, import.meta.url), [words]);
  quieten(child.pid);
  const [told] = (await once(child, 'message')) as [{ requests: number; cpuUs: number; wakeUps: number }];
  if (child.connected) child.disconnect();
  await arrivalsAt(ground);
  return {
    rate: told.requests / measuredSeconds,
    cpuUs: told.cpuUs / told.requests,
    wakeUps: told.wakeUps,
  };
}

async function costOfOpenbell(ground: Ground, { path, rate }: { path: string; rate: number }): Promise<Cost> {
  const seconds = warmUpSeconds + measuredSeconds;
  const phases: Phase[] = [{ name: 'hold', durationMs: seconds * 1000, rate: { kind: 'constant', rate } }];
  const seen: number[] = [];
  const look = (): void => {
    const [thread] = threadsOfThisProcess(/^openbell traf/);
    seen.push(thread === undefined ? Number.NaN : wakeUps(`self/task/${thread}`));
  };
  // The thread ends with its last second, so the last look comes just before.
  const endMarginMs = 50;
  const played = await play(ground, phases, {
    path,
    connections: ourConnections,
    threads: 1,
    onStart(startMs) {
      const since = monotonicMs() - startMs;
      setTimeout(look, warmUpSeconds * 1000 - since);
      setTimeout(look, seconds * 1000 - endMarginMs - since);
    },
  });
  await arrivalsAt(ground);
  const [before = Number.NaN, after = Number.NaN] = seen;
  const measuredMs = measuredSeconds * 1000;
  return {
    rate,
    cpuUs: cpuUs(played.seconds.slice(warmUpSeconds)),
    wakeUps: ((after - before) * measuredMs) / (measuredMs - endMarginMs),
  };
}

function twoDigits(value: number): string {
  return value.toFixed(2);
}
