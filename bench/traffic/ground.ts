/** What the parts of the cost benchmark share. */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicMs } from '../../src/support/index.ts';
import {
  startTraffic,
  type Phase,
  type TrafficOptions,
  type TrafficPlan,
  type TrafficRun,
} from '../../src/traffic/index.ts';

import { quieten, quietenEngine } from '../support/quiet.ts';

/** A part of the page: a title, what was done, and figures beside what they are compared with. */
export interface Part {
  title: string;
  note: string;
  columns: string[];
  rows: (string | number)[][];
}

export interface Ground {
  target: ChildProcess;
  url: URL;
  /** Where k6 is; null where it is not on PATH. */
  k6: string | null;
  folder: string;
}

export type Seconds = Parameters<TrafficOptions['onSecond']>[0][];

export interface Played {
  startMs: number;
  seconds: Seconds;
  end: Awaited<TrafficRun['done']>;
}

/** Plays phases with openbell's engine in this process. */
export async function play(
  { url }: Ground,
  phases: Phase[],
  {
    path = '/0',
    connections = 50,
    threads,
    onStart,
  }: { path?: string; connections?: number; threads?: number; onStart?: (startMs: number) => void } = {},
): Promise<Played> {
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
    goodResponseMs: null,
    onSecond: (second) => seconds.push(second),
    ...(threads === undefined ? {} : { workers: { count: threads, reason: 'asked for' } }),
  });
  const startMs = await run.started;
  quietenEngine();
  onStart?.(startMs);
  const end = await run.done;
  if (!end.conserved) throw new Error('the outcomes do not sum to the schedule');
  return { startMs, seconds, end };
}

/** When the requests since the last call arrived at the target. */
export async function arrivalsAt({ target }: Ground): Promise<number[]> {
  target.send('report');
  const [{ arrivals }] = (await once(target, 'message')) as [{ arrivals: number[] }];
  return arrivals;
}

/** CPU time of the generating threads per request, µs. */
export function cpuUs(seconds: Seconds): number {
  const busyUs = seconds.reduce((sum, { generator }) => sum + generator.cpu * 1e6, 0);
  return busyUs / seconds.reduce((sum, { scheduled }) => sum + scheduled, 0);
}

/** Runs k6 with one scenario; gives the metrics of its summary. */
export async function playK6(
  { k6, url, folder }: Ground & { k6: string },
  scenario: object,
): Promise<(metric: string, key: string) => number> {
  const script = join(folder, 'k6.js');
  const summary = join(folder, 'k6.json');
  const options = { scenarios: { load: scenario }, summaryTrendStats: ['med', 'p(90)', 'p(99)', 'max'] };
  writeFileSync(
    script,
    `import http from 'k6/http';
export const options = ${JSON.stringify(options)};
export default () => http.get('${new URL('/0', url).href}');
export const handleSummary = (data) => ({ '${summary}': JSON.stringify(data.metrics) });
`,
  );
  const child = spawn(k6, ['run', '--quiet', '--no-usage-report', script], { stdio: 'ignore' });
  quieten(child.pid);
  await once(child, 'exit');
  const metrics = JSON.parse(readFileSync(summary, 'utf8')) as Record<
    string,
    { values: Record<string, number> } | undefined
  >;
  return (metric, key) => metrics[metric]?.values[key] ?? Number.NaN;
}

export async function openTarget(): Promise<{ target: ChildProcess; url: URL }> {
  const target = fork(new URL('../programs/counting-target.ts', import.meta.url), { stdio: 'inherit' });
  const [{ port }] = (await once(target, 'message')) as [{ port: number }];
  quieten(target.pid);
  return { target, url: new URL(`http://127.0.0.1:${port}/`) };
}
