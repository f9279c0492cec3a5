import { expect, test } from 'vitest';
import { syntheticJournal, syntheticTrafficStart } from '../../test/support/synthetic-journal.ts';
import type { JournalEvent } from '../journal/index.ts';
import { analyse, type Findings } from './index.ts';

function with_(...events: JournalEvent[]): Findings {
  const [start, ...rest] = syntheticJournal({ nodeLoss: false });
  if (start === undefined) throw new Error('expected the start of a run');
  return analyse([start, ...[...rest, ...events].sort((a, b) => a.t - b.t)]);
}

/** One sample a second of traffic. */
function host(of: (second: number) => { busy?: number; steal?: number }): JournalEvent[] {
  return Array.from({ length: 80 }, (_, second): JournalEvent => ({
    t: syntheticTrafficStart + second * 1000 + 500,
    type: 'host',
    busy: 0.5,
    steal: 0,
    load1: 1,
    ...of(second),
  }));
}

test('a quiet machine and prompt faults leave nothing to doubt', () => {
  expect(with_(...host(() => ({}))).trust).toEqual({
    level: 'trusted',
    sentence: 'Nothing was found that lowers the trust in the figures.',
    doubts: [],
  });
});

test('a load that the cores can carry at once is no reason to doubt', () => {
  const before = { t: 2, type: 'host', busy: null, steal: null, load1: 2 } as const;
  expect(with_(before).trust.doubts).toEqual([]);
});

test.each([
  [
    'a busy machine at the start',
    [{ t: 2, type: 'host', busy: null, steal: null, load1: 3 } as const],
    /3\.0 processes on average wanted one of its 2 cores .* up to 2 can/,
  ],
  [
    'some stolen time',
    host((second) => (second < 4 ? { steal: 0.3 } : {})),
    /more than 10 % of the machine's CPU time .* in 5 % of the samples/,
  ],
  [
    'a machine without time left',
    host((second) => (second < 40 ? { busy: 0.99 } : {})),
    /no CPU time left in 40 of 80 samples/,
  ],
])('%s lowers the trust', (_name, events, text) => {
  const { trust, notes, verdict } = with_(...events);
  expect(trust.level).toBe('doubtful');
  expect(trust.sentence).toBe('The figures may be believed with care: 1 thing lowers the trust in them.');
  expect(trust.doubts).toEqual([expect.stringMatching(text)]);
  expect(notes).toEqual(expect.arrayContaining(trust.doubts));
  expect(verdict).toBe('passed');
});

test('much stolen time takes it away', () => {
  const { trust, verdict } = with_(...host((second) => (second % 2 === 0 ? { steal: 0.3 } : {})));
  expect(trust.level).toBe('untrusted');
  expect(verdict).toBe('untrusted');
});

test.each([
  [2000, 'doubtful'],
  [7000, 'untrusted'],
] as const)('a fault that is seen to land %d ms late leaves a run %s', (lateMs, level) => {
  const events = syntheticJournal({ nodeLoss: false }).map((event): JournalEvent =>
    event.type === 'fault.landed' ? { ...event, t: event.t + lateMs } : event,
  );
  const { trust } = analyse(events.sort((a, b) => a.t - b.t));
  expect(trust.level).toBe(level);
});

test('a fault that is injected later than planned is told', () => {
  const events = syntheticJournal({ nodeLoss: false }).map((event): JournalEvent =>
    event.type === 'run.plan'
      ? { ...event, faults: event.faults.map((fault) => ({ ...fault, atMs: fault.atMs - 3000 })) }
      : event,
  );
  expect(analyse(events).trust.doubts).toEqual([
    'kill-pod-1 was injected 3 s later than planned: it met another load than was meant.',
  ]);
});
