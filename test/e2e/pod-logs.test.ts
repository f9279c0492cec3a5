/** Every request that counts as ok has its line in exactly one pod's log; and a credential is nowhere in what a run leaves. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJournal } from '../../src/journal/index.ts';
import type { Result } from '../../src/report/index.ts';
import { checkedResult, scenarioFile, workplace } from './openbell.ts';
import { compareWithLogs, type LogAccount } from './pod-logs/compare.ts';
import { keepLogs, readKept, readRequests, type Row } from './pod-logs/logs.ts';

const token = 'Sesame-4711-e2e';

let place: Awaited<ReturnType<typeof workplace>>;
let folder: string;
let result: Result;
let requests: Row[];
let account: LogAccount;

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
  const { events } = await readJournal(path.join(folder, 'journal.ndjson'));
  requests = await readRequests(path.join(folder, 'requests.csv'));
  account = compareWithLogs(requests, await readKept(kept), events);
}, 120_000);
afterAll(() => place[Symbol.asyncDispose]());

test('the ledger has a line for each scheduled request, and says what the result says', () => {
  expect(requests).toHaveLength(result.requests.scheduled);
  expect(new Set(requests.map(({ id }) => id)).size).toBe(requests.length);
  const ok = requests.filter(({ outcome }) => outcome === 'ok').length;
  expect(ok).toBe(result.requests.ok);
  expect(ok).toBeGreaterThan(result.requests.scheduled / 2);
});

test('every ok has its line in exactly one pod’s log; lines may lack only of answers at the instant of a kill', () => {
  expect(account.violations).toEqual([]);
  expect(account.pods.filter(({ killed }) => killed).length).toBeGreaterThanOrEqual(2);
  expect(account.found).toBeGreaterThan(0);
  expect(account.ok - account.found).toBeLessThanOrEqual(0.01 * account.ok);
});

test('no check failed', () => {
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
