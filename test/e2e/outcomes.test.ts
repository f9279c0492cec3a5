/** Short runs side by side, each in a process of its own: seeds, exit codes and `--json`. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readJournal } from '../../src/journal/index.ts';
import { checkedResult, expectExit, scenarioFile, workplace } from './openbell.ts';

test('three runs at once do not disturb each other, and the same seed hits the same nodes', async () => {
  await using place = await workplace();
  const run = (seed: string) =>
    place.openbell('run', scenarioFile('hangs'), '--out', place.runs, '--seed', seed, '--json');
  const done = await Promise.all([run('7'), run('7'), run('8')]);

  const targets = [];
  for (const one of done) {
    // Standard output is the result and nothing else.
    const result = await checkedResult(one.stdout);
    expectExit(one, result, 0);
    expect(result).toMatchObject({ scenario: 'hangs', requests: { scheduled: 80 } });
    targets.push(result.faults.map(({ target }) => target));
  }
  const [first, second, third] = targets;
  expect(first).toHaveLength(3);
  expect(second).toEqual(first);
  expect(third).not.toEqual(first);

  const folders = await place.runFolders();
  expect(folders).toHaveLength(3);
  const seeds = await Promise.all(folders.map(seedOf));
  expect(seeds.toSorted((a = 0, b = 0) => a - b)).toEqual([7, 7, 8]);
});

test('an expectation that fails is exit code 99, a fault without a target 107', async () => {
  await using place = await workplace();
  const [failed, missed] = await Promise.all(
    ['too-strict', 'missing-target'].map((name) =>
      place.openbell('run', scenarioFile(name), '--out', place.runs, '--json'),
    ),
  );
  const result = await checkedResult(failed?.stdout ?? '');
  if (failed) expectExit(failed, result, 99);
  expect(result.expectations[0]).toEqual({ rule: 'requests.scheduled == 1', observed: 80, held: false });

  expect(missed?.exitCode, missed?.stderr).toBe(107);
  expect(missed?.stderr).toContain('no running pod');
  expect(await checkedResult(missed?.stdout ?? '')).toMatchObject({ verdict: 'failed', exitCode: 107 });
});

async function seedOf(folder: string): Promise<number | undefined> {
  const { events } = await readJournal(path.join(folder, 'journal.ndjson'));
  const result = await readFile(path.join(folder, 'result.json'), 'utf8');
  await checkedResult(result);
  return events.find((event) => event.type === 'run.start')?.seed;
}
