import { expect, test } from 'vitest';
import { parseProcStat, shares } from './host.ts';

test('the CPU time of the machine is read from the first line of /proc/stat', () => {
  expect(parseProcStat('cpu  100 1 50 800 20 3 6 20 0 0\ncpu0 1 2 3 4\n')).toEqual({
    busy: 160,
    idle: 820,
    steal: 20,
  });
  expect(parseProcStat('something else')).toBe(null);
});

test('shares are those of the time between two measurements', () => {
  const before = { busy: 100, idle: 100, steal: 0 };
  expect(shares(before, { busy: 160, idle: 120, steal: 20 })).toEqual({ busy: 0.6, steal: 0.2 });
  expect(shares(before, { busy: 160, idle: 140, steal: null })).toEqual({ busy: 0.6, steal: null });
  expect(shares(before, before)).toEqual({ busy: null, steal: null });
});
