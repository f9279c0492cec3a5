/**
 * How well the generator keeps its pace and what a request costs it.
 *
 *   node bench/traffic-pace.ts
 *
 * 1. Ramp 200 → 2,000 → 200/s over 20 s, seen from the target: the worst window of one second and of 100 ms against the
 *    schedule, and how late requests were sent. To reach: 1 %, 5 %, 2 ms at p99.
 * 2. CPU time of the generator's thread per request beside autocannon's closed loop of 50 connections (a process of its
 *    own), in the same run and at the rate that autocannon reaches against answers that take 25 ms and 2 ms: the
 *    requests of both then come one by one and not in bursts, which would be cheaper. To reach: 1.15 × autocannon.
 *
 * `pace` or `cost` as argument plays that part alone.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { monotonicMs } from '../src/support/index.ts';
import { scheduleOf, startTraffic, type Phase, type TrafficPlan } from '../src/traffic/index.ts';

const measuredSeconds = 8;

const target = fork(new URL('support/arrivals-target.ts', import.meta.url), { stdio: 'inherit' });
const [{ port }] = (await once(target, 'message')) as [{ port: number }];
const url = new URL(`http://127.0.0.1:${port}/`);
try {
  if (process.argv[2] !== 'cost') await pace();
  if (process.argv[2] !== 'pace') await cost();
} finally {
  target.disconnect();
}

async function pace(): Promise<void> {
  const phases: Phase[] = [
    { name: 'up', durationMs: 10_000, rate: { kind: 'ramp', from: 200, to: 2000 } },
    { name: 'down', durationMs: 10_000, rate: { kind: 'ramp', from: 2000, to: 200 } },
  ];
  await play([{ name: 'warm-up', durationMs: 2000, rate: { kind: 'constant', rate: 500 } }]);
  await arrivalsAt(target);
  const { startMs, seconds, scheduled } = await play(phases);
  const arrivals = await arrivalsAt(target);
  const schedule = scheduleOf({ phases });
  const worst = (windowMs: number): string => {
    let most = 0;
    for (let from = 0; from < schedule.durationMs; from += windowMs) {
      const asked = schedule.countBy(from + windowMs) - schedule.countBy(from);
      const came = arrivals.filter((t) => t - startMs >= from && t - startMs < from + windowMs).length;
      most = Math.max(most, Math.abs(came - asked) / asked);
    }
    return `${(most * 100).toFixed(2)} %`;
  };
  const lateness = (of: 'latenessP50Ms' | 'latenessP99Ms' | 'latenessMaxMs'): string =>
    `${Math.max(...seconds.map(({ generator }) => generator[of])).toFixed(2)} ms`;
  console.log(`ramp 200 → 2,000 → 200/s, ${scheduled} requests, ${arrivals.length} arrived`);
  console.table({
    'worst 1 s window': { seen: worst(1000), 'to reach': '1 %' },
    'worst 100 ms window': { seen: worst(100), 'to reach': '5 %' },
    'lateness p50, worst second': { seen: lateness('latenessP50Ms'), 'to reach': '' },
    'lateness p99, worst second': { seen: lateness('latenessP99Ms'), 'to reach': '2 ms' },
    'lateness max': { seen: lateness('latenessMaxMs'), 'to reach': '' },
    'CPU per request': { seen: `${cpuUs(seconds).toFixed(1)} µs`, 'to reach': '' },
  });
}

async function cost(): Promise<void> {
  const rows: Record<string, object> = {};
  for (const answerMs of [25, 2]) {
    const theirs = await autocannonOf(`/${answerMs}`);
    const phases: Phase[] = [
      {
        name: 'hold',
        durationMs: (measuredSeconds + 2) * 1000,
        rate: { kind: 'constant', rate: Math.round(theirs.rate) },
      },
    ];
    const { seconds } = await play(phases, { path: `/${answerMs}`, connections: 500 });
    const steady = seconds.slice(2);
    const answered = steady.reduce((sum, { outcomes }) => sum + outcomes.ok, 0);
    const ours = cpuUs(steady);
    rows[`answers after ${answerMs} ms`] = {
      'autocannon /s': Math.round(theirs.rate),
      'autocannon µs': Number(theirs.cpuUs.toFixed(1)),
      'openbell /s': Math.round(answered / measuredSeconds),
      'openbell µs': Number(ours.toFixed(1)),
      ratio: Number((ours / theirs.cpuUs).toFixed(2)),
      'seconds spoiled': steady.filter(({ generator }) => generator.saturated).length,
    };
  }
  console.log('CPU of the generating thread per request (to reach: ratio 1.15)');
  console.table(rows);
}

type Seconds = Parameters<Parameters<typeof startTraffic>[0]['onSecond']>[0][];

async function play(
  phases: Phase[],
  { path, connections } = { path: '/0', connections: 50 },
): Promise<{ startMs: number; seconds: Seconds; scheduled: number }> {
  const plan: TrafficPlan = {
    phases,
    requests: [{ name: 'get', weight: 1, method: 'GET', path, headers: {}, body: null }],
    connections,
    timeoutMs: 5000,
    connectionPolicy: { kind: 'keep' },
  };
  const seconds: Seconds = [];
  const run = startTraffic({
    plan,
    target: url,
    seed: 1,
    originMs: 0,
    startAtMs: monotonicMs() + 500,
    goodResponseMs: 100,
    onSecond: (second) => seconds.push(second),
  });
  const startMs = await run.started;
  const { scheduled, conserved } = await run.done;
  if (!conserved) throw new Error('the outcomes do not sum to the schedule');
  return { startMs, seconds, scheduled };
}

function cpuUs(seconds: Seconds): number {
  const busyUs = seconds.reduce((sum, { generator }) => sum + generator.cpu * 1e6, 0);
  return busyUs / seconds.reduce((sum, { scheduled }) => sum + scheduled, 0);
}

async function autocannonOf(path: string): Promise<{ rate: number; cpuUs: number }> {
  const asked = JSON.stringify({ url: new URL(path, url), connections: 50, seconds: measuredSeconds });
  const autocannon = fork(new URL('support/autocannon-process.ts', import.meta.url), [asked]);
  const [{ requests, cpuUs }] = (await once(autocannon, 'message')) as [{ requests: number; cpuUs: number }];
  autocannon.disconnect();
  await arrivalsAt(target);
  return { rate: requests / measuredSeconds, cpuUs: cpuUs / requests };
}

async function arrivalsAt(target: ChildProcess): Promise<number[]> {
  target.send('report');
  const [{ arrivals }] = (await once(target, 'message')) as [{ arrivals: number[] }];
  return arrivals;
}
