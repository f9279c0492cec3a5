import { describe, expect, test } from 'vitest';
import type { RawSecond } from './generator/messages.ts';
import { mergeHistograms, newHistogram } from './histograms.ts';
import { mergeSeconds } from './merge.ts';
import { secondOf, type Second } from './second.ts';

describe('a second that two generators shared', () => {
  const one = second({
    samplesUs: { ok: [100, 200, 300, 400] },
    outcomes: { ok: 2 },
    latenessUs: [1000, 2000],
  });
  const other = second({
    samplesUs: { ok: [1000, 90_000], timeout: [500_000, 510_000] },
    outcomes: { ok: 1, timeout: 1 },
    latenessUs: [20_000],
    droppedByGenerator: 0,
  });
  const merged = mergeSeconds([one, other]);

  test('holds the sums of both', () => {
    expect(merged).toMatchObject({
      scheduled: 4,
      outcomes: { ok: 3, timeout: 1, reset: 0 },
      statuses: { 200: 3 },
      connections: { open: 6, opened: 4, closed: 2 },
      pods: { a: { node: 'n', ok: 2, httpError: 0, firstT: 10, lastT: 20, connections: 2 } },
    });
    expect(merged.failures.map(({ scheduledT }) => scheduledT)).toEqual([5, 5]);
  });

  test('has the histogram of all samples, and its quantiles', () => {
    const response = mergeHistograms([merged.response.ok ?? '']);
    expect(response.totalCount).toBe(3);
    expect(merged.okResponseUs?.max).toBeGreaterThanOrEqual(90_000);
    expect(merged.okResponseUs?.p50).toBe(400);
    expect(mergeHistograms([merged.service.timeout ?? '']).totalCount).toBe(1);
  });

  test('is spoiled if one of them was', () => {
    expect(one.generator.saturated).toBe(false);
    expect(other.generator.saturated).toBe(true);
    expect(merged.generator).toMatchObject({ saturated: true, latenessP99Ms: 20, cpu: 0.5 });
  });

  test('is the one itself where there is one', () => expect(mergeSeconds([one])).toBe(one));

  test('must be one second', () => {
    expect(() => mergeSeconds([one, { ...other, second: 8 }])).toThrow(
      'seconds 7 and 8 are not the same second',
    );
    expect(() => mergeSeconds([])).toThrow('no seconds to merge');
  });
});

test('a second in which the generator dropped by its own fault is saturated, however punctual the rest was', () => {
  expect(second({ droppedByGenerator: 1 }).generator.saturated).toBe(true);
});

test('histograms hold three digits of any latency', () => {
  const run = { service: newHistogram(), response: newHistogram(), lateness: newHistogram() };
  const samples = [1, 999, 1_000_000, 4_000_000_000];
  for (const us of samples) {
    const { response } = secondOf(raw({ samplesUs: { ok: Uint32Array.from([0, us]) } }), run);
    const histogram = mergeHistograms([response.ok ?? '']);
    expect(Math.abs(histogram.getValueAtPercentile(50) - us) / us).toBeLessThanOrEqual(0.001);
  }
  expect(run.response.totalCount).toBe(samples.length);
});

function second(
  change: Partial<Pick<RawSecond, 'droppedByGenerator'>> & {
    samplesUs?: { ok?: number[]; timeout?: number[] };
    outcomes?: Partial<RawSecond['outcomes']>;
    latenessUs?: number[];
  },
): Second {
  const { samplesUs = {}, outcomes, latenessUs = [], ...rest } = change;
  return secondOf(
    raw({
      ...rest,
      scheduled: 2,
      outcomes: { ...raw({}).outcomes, ...outcomes },
      statuses: { 200: outcomes?.ok ?? 0 },
      samplesUs: Object.fromEntries(
        Object.entries(samplesUs).map(([outcome, us]) => [outcome, Uint32Array.from(us)]),
      ),
      latenessUs: Uint32Array.from(latenessUs),
      pods: { a: { node: 'n', ok: 1, httpError: 0, firstT: 10, lastT: 20, connections: 1, reused: 0 } },
      failures: [{ scheduledT: 5, endedT: 6, outcome: 'reset', pod: null }],
    }),
    { service: newHistogram(), response: newHistogram(), lateness: newHistogram() },
  );
}

function raw(change: Partial<RawSecond>): RawSecond {
  return {
    second: 7,
    startT: 7000,
    t: 8000,
    scheduled: 0,
    outcomes: { ok: 0, http_error: 0, timeout: 0, refused: 0, reset: 0, dropped: 0 },
    statuses: {},
    samplesUs: {},
    pods: {},
    failures: [],
    slow: [],
    connections: { open: 3, opened: 2, closed: 1 },
    latenessUs: new Uint32Array(),
    droppedByGenerator: 0,
    eventLoopDelayP99Ms: 0,
    cpu: 0.25,
    ...change,
  };
}
