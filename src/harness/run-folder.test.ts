import { mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createRunFolder, runFolderName, writeAtomically } from './run-folder.ts';

const wall = Date.UTC(2026, 10, 21, 7, 30, 0, 999);

test.each([
  ['market-open', 'market-open-20261121T073000Z'],
  ['Market open / EU', 'market-open-eu-20261121T073000Z'],
  ['../../etc', 'etc-20261121T073000Z'],
  ['…', 'run-20261121T073000Z'],
])('a run of "%s" lies in %s', (scenario, expected) => {
  expect(runFolderName(scenario, wall)).toBe(expected);
});

test('a run never takes a folder that exists, not even when two start in the same second', async () => {
  await using temp = await mkdtempDisposable(path.join(tmpdir(), 'openbell-folder-'));
  const outDir = path.join(temp.path, 'reports');
  const folders = await Promise.all([1, 2, 3].map(() => createRunFolder(outDir, 'a')));
  expect(folders.map((folder) => path.basename(folder)).toSorted()).toEqual(['a', 'a-2', 'a-3']);
});

test('a folder that cannot be made is said with what to do', async () => {
  await using temp = await mkdtempDisposable(path.join(tmpdir(), 'openbell-folder-'));
  const file = path.join(temp.path, 'file');
  await writeFile(file, '');
  await expect(createRunFolder(file, 'a')).rejects.toMatchObject({ code: 'OUT_DIR_NOT_WRITABLE' });
});

test('a file is replaced as a whole', async () => {
  await using temp = await mkdtempDisposable(path.join(tmpdir(), 'openbell-folder-'));
  const file = path.join(temp.path, 'report.html');
  await writeAtomically(file, 'one');
  await writeAtomically(file, 'two');
  expect(await readFile(file, 'utf8')).toBe('two');
  expect(await readdir(temp.path)).toEqual(['report.html']);
  await expect(writeAtomically(path.join(temp.path, 'no', 'x'), '')).rejects.toMatchObject({
    code: 'REPORT_NOT_WRITTEN',
  });
});
