import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { failure, tinyRun, traffic } from '../../../test/support/tiny-journal.ts';
import { compareFolders } from './compare.ts';
import { appendLine } from './manifest.ts';

async function writeRun(folder: string, bad: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const failures = Array.from({ length: bad }, (_, index) => failure(1000 + index));
  const lines = tinyRun(traffic(3, { failures })).map((event) => JSON.stringify(event));
  await writeFile(path.join(folder, 'journal.ndjson'), `${lines.join('\n')}\n`);
}

test('a run is compared with a set of trials, from their journals', async () => {
  await using temp = await mkdtempDisposable(path.join(tmpdir(), 'openbell-compare-'));
  const [a, b, out] = ['a', 'b', 'pages/compare.html'].map((name) => path.join(temp.path, name)) as [
    string,
    string,
    string,
  ];
  await writeRun(a, 1);
  await mkdir(b);
  const scenario = { name: 'tiny', title: '', origin: '', source: '' };
  const about = {
    openbellVersion: '0',
    startedAt: '',
    speedup: 1,
    provider: 'embedded',
    cluster: 'fresh',
    seed: 1,
  } as const;
  await appendLine(b, {
    type: 'trials.start',
    apiVersion: 'openbell.dev/v1',
    kind: 'Trials',
    scenario,
    ...about,
  });
  for (const number of [1, 2]) {
    const folder = `trial-0${number}`;
    await writeRun(path.join(b, folder), 2 * number);
    await appendLine(b, { type: 'trial.done', number, seed: number, folder, exitCode: 0 });
  }
  const { comparison } = await compareFolders({
    a,
    b,
    failOn: ['requests.failed +3', 'requests.failed +1'],
    out,
  });
  expect(comparison.counted).toEqual({ a: 1, b: 2 });
  expect(comparison.differences.find(({ name }) => name === 'requests.failed')?.difference).toBe(2);
  expect(comparison.gates.map(({ held }) => held)).toEqual([true, false]);
  expect(comparison.exitCode).toBe(99);
  expect(comparison.unlike).toEqual([]);
  expect(
    comparison.differences.every(({ judgement }) => ['single', 'same', 'unknown'].includes(judgement)),
  ).toBe(true);
  expect(await readFile(out, 'utf8')).toContain('single run');
  await expect(compareFolders({ a, b, failOn: ['nothing +1%'], out })).rejects.toThrow(
    'there is no metric nothing',
  );
});

test('a folder without a run is refused with what was expected', async () => {
  await expect(compareFolders({ a: '/nowhere', b: tmpdir(), failOn: [], out: 'x.html' })).rejects.toThrow(
    'expected a run or trials in /nowhere',
  );
});
