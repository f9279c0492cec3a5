import { outcomes, type OutcomeCounts, type TrafficEnd } from '../journal/index.ts';
import type { Findings, SecondPoint } from './findings.ts';
import { decodeHistogram, quantileMs, summaryOfHistogram, type Histogram } from './histogram.ts';
import type { RunRecord, Second } from './record.ts';

/** What the client saw, over the whole run. */
export interface Traffic {
  /** The journal's seconds, each once, by time. */
  seconds: readonly Second[];
  end: TrafficEnd | null;
  startMs: number | null;
  endMs: number | null;
  requests: Findings['requests'];
  statuses: Record<string, number>;
  latencyMs: Findings['latencyMs'];
  /** Response times of all ok requests, µs. */
  okResponse: Histogram;
  availability: number | null;
  generator: Findings['generator'];
  /** What is wrong with the record of traffic, each as a sentence. */
  problems: string[];
}

/** Sums up the seconds of traffic; where the journal was cut, what is there. */
export function trafficOf(record: RunRecord): Traffic {
  const { seconds, problems } = eachSecondOnce(record.of('traffic.second'));
  const end = record.of('traffic.end').at(-1) ?? null;
  const startMs = record.of('traffic.start')[0]?.t ?? seconds[0]?.startT ?? null;
  const lastSecond = seconds.at(-1);
  const requests = countRequests(seconds, end, problems);
  const okResponse = record.latencies.sum('response');
  const okService = record.latencies.sum('service');
  for (const kind of ['response', 'service'] as const) {
    const unreadable = record.latencies.unreadable[kind];
    if (unreadable > 0)
      problems.push(`${count(unreadable, 'histogram')} of ${kind} times could not be read.`);
  }
  return {
    seconds,
    end,
    startMs,
    endMs: end?.t ?? (lastSecond ? lastSecond.startT + 1000 : null),
    requests,
    statuses: sumOf(seconds.map((second) => second.statuses)),
    latencyMs: { service: summaryOfHistogram(okService), response: summaryOfHistogram(okResponse) },
    okResponse,
    availability: requests.scheduled > 0 ? requests.ok / requests.scheduled : null,
    generator: {
      latenessP99Ms: latenessOf(seconds, end),
      saturatedSeconds: seconds.filter((second) => second.generator.saturated).length,
      threads: record.of('traffic.start')[0]?.threads ?? null,
    },
    problems,
  };
}

/** Seconds as the charts want them. */
export function secondPoints({ seconds }: Pick<Traffic, 'seconds'>): SecondPoint[] {
  return seconds.map((second) => {
    const ok = second.okResponseUs;
    return {
      t: second.startT,
      second: second.second,
      offered: second.scheduled,
      outcomes: second.outcomes,
      p50Ms: ok && ok.p50 / 1000,
      p90Ms: ok && ok.p90 / 1000,
      p99Ms: ok && ok.p99 / 1000,
      latencyBands: second.latencyBands,
      pods: second.pods,
      connectionsOpen: second.connections.open,
      latenessP99Ms: second.generator.latenessP99Ms,
      generatorCpu: second.generator.cpu,
      saturated: second.generator.saturated,
    };
  });
}

/** From the start of the harness to the first answer through the Service: the harness's own, else the first in traffic. */
export function firstAnswerOf(record: RunRecord, seconds: readonly Second[]): number | null {
  const answered = record.of('service.answered')[0]?.t ?? Infinity;
  const inTraffic = seconds.find((second) => second.outcomes.ok > 0);
  const first = [...(inTraffic?.pods ?? [])].filter(([, pod]) => pod.ok > 0).map(([, pod]) => pod.firstT);
  const earliest = Math.min(answered, ...first);
  return Number.isFinite(earliest) ? earliest : null;
}

/** How requests came about; the open model where the journal does not say. */
export function modelOf(record: RunRecord, seconds: readonly Second[]): Findings['model'] {
  const { model = 'open', think = null, sessionSteps } = record.of('traffic.start')[0] ?? {};
  const counted = seconds.flatMap(({ sessions }) => sessions ?? []);
  const sum = sumOf(counted);
  return {
    kind: model,
    think,
    session:
      sessionSteps === undefined
        ? null
        : {
            steps: sessionSteps,
            started: sum['started'] ?? 0,
            completed: sum['completed'] ?? 0,
            broken: sum['broken'] ?? 0,
          },
  };
}

/** The connection policy in words. */
export function connectionsOf(record: RunRecord): string | null {
  const start = record.of('traffic.start')[0];
  if (start === undefined) return null;
  return `at most ${count(start.connections, 'connection')} at once, ${start.connectionPolicy}`;
}

/** The checks of the plan, and how many answers failed each. */
export function checksOf(record: RunRecord, seconds: readonly Second[]): Findings['checks'] {
  const failed = sumOf(seconds.map((second) => second.failedChecks ?? {}));
  const planned = record.of('run.plan')[0]?.checks ?? [];
  return [...new Set([...planned, ...Object.keys(failed)])].map((check) => ({
    check,
    failed: failed[check] ?? 0,
  }));
}

/** What each pod counted beside what the client saw answered by it, in the order of first answers. */
export function accountingOf(record: RunRecord, seconds: readonly Second[]): Findings['accounting'] {
  const counted = new Map<string, number>();
  for (const { pods } of record.of('pods.counted')) {
    for (const [pod, count] of Object.entries(pods)) counted.set(pod, count);
  }
  const client = new Map<string, number>();
  for (const { pods } of seconds) {
    pods.forEach((pod, served) => client.set(pod, (client.get(pod) ?? 0) + served));
  }
  const pods = new Set([...client.keys(), ...counted.keys()]);
  return [...pods].map((pod) => ({
    pod,
    client: client.get(pod) ?? 0,
    podCount: counted.get(pod) ?? null,
  }));
}

function eachSecondOnce(written: readonly Second[]): { seconds: Second[]; problems: string[] } {
  const seconds = new Map<number, Second>();
  for (const second of written) if (!seconds.has(second.second)) seconds.set(second.second, second);
  const ordered = [...seconds.values()].sort((a, b) => a.second - b.second);
  const problems: string[] = [];
  const twice = written.length - ordered.length;
  if (twice > 0)
    problems.push(`${count(twice, 'second')} of traffic stood twice in the journal; the first was taken.`);
  const span = (ordered.at(-1)?.second ?? -1) - (ordered[0]?.second ?? 0) + 1;
  const missing = span - ordered.length + (ordered[0]?.second ?? 0);
  if (missing > 0)
    problems.push(
      `${count(missing, 'second')} of traffic ${missing === 1 ? 'is' : 'are'} missing from the journal.`,
    );
  return { seconds: ordered, problems };
}

function count(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? '' : 's'}`;
}

/** The engine's own total where there is one, compared with the seconds; else the seconds' sum. */
function countRequests(
  seconds: readonly Second[],
  end: TrafficEnd | null,
  problems: string[],
): Findings['requests'] {
  const zero = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as OutcomeCounts;
  const fromSeconds = { ...zero, ...sumOf(seconds.map((second) => second.outcomes)) };
  const scheduled = seconds.reduce((sum, second) => sum + second.scheduled, 0);
  for (const second of seconds) {
    const ended = total(second.outcomes);
    if (ended !== second.scheduled) {
      problems.push(
        `In second ${second.second} of traffic ${second.scheduled} requests were scheduled and ${ended} outcomes recorded.`,
      );
      break;
    }
  }
  if (!end) return { scheduled, ...fromSeconds, conserved: total(fromSeconds) === scheduled };
  const sumsUp = total(end.outcomes) === end.scheduled;
  if (!sumsUp) {
    problems.push(`${end.scheduled} requests were scheduled, but ${total(end.outcomes)} have an outcome.`);
  }
  const sameAsSeconds = outcomes.every((outcome) => fromSeconds[outcome] === end.outcomes[outcome]);
  if (!sameAsSeconds)
    problems.push('The seconds of traffic do not add up to the total that the engine recorded at its end.');
  return {
    scheduled: end.scheduled,
    ...end.outcomes,
    conserved: end.conserved && sumsUp && sameAsSeconds && scheduled === end.scheduled,
  };
}

/** Adds up records by key. */
function sumOf(records: readonly Record<string, number>[]): Record<string, number> {
  const sum = new Map<string, number>();
  for (const record of records) {
    for (const [key, value] of Object.entries(record)) sum.set(key, (sum.get(key) ?? 0) + value);
  }
  return Object.fromEntries(sum);
}

function total(counts: OutcomeCounts): number {
  return outcomes.reduce((sum, outcome) => sum + counts[outcome], 0);
}

/** Of all sends; without their histogram the worst second's p99, which it cannot exceed. */
function latenessOf(seconds: readonly Second[], end: TrafficEnd | null): number | null {
  const histogram = end?.lateness === undefined ? null : decodeHistogram(end.lateness);
  if (histogram) return quantileMs(histogram, 0.99);
  if (seconds.length === 0) return null;
  return seconds.reduce((worst, second) => Math.max(worst, second.generator.latenessP99Ms), 0);
}
