import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { isFree, isLike } from './reuse.ts';
import { testRecord } from './test-record.ts';

const gone = spawnSync(process.execPath, ['--version']).pid;

it.each([
  ['that is kept and that nobody uses', {}, true],
  ['whose last run was killed', { usedBy: gone }, true],
  ['whose first run, which is to keep it, goes on', { usedBy: process.pid }, false],
  ['that boots', { state: 'booting' }, false],
  ['that goes with its run', { kept: false }, false],
] as const)('a cluster %s is free: %#', (_, over, free) => {
  expect(isFree(testRecord('lab', over))).toBe(free);
});

it.each([
  ['of the same making', 'workers', ['a', 'b'], true],
  ['with a spare too many', 'workers', ['a'], true],
  ['with spares too few', 'workers', ['a', 'b', 'c'], false],
  ['with another spare', 'workers', ['b'], false],
  ['with other workers or timers', 'others', [], false],
])('a cluster %s is like what is asked for: %#', (_, fingerprint, spareFingerprints, like) => {
  const record = testRecord('lab', { spareFingerprints: ['a', 'b'] });
  expect(isLike(record, { fingerprint, spareFingerprints })).toBe(like);
});
