/** One run from the command line to its files: a surge, a killed pod, a lost node. */
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJournal, type JournalEvent } from '../../src/journal/index.ts';
import type { Result } from '../../src/report/index.ts';
import { checkedResult, expectExit, scenarioFile, workplace, type Done } from './openbell.ts';

let place: Awaited<ReturnType<typeof workplace>>;
let done: Done;
let folder: string;
let result: Result;
let events: JournalEvent[];

beforeAll(async () => {
  place = await workplace();
  done = await place.openbell('run', scenarioFile('short-surge'), '--out', place.runs);
  [folder = ''] = await place.runFolders();
  result = await checkedResult(await readFile(path.join(folder, 'result.json'), 'utf8'));
  ({ events } = await readJournal(path.join(folder, 'journal.ndjson')));
}, 90_000);
afterAll(() => place[Symbol.asyncDispose]());

test('its exit code says that the expectations held, and its folder has its files', async () => {
  expectExit(done, result, 0);
  expect(path.basename(folder)).toMatch(/^short-surge-\d{8}T\d{6}Z$/);
  expect((await readdir(folder)).toSorted()).toEqual([
    'journal.ndjson',
    'junit.xml',
    'latency.hlog',
    'report.html',
    'report.md',
    'result.json',
    'seconds.csv',
  ]);
});

test('every scheduled request has one outcome', () => {
  const { scheduled, ...outcomes } = result.requests;
  expect(scheduled).toBe(2 * 20 + 13 * 100);
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(scheduled);
  const served = result.pods.reduce((sum, pod) => sum + pod.served, 0);
  expect(served).toBe(outcomes.ok + outcomes.httpError);
  expect(outcomes.ok).toBeGreaterThan(scheduled / 2);
});

test('a pod dies and is replaced; a node is lost and comes back', () => {
  const [pod, node] = result.faults;
  expect(pod).toMatchObject({ name: 'pod', type: 'kill-pod' });
  expect(node).toMatchObject({ name: 'node', type: 'kill-node' });
  for (const fault of result.faults) expect(fault.landedMs).not.toBeNull();
  const killed = result.pods.find(({ name }) => name === pod?.target);
  expect(killed?.served).toBeGreaterThan(0);
  expect(pod?.repairMs).toBeGreaterThan(0);
  const states = events
    .filter((event) => event.type === 'k8s.node')
    .filter(({ name }) => name === node?.target);
  expect(states.some(({ ready }) => ready !== 'True')).toBe(true);
  expect(states.at(-1)).toMatchObject({ ready: 'True' });
});

test('the autoscaler answers the surge', () => {
  expect(result.scaling[0]).toMatchObject({ from: 2 });
  expect(result.scaling[0]?.to).toBeGreaterThan(2);
});

test('status goes to standard error step by step; the summary has at most 25 lines and names the report', () => {
  for (const step of ['provision', 'deploy', 'steady-state', 'traffic', 'recover', 'clean-up'])
    expect(done.stderr).toContain(`step: ${step}`);
  const lines = done.stdout.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(25);
  expect(lines[0]).toContain('short-surge');
  expect(lines.at(-1)).toContain(path.join(folder, 'report.html'));
  for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(80);
});

test('its journal goes from the first step to the last without a gap', async () => {
  const steps = events
    .filter((event) => event.type === 'run.step')
    .map(({ name, state }) => `${name} ${state}`);
  const names = ['provision', 'deploy', 'steady-state', 'traffic', 'recover', 'clean-up'];
  expect(steps).toEqual(names.flatMap((name) => [`${name} start`, `${name} end`]));
  expect(events.at(-1)).toMatchObject({ type: 'run.end', reason: 'completed' });
  expect(events.filter(({ type }) => type === 'gap')).toEqual([]);
});

test('openbell report makes the same page and the same result from the journal alone', async () => {
  const alone = path.join(place.runs, '..', 'alone');
  await mkdir(alone);
  await copyFile(path.join(folder, 'journal.ndjson'), path.join(alone, 'journal.ndjson'));
  const { exitCode, stdout, stderr } = await place.openbell('report', alone);
  expect(exitCode, stderr).toBe(0);
  expect(stdout.trim()).toBe(path.join(alone, 'report.html'));
  for (const file of ['report.html', 'result.json']) {
    const [first, again] = await Promise.all(
      [folder, alone].map((from) => readFile(path.join(from, file), 'utf8')),
    );
    expect(again === first, `${file} differs`).toBe(true);
  }
});
