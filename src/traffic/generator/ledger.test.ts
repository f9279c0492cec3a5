import { describe, expect, test } from 'vitest';
import { Ledger, type Exchange } from './ledger.ts';
import type { RawSecond } from './messages.ts';
import type { Boundary, SecondRecord } from './second-record.ts';

const boundary: Boundary = {
  connections: { open: 0, opened: 0, closed: 0 },
  podConnections: new Map(),
  eventLoopDelayP99Ms: 0,
  cpu: 0,
};

describe('the ledger', () => {
  test('reports a second when it is over and all of its requests have ended, in order', () => {
    const { ledger, reported, seconds, send } = open(2);
    const early = send(seconds[0], 100);
    const late = send(seconds[1], 1100);
    ledger.closeSecond(seconds[0]!, boundary, 1000);
    ledger.ended(late, 'ok', 1200);
    ledger.closeSecond(seconds[1]!, boundary, 2000);
    expect(reported).toEqual([]);
    ledger.ended(early, 'timeout', 2100);
    expect(reported.map(({ second, t }) => [second, t])).toEqual([
      [0, 2100],
      [1, 2100],
    ]);
  });

  test('keeps response time from the due instant and service time from the send', () => {
    const { ledger, reported, seconds, send } = open(1);
    ledger.ended(send(seconds[0], 100, 104), 'ok', 110);
    ledger.closeSecond(seconds[0]!, boundary, 1000);
    expect([...(reported[0]?.samplesUs.ok ?? [])]).toEqual([6000, 10_000]);
    expect([...(reported[0]?.latenessUs ?? [])]).toEqual([4000]);
  });

  test('lists the answers slower than the limit, by response time', () => {
    const { ledger, reported, seconds, send } = open(1);
    ledger.ended(send(seconds[0], 300), 'ok', 351);
    ledger.ended(send(seconds[0], 100), 'ok', 150);
    ledger.ended(send(seconds[0], 200), 'ok', 251);
    ledger.closeSecond(seconds[0]!, boundary, 1000);
    expect(reported[0]?.slow.map(({ scheduledT }) => scheduledT)).toEqual([200, 300]);
  });

  test('tells answers and failures on connections that had been used before', () => {
    const { ledger, reported, seconds, send } = open(1);
    const pod = ledger.pods.get('a', 'n');
    ledger.ended({ ...send(seconds[0], 100), pod }, 'ok', 101);
    ledger.ended({ ...send(seconds[0], 200), pod, reused: true }, 'ok', 201);
    ledger.ended({ ...send(seconds[0], 300), pod, reused: true }, 'reset', 301);
    ledger.ended(send(seconds[0], 400), 'refused', 401);
    ledger.closeSecond(seconds[0]!, boundary, 1000);
    expect(reported[0]?.pods['a']).toMatchObject({ ok: 2, reused: 1 });
    expect(reported[0]?.failures.map(({ reused }) => reused ?? false)).toEqual([true, false]);
  });

  test.each([
    ['no connection was free', { dueMs: 100, nowMs: 101, ownFault: false }, 0],
    ['the generator was late', { dueMs: 100, nowMs: 115, ownFault: false }, 1],
    ['the machine had no socket', { dueMs: 100, nowMs: 101, ownFault: true }, 1],
  ])('blames the generator for a drop or not: %s', (_name, drop, expected) => {
    const { ledger, reported, seconds } = open(1);
    ledger.dropped(seconds[0]!, { index: 0, ...drop });
    ledger.closeSecond(seconds[0]!, boundary, 1000);
    expect(reported[0]).toMatchObject({
      scheduled: 1,
      outcomes: { dropped: 1 },
      droppedByGenerator: expected,
    });
  });

  test('turns a request that could not be sent after all into a drop of the generator', () => {
    const { ledger, reported, seconds, send } = open(1);
    ledger.unsent(send(seconds[0], 100), 101);
    ledger.closeSecond(seconds[0]!, boundary, 1000);
    expect(reported[0]).toMatchObject({ scheduled: 1, outcomes: { dropped: 1 }, droppedByGenerator: 1 });
  });
});

function open(count: number): {
  ledger: Ledger;
  reported: RawSecond[];
  seconds: SecondRecord[];
  send: (second: SecondRecord | undefined, dueMs: number, sentMs?: number) => Exchange;
} {
  const reported: RawSecond[] = [];
  const ledger = new Ledger({ originMs: 0, goodResponseMs: 50, report: (second) => reported.push(second) });
  const seconds = Array.from({ length: count }, (_, second) =>
    ledger.openSecond({ second, startMs: second * 1000, expected: 1 }),
  );
  return {
    ledger,
    reported,
    seconds,
    send(second, dueMs, sentMs = dueMs) {
      if (second === undefined) throw new Error('no such second');
      ledger.sent(second, sentMs - dueMs);
      const exchange = { index: 0, step: 0, visitor: null, saved: null, second, dueMs, sentMs, status: 200 };
      return { ...exchange, pod: null, reused: false, failedChecks: null };
    },
  };
}
