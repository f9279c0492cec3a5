import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { syntheticJournal } from '../../test/support/synthetic-journal.ts';
import { analyse } from '../analysis/index.ts';
import { resultOf } from '../report/index.ts';
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
