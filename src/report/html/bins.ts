import type { SecondPoint } from '../../analysis/index.ts';
import { outcomes, type OutcomeCounts } from '../../journal/index.ts';

/** One or several seconds of the run as one point of a chart; all null where nothing was recorded. */
export interface Bin {
  /** Start, ms since the run's origin. */
  t: number;
  /** Per second, averaged over the bin. */
  offered: number | null;
  outcomes: OutcomeCounts | null;
  /** Of the worst second of the bin: percentiles of several seconds cannot be had from theirs. */
  p50Ms: number | null;
  p90Ms: number | null;
  p99Ms: number | null;
}

/** What pods did in one or several seconds; both null where nothing was recorded. */
export interface PodBin {
  /** Start, ms since the run's origin. */
  t: number;
  /** Answers per second, averaged over the bin. */
  served: ReadonlyMap<string, number> | null;
  /** At the end of the bin. */
  connections: ReadonlyMap<string, number> | null;
}

/** Points of equal width, and that width in whole seconds. */
export interface Bins<B = Bin> {
  bins: B[];
  widthS: number;
}

/**
 * The run's seconds as at most `most` points of equal width without gaps in time, so that a chart can step from one to the
 * next; a missing second becomes a point without values.
 */
export function binSeconds(seconds: readonly SecondPoint[], most: number): Bins {
  return binned(seconds, most, merge);
}

/** Like {@link binSeconds}, of what each pod did. */
export function binPods(seconds: readonly SecondPoint[], most: number): Bins<PodBin> {
  return binned(seconds, most, mergePods);
}

function binned<B>(
  seconds: readonly SecondPoint[],
  most: number,
  merge: (group: readonly SecondPoint[], t: number) => B,
): Bins<B> {
  const sorted = [...seconds].sort((a, b) => a.t - b.t);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return { bins: [], widthS: 1 };
  const span = Math.round((last.t - first.t) / 1000) + 1;
  const widthS = roundWidth(Math.ceil(span / Math.max(1, most)));
  const members: SecondPoint[][] = Array.from({ length: Math.ceil(span / widthS) }, () => []);
  for (const second of sorted)
    members[Math.floor(Math.round((second.t - first.t) / 1000) / widthS)]?.push(second);
  return { bins: members.map((group, index) => merge(group, first.t + index * widthS * 1000)), widthS };
}

/** Spans of consecutive seconds that the generator spoiled, `[from, to]` in ms. */
export function saturatedSpans(seconds: readonly SecondPoint[]): [number, number][] {
  const spans: [number, number][] = [];
  for (const { t, saturated } of seconds) {
    if (!saturated) continue;
    const last = spans.at(-1);
    if (last !== undefined && t - last[1] < 500) last[1] = t + 1000;
    else spans.push([t, t + 1000]);
  }
  return spans;
}

/** The next width that people find on a clock. */
function roundWidth(seconds: number): number {
  return (
    [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600].find((width) => width >= seconds) ?? seconds
  );
}

function merge(group: readonly SecondPoint[], t: number): Bin {
  if (group.length === 0) {
    return {
      t,
      offered: null,
      outcomes: null,
      p50Ms: null,
      p90Ms: null,
      p99Ms: null,
    };
  }
  const mean = (pick: (second: SecondPoint) => number): number =>
    group.reduce((sum, second) => sum + pick(second), 0) / group.length;
  const worst = (pick: (second: SecondPoint) => number | null): number | null =>
    group.reduce<number | null>((most, second) => {
      const value = pick(second);
      return value === null || (most !== null && most >= value) ? most : value;
    }, null);
  return {
    t,
    offered: mean((second) => second.offered),
    outcomes: Object.fromEntries(
      outcomes.map((outcome) => [outcome, mean((second) => second.outcomes[outcome])]),
    ) as OutcomeCounts,
    p50Ms: worst((second) => second.p50Ms),
    p90Ms: worst((second) => second.p90Ms),
    p99Ms: worst((second) => second.p99Ms),
  };
}

function mergePods(group: readonly SecondPoint[], t: number): PodBin {
  const last = group.at(-1);
  if (last === undefined) return { t, served: null, connections: null };
  const served = new Map<string, number>();
  for (const { pods } of group) {
    pods.forEach((pod, count) => served.set(pod, (served.get(pod) ?? 0) + count));
  }
  for (const [pod, sum] of served) served.set(pod, sum / group.length);
  const connections = new Map<string, number>();
  last.pods.forEach((pod, _, open) => connections.set(pod, open));
  return { t, served, connections };
}
