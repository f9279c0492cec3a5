import type { OutcomeCounts, PodSecond } from '../journal/index.ts';
import { encodeHistogram, mergeHistograms, quantilesUs } from './histograms.ts';
import type { Second } from './second.ts';
import { thin } from './thin.ts';

/**
 * One record of a second that several generators shared. Counts, connections and CPU are summed, histograms merged (and
 * quantiles taken of the merged ones), lists joined; of the generators' lateness and delays the worst stands, because
 * quantiles cannot be merged.
 *
 * @throws {TypeError} when there are no parts, or parts of different seconds.
 */
export function mergeSeconds(parts: readonly Second[]): Second {
  const [first] = parts;
  if (first === undefined) throw new TypeError('no seconds to merge, expected at least one');
  const other = parts.find(({ second }) => second !== first.second);
  if (other !== undefined)
    throw new TypeError(`seconds ${first.second} and ${other.second} are not the same second`);
  if (parts.length === 1) return first;

  const ok = parts.flatMap(({ response }) => response.ok ?? []);
  const sum = (of: (part: Second) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const worst = (of: (part: Second) => number): number => Math.max(...parts.map(of));
  const failedChecks = sumCounts(parts.map(({ failedChecks }) => failedChecks ?? {}));
  return {
    type: 'traffic.second',
    t: worst(({ t }) => t),
    second: first.second,
    startT: Math.min(...parts.map(({ startT }) => startT)),
    scheduled: sum(({ scheduled }) => scheduled),
    outcomes: sumCounts(parts.map(({ outcomes }) => outcomes)) as OutcomeCounts,
    statuses: sumCounts(parts.map(({ statuses }) => statuses)),
    ...(Object.keys(failedChecks).length === 0 ? {} : { failedChecks }),
    ...mergeSessions(parts),
    service: mergeEach(parts.map(({ service }) => service)),
    response: mergeEach(parts.map(({ response }) => response)),
    okResponseUs: ok.length === 0 ? null : quantilesUs(mergeHistograms(ok)),
    pods: mergePods(parts.map(({ pods }) => pods)),
    failures: joined(parts.map(({ failures }) => failures)),
    slow: joined(parts.map(({ slow }) => slow)),
    connections: {
      open: sum(({ connections }) => connections.open),
      opened: sum(({ connections }) => connections.opened),
      closed: sum(({ connections }) => connections.closed),
    },
    generator: {
      latenessP50Ms: worst(({ generator }) => generator.latenessP50Ms),
      latenessP99Ms: worst(({ generator }) => generator.latenessP99Ms),
      latenessMaxMs: worst(({ generator }) => generator.latenessMaxMs),
      eventLoopDelayP99Ms: worst(({ generator }) => generator.eventLoopDelayP99Ms),
      cpu: sum(({ generator }) => generator.cpu),
      saturated: parts.some(({ generator }) => generator.saturated),
    },
  };
}

function mergeSessions(parts: readonly Second[]): Pick<Second, 'sessions'> {
  const counted = parts.flatMap(({ sessions }) => sessions ?? []);
  if (counted.length === 0) return {};
  const sum = (of: (sessions: (typeof counted)[number]) => number): number =>
    counted.reduce((total, sessions) => total + of(sessions), 0);
  return {
    sessions: {
      started: sum(({ started }) => started),
      completed: sum(({ completed }) => completed),
      broken: sum(({ broken }) => broken),
    },
  };
}

function sumCounts(counts: readonly Record<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, n] of counts.flatMap(Object.entries<number>)) sums[name] = (sums[name] ?? 0) + n;
  return sums;
}

function mergeEach(parts: readonly Second['service'][]): Second['service'] {
  const encoded = Map.groupBy(
    parts.flatMap((part) => Object.entries(part)),
    ([outcome]) => outcome,
  );
  return Object.fromEntries(
    [...encoded].map(([outcome, entries]) => [
      outcome,
      encodeHistogram(mergeHistograms(entries.map(([, histogram]) => histogram))),
    ]),
  );
}

function mergePods(parts: readonly Second['pods'][]): Second['pods'] {
  const merged: Record<string, PodSecond> = {};
  for (const [name, pod] of parts.flatMap(Object.entries<PodSecond>)) {
    const so = merged[name];
    merged[name] =
      so === undefined
        ? pod
        : {
            node: pod.node,
            ok: so.ok + pod.ok,
            httpError: so.httpError + pod.httpError,
            firstT: Math.min(so.firstT, pod.firstT),
            lastT: Math.max(so.lastT, pod.lastT),
            connections: so.connections + pod.connections,
            ...(so.reused !== undefined && pod.reused !== undefined && { reused: so.reused + pod.reused }),
          };
  }
  return merged;
}

function joined<T extends { scheduledT: number }>(lists: readonly T[][]): T[] {
  return thin(lists.flat().sort((a, b) => a.scheduledT - b.scheduledT));
}
