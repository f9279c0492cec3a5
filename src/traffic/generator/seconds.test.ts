import { expect, test } from 'vitest';
import { Ledger } from './ledger.ts';
import { Seconds } from './seconds.ts';

function secondsOf(offered: number[]): { seconds: Seconds; ended: [number, number][] } {
  const ended: [number, number][] = [];
  const ledger = new Ledger({
    originMs: 0,
    goodResponseMs: null,
    report: ({ second, connections }) => ended.push([second, connections.opened]),
  });
  const measure = (): Parameters<Ledger['closeSecond']>[1] => ({
    connections: { open: 5, opened: 5, closed: 0 },
    podConnections: new Map(),
    eventLoopDelayP99Ms: 0,
    cpu: 0,
  });
  return {
    seconds: new Seconds({ offered, startMs: 0, endMs: offered.length * 1000 - 500, ledger, measure }),
    ended,
  };
}

test('an arrival belongs to the second that counts it', () => {
  const { seconds } = secondsOf([2, 0, 1]);
  expect([0, 1, 2].map((index) => seconds.recordOf(index).second)).toEqual([0, 0, 2]);
  expect(() => seconds.recordOf(3)).toThrow('lies after the schedule');
});

test('a second ends when its time is over and its arrivals are made, the last with the schedule', () => {
  const { seconds, ended } = secondsOf([2, 1]);
  seconds.recordOf(0);
  seconds.pass(999, 2);
  expect(ended).toEqual([]);
  seconds.pass(1001, 1);
  expect(ended).toEqual([]);
  seconds.recordOf(1);
  seconds.pass(1002, 2);
  expect(ended).toEqual([[0, 5]]);
  seconds.recordOf(2);
  seconds.pass(1499, 3);
  expect(seconds.over).toBe(false);
  seconds.pass(1500, 3);
  expect(seconds.over).toBe(true);
});

test('seconds that end together count what happened once', () => {
  const { seconds, ended } = secondsOf([0, 0, 0]);
  seconds.pass(2000, 0);
  expect(ended).toEqual([
    [0, 5],
    [1, 0],
  ]);
});

test('a stop ends what has begun and nothing else', () => {
  const { seconds, ended } = secondsOf([1, 1, 1]);
  seconds.recordOf(0);
  seconds.stop(300);
  expect(ended).toEqual([[0, 5]]);
  expect(seconds.over).toBe(true);
});
