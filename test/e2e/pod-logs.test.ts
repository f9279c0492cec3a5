/** Every request that counts as ok has its line in exactly one pod's log; and a credential is nowhere in what a run leaves. */
import { link, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJournal, type JournalEvent } from '../../src/journal/index.ts';
import type { Result } from '../../src/report/index.ts';
import { checkedResult, scenarioFile, workplace } from './openbell.ts';

const token = 'Sesame-4711-e2e';
/**
 * A pod writes its line after its answer, and its node's log writer gathers lines for 10 ms: who is killed in between has answered
 * and left no line.
 */
const gatheredMs = 100;

let place: Awaited<ReturnType<typeof workplace>>;
let folder: string;
let result: Result;
let events: JournalEvent[];
/** Lines of requests by the log file of the container that wrote them. */
const logs = new Map<string, Line[]>();
let requests: { id: string; endedMs: number; outcome: string }[];

interface Line {
  id: string;
  status: number | string;
}

beforeAll(async () => {
  place = await workplace();
  process.env['OPENBELL_TEST_TOKEN'] = token;
  const kept = path.join(place.tmp, '..', 'logs');
  await mkdir(kept);
  const over = new AbortController();
  const keeping = keepLogs(place.tmp, kept, over.signal);
  const done = await place.openbell('run', scenarioFile('opening'), '--out', place.runs, '--ledger');
  over.abort();
  await keeping;
  delete process.env['OPENBELL_TEST_TOKEN'];
  [folder = ''] = await place.runFolders();
  expect(folder, done.stderr).not.toBe('');
  result = await checkedResult(await readFile(path.join(folder, 'result.json'), 'utf8'));
  ({ events } = await readJournal(path.join(folder, 'journal.ndjson')));
  for (const name of await readdir(kept)) {
    logs.set(name, linesOf(await readFile(path.join(kept, name), 'utf8')));
  }
  const [, ...rows] = (await readFile(path.join(folder, 'requests.csv'), 'utf8')).trimEnd().split('\n');
  requests = rows.map((row) => {
    const [id = '', , , endedMs = '', outcome = ''] = row.split(',');
    return { id, endedMs: Number(endedMs), outcome };
  });
}, 120_000);
afterAll(() => place[Symbol.asyncDispose]());

/** Links every container's log as soon as it is there: a link keeps what a removed cluster's folder loses. */
async function keepLogs(from: string, to: string, signal: AbortSignal): Promise<void> {
  const seen = new Set<string>();
  while (!signal.aborted) {
    const files = await readdir(from, { recursive: true }).catch(() => []);
    for (const file of files.filter((name) => /\/\d+\.log$/.test(name) && !seen.has(name))) {
      const linked = await link(path.join(from, file), path.join(to, file.replaceAll('/', '+'))).then(
        () => true,
        () => false,
      );
      if (linked) seen.add(file);
    }
    await sleep(50);
  }
}

/** The requests in a container's log: CRI lines whose text is the sample API's JSON. */
function linesOf(text: string): Line[] {
  return text.split('\n').flatMap((line) => {
    const json = / stdout F (\{.*\})$/.exec(line)?.[1];
    if (json === undefined) return [];
    const { id, status, method } = JSON.parse(json) as Partial<Line> & { method?: string };
    return id === undefined || status === undefined || method === undefined ? [] : [{ id, status }];
  });
}

test('the ledger has a line for each scheduled request, and says what the result says', () => {
  expect(requests).toHaveLength(result.requests.scheduled);
  expect(new Set(requests.map(({ id }) => id)).size).toBe(requests.length);
  const ok = requests.filter(({ outcome }) => outcome === 'ok').length;
  expect(ok).toBe(result.requests.ok);
  expect(ok).toBeGreaterThan(result.requests.scheduled / 2);
});

test('every ok has its line in exactly one pod’s log; lines may lack only of answers at the instant of a kill', () => {
  const writers = new Map<string, string[]>();
  for (const [file, lines] of logs) {
    for (const { id } of lines) writers.set(id, [...(writers.get(id) ?? []), file]);
  }
  const ok = requests.filter(({ outcome }) => outcome === 'ok');
  const twice = ok.filter(({ id }) => (writers.get(id)?.length ?? 0) > 1);
  expect(twice).toEqual([]);
  const missing = ok.filter(({ id }) => !writers.has(id));
  const kills = killings();
  expect(kills).toHaveLength(2);
  // The ledger is on the machine's clock, the journal on the run's.
  const origin = originMs();
  const unexplained = missing.filter(
    ({ endedMs }) => !kills.some(({ fromT, toT }) => endedMs - origin >= fromT && endedMs - origin <= toT),
  );
  expect(unexplained).toEqual([]);
  expect(missing.length).toBeLessThanOrEqual(0.01 * ok.length);
});

/** When the pod and the node were killed: from a little before the injection until it was seen to have landed. */
function killings(): { fromT: number; toT: number }[] {
  return events
    .filter((event) => event.type === 'fault.inject')
    .map(({ id, t }) => {
      const landed = events.find((event) => event.type === 'fault.landed' && event.id === id);
      return { fromT: t - gatheredMs, toT: landed?.t ?? t + gatheredMs };
    });
}

/** The instant of the run's origin on the ledger's clock: failures stand in both, with the instant in which they were known. */
function originMs(): number {
  const seconds = events.filter((event) => event.type === 'traffic.second');
  const failed = seconds
    .flatMap(({ failures }) => failures.map(({ endedT }) => endedT))
    .toSorted((a, b) => a - b);
  const ended = requests
    .filter(({ outcome }) => outcome !== 'ok')
    .map(({ endedMs }) => endedMs)
    .toSorted((a, b) => a - b);
  expect(failed.length, 'a run with faults has failures').toBeGreaterThan(0);
  expect(failed).toHaveLength(ended.length);
  return (ended[0] ?? 0) - (failed[0] ?? 0);
}

test('pods answered what they logged as well, and no check failed', () => {
  const statusOf = new Map([...logs.values()].flat().map(({ id, status }) => [id, status]));
  for (const { id, outcome } of requests) {
    const status = statusOf.get(id);
    if (outcome === 'ok' && status !== undefined) expect([200, 201]).toContain(status);
  }
  expect(result.checks.map(({ failed }) => failed)).toEqual([0, 0, 0]);
});

test('the credential is in no file of the run', async () => {
  const files = await readdir(folder);
  expect(files).toEqual(
    expect.arrayContaining(['journal.ndjson', 'report.html', 'requests.csv', 'result.json']),
  );
  for (const file of files) {
    expect(await readFile(path.join(folder, file), 'utf8'), file).not.toContain(token);
  }
});
