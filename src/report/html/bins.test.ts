import { describe, expect, test } from 'vitest';
import { PodTable, type SecondPoint } from '../../analysis/index.ts';
import { binPods, binSeconds, saturatedSpans } from './bins.ts';

function second(t: number, more: Partial<SecondPoint> = {}): SecondPoint {
  return {
    t,
    second: 0,
    offered: 10,
    outcomes: { ok: 9, http_error: 0, timeout: 1, refused: 0, reset: 0, dropped: 0 },
    p50Ms: 1,
    p90Ms: 2,
    p99Ms: 3,
    latencyBands: { lowest: 0, counts: [] },
    pods: pods({ a: [9, 2] }),
    connectionsOpen: 2,
    latenessP99Ms: 0,
    generatorCpu: 0,
    saturated: false,
    ...more,
  };
}

function pods(of: Record<string, [ok: number, connections: number]>): PodTable {
  const counts = Object.entries(of).map(([name, [ok, connections]]) => [
    name,
    { ok, httpError: 0, connections, firstT: 0, lastT: 0 },
  ]);
  return new PodTable(Object.fromEntries(counts));
}

describe('binning a run’s seconds', () => {
  test('keeps them as they are while there is room', () => {
    const { bins, widthS } = binSeconds([second(3200), second(4200)], 10);
    expect(widthS).toBe(1);
    expect(bins.map((bin) => [bin.t, bin.offered, bin.p99Ms])).toEqual([
      [3200, 10, 3],
      [4200, 10, 3],
    ]);
  });

  test('averages rates, takes the worst latency and the last connections', () => {
    const seconds = [
      second(0),
      second(1000, { offered: 30, p99Ms: 90, pods: pods({ b: [4, 7] }) }),
      second(2000, { p99Ms: null }),
    ];
    const { bins, widthS } = binSeconds(seconds, 2);
    expect(widthS).toBe(2);
    expect(bins[0]).toMatchObject({ offered: 20, p99Ms: 90 });
    expect(binPods(seconds, 2).bins[0]).toMatchObject({
      served: new Map([
        ['a', 4.5],
        ['b', 2],
      ]),
      connections: new Map([['b', 7]]),
    });
    expect(bins[1]).toMatchObject({ t: 2000, offered: 10, p99Ms: null });
  });

  test('leaves a gap where seconds are missing', () => {
    const { bins } = binSeconds([second(0), second(3000)], 10);
    expect(bins.map((bin) => bin.offered)).toEqual([10, null, null, 10]);
  });

  test('makes nothing of nothing', () => {
    expect(binSeconds([], 10)).toEqual({ bins: [], widthS: 1 });
  });
});

test('neighbouring saturated seconds become one span', () => {
  const spoiled = { saturated: true };
  expect(
    saturatedSpans([second(0, spoiled), second(1000, spoiled), second(2000), second(3000, spoiled)]),
  ).toEqual([
    [0, 2000],
    [3000, 4000],
  ]);
});
