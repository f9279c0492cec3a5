/** What one pod can take, from the command line to a scenario that uses it. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { CapacityResult } from '../../src/harness/index.ts';
import { scenarioFile, workplace } from './openbell.ts';

test('capacity measures a curve, holds rates, and writes a calibration that scenarios can name', async () => {
  await using place = await workplace();
  const file = scenarioFile('hangs');
  const short = ['--step', '1', '--hold', '2'];
  const rule = ['--expect', 'response.p99 < 1s'];
  const done = await place.openbell('capacity', file, ...short, ...rule, '--out', place.runs);
  expect(done.exitCode, done.stderr).toBe(0);
  const [folder = ''] = await place.runFolders();
  const calibration = path.join(folder, 'capacity.json');
  const result = JSON.parse(await readFile(calibration, 'utf8')) as CapacityResult;
  const [one] = result.pods;
  expect(result).toMatchObject({ kind: 'Calibration', scenario: 'hangs', provider: 'embedded' });
  expect(result.expectations).toEqual(['response.p99 < 1s']);
  expect(one?.pods).toBe(1);
  expect(one?.curve.length).toBeGreaterThanOrEqual(3);
  for (const { throughput } of one?.curve ?? []) expect(throughput).toBeGreaterThan(0);
  expect(one?.curve.map(({ users }) => users)).toContain(one?.kneeUsers);
  const kept = one?.holds.filter((hold) => hold.kept).map(({ ratePerSecond }) => ratePerSecond) ?? [];
  expect(one?.ratePerSecond).toBe(kept.length === 0 ? null : Math.max(...kept));
  expect(result.podCapacityPerSecond).toBe(one?.ratePerSecond);
  expect(done.stdout).toContain('Universal scalability law');

  // A second of a busy machine may hold no rate at all; the file is used where there is one.
  const capacity = { ...result, podCapacityPerSecond: result.podCapacityPerSecond ?? 10 };
  await writeFile(path.join(place.tmp, 'capacity.json'), JSON.stringify(capacity));
  const using = path.join(place.tmp, 'using.yaml');
  await writeFile(using, `${await readFile(file, 'utf8')}\neconomy: { calibration: capacity.json }\n`);
  const valid = await place.openbell('validate', using);
  expect(valid.exitCode, valid.stderr).toBe(0);
  expect((await readdir(place.tmp)).toSorted()).toEqual(['capacity.json', 'using.yaml']);
});
