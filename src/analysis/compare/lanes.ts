import type { Findings } from '../findings.ts';
import { quantile, sorted } from '../statistics/index.ts';

/** What one run looked like second by second, counted from the start of its traffic. */
export interface RunLanes {
  /** One value per second; null where there is none. */
  offered: (number | null)[];
  answered: (number | null)[];
  /** Requests that did not end ok. */
  bad: (number | null)[];
  p99Ms: (number | null)[];
  /** Ready pods in the middle of the second. */
  ready: (number | null)[];
  /** Seconds since the start of traffic. */
  faults: { id: string; atS: number }[];
}

/** The lanes of charts in which runs are laid over each other. */
export const laneNames = ['offered', 'answered', 'bad', 'p99Ms', 'ready'] as const;
export type LaneName = (typeof laneNames)[number];

/** Several runs in one second: the middle one and the middle half. */
export interface LaneSecond {
  low: number;
  median: number;
  high: number;
}

/** Lanes of several runs of the same kind. */
export type CombinedLanes = Record<LaneName, (LaneSecond | null)[]> & {
  faults: { id: string; atS: number }[];
};

/** The lanes of one run. */
export function lanesOf({ seconds, replicas, faults, trafficStartMs }: Findings): RunLanes {
  const start = trafficStartMs ?? 0;
  const length = Math.max(0, ...seconds.map(({ second }) => second + 1));
  const lane = (pick: (of: Findings['seconds'][number]) => number | null): (number | null)[] => {
    const values: (number | null)[] = Array.from({ length }, () => null);
    for (const one of seconds) values[one.second] = pick(one);
    return values;
  };
  return {
    offered: lane(({ offered }) => offered),
    answered: lane(({ outcomes }) => outcomes.ok),
    bad: lane(({ outcomes: { ok: _ok, ...others } }) =>
      Object.values(others).reduce((sum, count) => sum + count, 0),
    ),
    p99Ms: lane(({ p99Ms }) => p99Ms),
    ready: Array.from({ length }, (_, second) => {
      const at = start + second * 1000 + 500;
      return replicas.findLast(({ t }) => t <= at)?.ready ?? null;
    }),
    faults: faults.map(({ id, injectedMs }) => ({ id, atS: (injectedMs - start) / 1000 })),
  };
}

/** Lays runs over each other: in each second the median and the quartiles of those that have a value there. */
export function combineLanes(runs: readonly RunLanes[]): CombinedLanes {
  const combine = (name: LaneName): (LaneSecond | null)[] => {
    const length = Math.max(0, ...runs.map((run) => run[name].length));
    return Array.from({ length }, (_, second) => {
      const values = sorted(runs.flatMap((run) => run[name][second] ?? []));
      if (values.length === 0) return null;
      return { low: quantile(values, 0.25), median: quantile(values, 0.5), high: quantile(values, 0.75) };
    });
  };
  const ids = [...new Set(runs.flatMap(({ faults }) => faults.map(({ id }) => id)))];
  return {
    offered: combine('offered'),
    answered: combine('answered'),
    bad: combine('bad'),
    p99Ms: combine('p99Ms'),
    ready: combine('ready'),
    faults: ids.map((id) => {
      const times = sorted(
        runs.flatMap(({ faults }) => faults.filter((fault) => fault.id === id).map(({ atS }) => atS)),
      );
      return { id, atS: quantile(times, 0.5) };
    }),
  };
}
