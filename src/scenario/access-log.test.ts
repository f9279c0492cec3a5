import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { marketDay } from '../../scenarios/traces/make-market-day.ts';
import { scheduleOf } from '../traffic/index.ts';
import { readAccessLog } from './access-log.ts';
import { builtInFolder } from './catalogue.ts';
import { phaseOf } from './convert.ts';
import { readReplay } from './replay-csv.ts';

const line = (time: string): string =>
  `127.0.0.1 - ann [${time}] "GET /quote/AAPL HTTP/1.1" 200 512 "-" "curl"`;

test('arrivals of one whole second are spread over it, whatever the order and zone of their lines', () => {
  const log = [
    line('10/Oct/2025:09:30:01 -0400'),
    line('10/Oct/2025:15:30:00 +0200'),
    '',
    line('10/Oct/2025:13:30:01 +0000'),
  ].join('\r\n');
  expect(readAccessLog(log, 'a.log')).toEqual({ atMs: [500, 1250, 1750], problems: [] });
});

test('JSON lines carry their instant, to the millisecond or in seconds', () => {
  const log = '{"time":"2025-10-10T09:30:00.250Z"}\n{"ts":1760088600.75,"path":"/"}\n';
  expect(readAccessLog(log, 'a.log').atMs).toEqual([0, 500]);
});

test.each([
  ['hello\n', 1, 'expected a request with its time'],
  [`${line('10/Okt/2025:09:30:01 -0400')}\n`, 1, 'expected a request with its time'],
  [`${line('10/Oct/2025:09:30:01 -0400')}\n{"time":"soon"}\n`, 2, 'expected a request with its time'],
  [`${line('10/Oct/2025:09:30:01 -0400')}\n`, 1, 'expected at least two requests, got 1'],
])('%j is refused at its place', (log, at, message) => {
  const { problems, atMs } = readAccessLog(log, 'a.log');
  expect(problems[0]).toMatchObject({ line: at, message: expect.stringContaining(message) });
  expect(atMs).toEqual([]);
});

test('a log is replayed at its instants, sooner when it is sped up, and not beyond its phase', () => {
  const recordings = { rates: new Map(), arrivals: new Map([['a.log', [0, 10, 500, 500, 2100, 4000]]]) };
  const log = (speed: number, duration: number) =>
    phaseOf({ name: 'p', duration, rate: { accessLog: { file: 'a.log', speed } } }, recordings);
  const played = (speed: number, duration: number): number[] => {
    const schedule = scheduleOf({ phases: [log(speed, duration)] });
    return Array.from({ length: schedule.total }, (_, index) => schedule.dueMs(index));
  };
  expect(played(1, 4000)).toEqual([0, 10, 500, 500, 2100]);
  expect(played(2, 4000)).toEqual([0, 5, 250, 250, 1050, 2000]);
  expect(played(0.5, 2000)).toEqual([0, 20, 1000, 1000]);
  const schedule = scheduleOf({ phases: [log(1, 3000)] });
  expect([0, 1, 1000, 2000, 3000].map((ms) => schedule.countBy(ms))).toEqual([0, 1, 4, 4, 5]);
});

test('a recorded rate may be told in times of day, squeezed in time and scaled in height', () => {
  const { points, problems } = readReplay('time,rate\n09:30,10\n09:30:30,20\n09:31,0\n', 'r.csv');
  expect(problems).toEqual([]);
  expect(points).toEqual([
    { atMs: 0, rate: 10 },
    { atMs: 30_000, rate: 20 },
    { atMs: 60_000, rate: 0 },
  ]);
  const { rate } = phaseOf(
    { name: 'p', duration: 6000, rate: { replay: { file: 'r.csv', speed: 10, scale: 3 } } },
    { rates: new Map([['r.csv', points]]), arrivals: new Map() },
  );
  expect(rate).toMatchObject({ points: [{ atMs: 0, rate: 30 }, { atMs: 3000, rate: 60 }, { atMs: 6000 }] });
  expect(readReplay('time,rate\n09:30,1\nnoon,2\n', 'r.csv').problems[0]).toMatchObject({
    line: 3,
    message: expect.stringContaining('expected a time such as 09:30'),
  });
});

test('the market day that comes along is what its generator makes, and repeats with its seed', async () => {
  const file = path.join(builtInFolder(), 'traces/market-day.csv');
  expect(await readFile(file, 'utf8')).toBe(marketDay());
  expect(marketDay(7)).toBe(marketDay(7));
  expect(marketDay(7)).not.toBe(marketDay());
});
