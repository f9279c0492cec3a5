import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { syntheticJournal } from '../../test/support/synthetic-journal.ts';
import { madeTrials } from '../../test/support/made-trials.ts';
import { analyse, analyseTrials, combineLanes, compare, lanesOf, type Side } from '../analysis/index.ts';
import { renderComparison, resultOf, trialsResultOf } from '../report/index.ts';
import { writeReportsIndex } from './reports-index.ts';

const result = JSON.stringify(resultOf(analyse(syntheticJournal())));

test('the index leads to the runs of a folder, names those without a result, and leaves other folders out', async () => {
  await using folder = await mkdtempDisposable(path.join(tmpdir(), 'openbell-index-'));
  for (const name of ['good', 'broken', 'holiday-photos']) await mkdir(path.join(folder.path, name));
  await writeFile(path.join(folder.path, 'good', 'result.json'), result);
  await writeFile(path.join(folder.path, 'good', 'report.html'), '');
  await writeFile(path.join(folder.path, 'broken', 'result.json'), result.slice(0, 100));
  await writeReportsIndex(folder.path);
  await writeReportsIndex(folder.path);
  const index = await readFile(path.join(folder.path, 'index.html'), 'utf8');
  expect(index).toContain('href="good/report.html"');
  expect(index).toContain('broken');
  expect(index).not.toContain('holiday-photos');
});

test('a page of somebody else is not written over', async () => {
  await using folder = await mkdtempDisposable(path.join(tmpdir(), 'openbell-index-'));
  await mkdir(path.join(folder.path, 'good'));
  await writeFile(path.join(folder.path, 'good', 'result.json'), result);
  await writeReportsIndex(folder.path, { onlyAgain: true });
  await expect(readFile(path.join(folder.path, 'index.html'))).rejects.toThrow('ENOENT');
  await writeFile(path.join(folder.path, 'index.html'), 'my page');
  await writeReportsIndex(folder.path);
  expect(await readFile(path.join(folder.path, 'index.html'), 'utf8')).toBe('my page');
});

test('trials and comparisons are listed beside the runs', async () => {
  await using folder = await mkdtempDisposable(path.join(tmpdir(), 'openbell-index-'));
  const set = madeTrials([8_100, 8_300, 7_900, 8_600, 8_200, 8_000]);
  const findings = analyseTrials(set, { planned: 6, ended: null, rules: [] });
  const about = {
    openbellVersion: '1',
    startedAt: '2026-11-01T08:00:00.000Z',
    seed: 1,
    speedup: 10,
    provider: 'embedded',
    cluster: 'fresh',
    until: null,
  } as const;
  await mkdir(path.join(folder.path, 'nightly'));
  const trials = JSON.stringify(trialsResultOf(findings, about));
  await writeFile(path.join(folder.path, 'nightly', 'trials.json'), trials);
  const lanes = combineLanes([lanesOf(analyse(syntheticJournal()))]);
  const [a, b] = ['<b>a</b>', 'b'].map((label) => ({ label, set, lanes, circumstances: {} })) as [Side, Side];
  await writeFile(path.join(folder.path, 'a-b.html'), renderComparison(compare(a, b, []), '1'));
  await writeFile(path.join(folder.path, 'mine.html'), '<title>mine compared – openbell</title>');
  await writeReportsIndex(folder.path);
  const index = await readFile(path.join(folder.path, 'index.html'), 'utf8');
  expect(index).toContain('href="nightly/trials.html"');
  expect(index).toMatch(/node: outage\s+8\.15\s+s\s+\[/);
  expect(index).toMatch(/href="a-b\.html">&lt;b&gt;a&lt;\/b&gt; and b</);
  expect(index).not.toContain('mine');
});
