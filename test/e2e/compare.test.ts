/** `openbell compare` as a gate for CI: what its exit codes say of recorded runs and of sets of trials. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { failure, tinyRun, traffic } from '../support/tiny-journal.ts';
import { workplace } from './openbell.ts';

let place: Awaited<ReturnType<typeof workplace>>;
beforeAll(async () => {
  place = await workplace();
  for (const name of ['short-surge', 'node-loss', 'market-open-cut']) await recordedRun(name);
  // Requests that failed in each trial. Chance explains the first two, and not what comes after them.
  await trials('before', [2, 3, 4, 5, 6, 7]);
  await trials('hardly', [3, 2, 5, 8, 4, 9]);
  await trials('worse', [12, 13, 14, 15, 16, 17]);
  await run(path.join(place.runs, 'one-good'), 2);
  await run(path.join(place.runs, 'one-bad'), 5);
  await mkdir(path.join(place.runs, 'empty'));
  await mkdir(path.join(place.runs, 'foreign'));
  await writeFile(path.join(place.runs, 'foreign', 'journal.ndjson'), '{"metric":"http_reqs"}\n');
});
afterAll(() => place[Symbol.asyncDispose]());

/** The journal of a real run. */
async function recordedRun(name: string): Promise<void> {
  const recorded = await readFile(new URL(`../golden/${name}.ndjson.gz`, import.meta.url));
  await mkdir(path.join(place.runs, name), { recursive: true });
  await writeFile(path.join(place.runs, name, 'journal.ndjson'), gunzipSync(recorded));
}

async function run(folder: string, failed: number): Promise<void> {
  const failures = Array.from({ length: failed }, (_, index) => failure(1010 + index));
  const events = tinyRun(traffic(6, { failures }));
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'journal.ndjson'), lines(events));
}

async function trials(name: string, failed: readonly number[]): Promise<void> {
  const folder = path.join(place.runs, name);
  const about = {
    type: 'trials.start',
    apiVersion: 'openbell.dev/v1',
    kind: 'Trials',
    openbellVersion: '0',
    startedAt: '',
    scenario: { name: 'tiny', title: '', origin: '', source: '' },
    speedup: 1,
    provider: 'embedded',
    cluster: 'fresh',
    seed: 1,
  };
  for (const [index, count] of failed.entries()) await run(path.join(folder, `trial-${index + 1}`), count);
  const done = failed.map((_, index) => ({
    type: 'trial.done',
    number: index + 1,
    seed: index,
    folder: `trial-${index + 1}`,
    exitCode: 0,
  }));
  await writeFile(path.join(folder, 'trials.ndjson'), lines([about, ...done]));
}

function lines(objects: readonly object[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}

let pages = 0;

async function compared(a: string, b: string, ...limits: string[]) {
  const out = path.join(place.runs, 'pages', `${(pages += 1)}.html`);
  const gates = limits.flatMap((limit) => ['--fail-on', limit]);
  const done = await place.openbell(
    'compare',
    path.join(place.runs, a),
    path.join(place.runs, b),
    '--out',
    out,
    '--json',
    ...gates,
  );
  return { ...done, out };
}

test.each([
  ['a recorded run against itself', 'short-surge', 'short-surge', ['requests.failed +0'], 0, 'the same'],
  ['two runs, no limit', 'one-good', 'one-bad', [], 0, 'no difference can be told from chance'],
  ['two runs within the limit', 'one-good', 'one-bad', ['requests.failed +3'], 0, 'No limit was exceeded'],
  [
    'two runs, one limit of two exceeded',
    'one-good',
    'one-bad',
    ['requests.failed +3', 'requests.failed +2'],
    99,
    'requests.failed +2',
  ],
  ['trials worse than the limit', 'before', 'worse', ['requests.failed +10%'], 99, 'worse than allowed'],
  ['trials worse, but within the limit', 'before', 'worse', ['requests.failed +300%'], 0, 'No limit'],
  ['better trials', 'worse', 'before', ['requests.failed +0'], 0, 'No limit was exceeded'],
  ['trials past the limit by chance', 'before', 'hardly', ['requests.failed +0'], 0, 'No limit was exceeded'],
  ['trials against a run', 'before', 'one-bad', ['requests.failed +0'], 99, 'single runs'],
  ['a side not to be trusted', 'short-surge', 'node-loss', ['requests.failed +0'], 108, 'figures of B'],
  ['a run that never ended', 'short-surge', 'market-open-cut', [], 108, 'nothing to compare'],
])('%s', async (_, a, b, limits, exitCode, said) => {
  const done = await compared(a, b, ...limits);
  expect(done.exitCode, done.stderr + done.stdout).toBe(exitCode);
  const schema = JSON.parse(
    await readFile(new URL('../../docs/compare.schema.json', import.meta.url), 'utf8'),
  ) as Parameters<typeof z.fromJSONSchema>[0];
  const result = z.fromJSONSchema(schema).parse(JSON.parse(done.stdout)) as { exitCode: number };
  expect(result).toMatchObject({ exitCode, verdictSentence: expect.stringContaining(said) as string });
  expect(await readFile(done.out, 'utf8')).toContain(b);
});

test.each([
  ['no such measure', 'short-surge', 'short-surge', 'outrage +1%', 'did you mean outage?'],
  ['a limit that is none', 'before', 'worse', 'requests.failed +x', 'got x'],
  [
    'a limit without a sign',
    'before',
    'worse',
    'requests.failed 10%',
    'expected a metric, a sign and a limit',
  ],
  [
    'a fault that only one side has',
    'short-surge',
    'before',
    'outage +1%',
    'pod-in-surge (kill-pod) in A, none in B',
  ],
  ['no faults at all', 'before', 'worse', 'outage +1%', 'outage is measured of faults'],
  ['no run', 'before', 'empty', 'requests.failed +1', 'neither journal.ndjson nor trials.ndjson'],
  ['no folder', 'before', 'nowhere', 'requests.failed +1', 'expected a run or trials'],
  ['a journal of another tool', 'before', 'foreign', 'requests.failed +1', 'foreign/journal.ndjson'],
])('%s is wrong input: exit code 2, and no page', async (_, a, b, limit, said) => {
  const { exitCode, stderr, stdout, out } = await compared(a, b, limit);
  expect(stderr).toContain(said);
  expect([exitCode, stdout]).toEqual([2, '']);
  await expect(readFile(out, 'utf8')).rejects.toThrow('ENOENT');
});
