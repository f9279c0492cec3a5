/** Repeated runs from the command line: killed, gone on with, rendered again, compared. */
import { spawn } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { TrialsResult } from '../../src/report/index.ts';
import { until } from '../../src/support/index.ts';
import { Traces } from '../support/leftovers.ts';
import { entry, scenarioFile, workplace } from './openbell.ts';

async function checkedTrials(text: string): Promise<TrialsResult> {
  const file = new URL('../../docs/trials.schema.json', import.meta.url);
  const schema = JSON.parse(await readFile(file, 'utf8')) as Parameters<typeof z.fromJSONSchema>[0];
  return z.fromJSONSchema(schema).parse(JSON.parse(text)) as TrialsResult;
}

test('trials that were killed are gone on with, on one cluster, and leave nothing; runs and trials are compared', async () => {
  await using place = await workplace();
  const folder = path.join(place.runs, 'hangs');
  const words = ['trials', scenarioFile('hangs'), '--reuse', '--seed', '7', '--out', folder, '--count'];

  const first = spawn(process.execPath, [entry, ...words, '9'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TMPDIR: place.tmp },
  });
  let said = '';
  first.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  await until(() => said.includes('trial 1 of 9: '), {
    what: `the first trial: ${said}`,
    deadlineMs: 60_000,
  });
  first.kill('SIGKILL');
  const trial1 = await stat(path.join(folder, 'trial-01', 'journal.ndjson'));

  const again = await place.openbell(...words, '2', '--expect', 'requests.scheduled.min == 80', '--json');
  const result = await checkedTrials(again.stdout);
  expect(again.exitCode, again.stderr).toBe(result.exitCode);
  expect(again.stderr).toContain('1 trial done before');
  expect(result.trials.map(({ number }) => number)).toEqual([1, 2]);
  expect(result.trials.every(({ values }) => values['requests.scheduled'] === 80)).toBe(true);
  const used = result.trials.filter(({ counts }) => counts).length;
  expect(used).toBeGreaterThan(0);
  expect(result.expectations[0]?.held).toBe(true);
  expect(result.exitCode).toBe(result.verdict === 'untrusted' ? 108 : 0);
  expect((await stat(path.join(folder, 'trial-01', 'journal.ndjson'))).mtimeMs).toBe(trial1.mtimeMs);
  expect(await readdir(folder)).toEqual(
    expect.arrayContaining(['trials.html', 'trials.json', 'trials.ndjson']),
  );
  await until(() => Promise.resolve(new Traces(place.tmp).look().length === 0), {
    what: 'every process of the trials to be gone',
    deadlineMs: 3_000,
  });

  // Each trial had the same faults on nodes that its own seed drew, and its own namespace on the one cluster.
  const targets = await Promise.all(
    result.trials.map(async ({ folder: name }) => {
      const run = JSON.parse(await readFile(path.join(folder, name, 'result.json'), 'utf8')) as {
        faults: { target: string; landedMs: number | null }[];
      };
      for (const { landedMs } of run.faults) expect(landedMs).not.toBeNull();
      return run.faults.map(({ target }) => target);
    }),
  );
  expect(targets.every((hit) => new Set(hit).size > 0 && hit.length === 3)).toBe(true);

  const page = await readFile(path.join(folder, 'trials.html'), 'utf8');
  const rendered = await place.openbell('report', folder);
  expect(rendered.stdout.trim()).toBe(path.join(folder, 'trials.html'));
  expect((await readFile(path.join(folder, 'trials.html'), 'utf8')) === page).toBe(true);

  const copy = path.join(place.runs, 'copy');
  await mkdir(copy);
  const journal = path.join(folder, result.trials[1]?.folder ?? '', 'journal.ndjson');
  await copyFile(journal, path.join(copy, 'journal.ndjson'));
  const out = path.join(place.runs, 'compare.html');
  const compared = await place.openbell(
    'compare',
    folder,
    copy,
    '--out',
    out,
    '--fail-on',
    'requests.scheduled +0',
  );
  const trusted = result.verdict !== 'untrusted' && result.trials[1]?.verdict !== 'untrusted';
  expect(compared.exitCode, compared.stderr).toBe(trusted ? 0 : 108);
  expect(compared.stdout.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
  expect(await readFile(out, 'utf8')).toContain('copy');
});

test('what cannot be repeated or compared is refused before anything is made', async () => {
  await using place = await workplace();
  const refused: [string[], number, string][] = [
    [['trials', 'hang-nods'], 104, 'hang-nods'],
    [['trials', scenarioFile('hangs'), '--expect', 'outage < 3s'], 2, 'a statistic at the end'],
    [['trials', scenarioFile('hangs'), '--until', 'outrage:5%'], 2, 'did you mean outage?'],
    [['trials', scenarioFile('hangs'), '--fresh', '--reuse'], 2, 'mutually exclusive'],
    [['trials', scenarioFile('hangs'), '--count', '0'], 2, 'from 1 to 1000'],
    [['compare', place.tmp, place.tmp], 2, 'neither journal.ndjson nor trials.ndjson'],
    [['compare', place.tmp], 2, 'openbell --help'],
  ];
  for (const [words, code, said] of refused) {
    const { exitCode, stderr } = await place.openbell(...words);
    expect(stderr).toContain(said);
    expect(exitCode, words.join(' ')).toBe(code);
  }
  expect(await readdir(place.tmp)).toEqual([]);
});
