import { expect, test } from 'vitest';
import { timingRows } from './timings.ts';

test('a timer counts as changed only when the speed-up does not explain its value', () => {
  const rows = timingRows({
    speedup: 10,
    nodeMonitorGraceMs: 5000,
    hpaSyncPeriodMs: 3000,
    hpaTolerance: 0.1,
    somethingMs: 7,
  });
  expect(rows.map(({ name, standard, changed }) => [name, standard, changed])).toEqual([
    ['hpaSyncPeriodMs', 15_000, true],
    ['hpaTolerance', 0.1, false],
    ['nodeMonitorGraceMs', 50_000, false],
    ['somethingMs', null, false],
  ]);
});
