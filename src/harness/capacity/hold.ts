import {
  decodeHistogram,
  holds,
  mergeHistograms,
  summaryOfHistogram,
  type Expectation,
  type LatencySummary,
} from '../../analysis/index.ts';
import type { JournalEvent, TrafficSecond, Unstamped } from '../../journal/index.ts';
import { monotonicMs } from '../../support/index.ts';
import { startTraffic, type TrafficPlan } from '../../traffic/index.ts';
import type { RunContext } from '../context.ts';
import type { HoldPoint } from './result.ts';

/** The first second finds connections being made; it is played and not judged. */
const leadSeconds = 1;

/** Where the generator spoiled more than this share of seconds, a rate that was not kept may be its own fault. */
const spoiledShare = 0.2;

/** Holds a rate in the open model and says whether the rules were kept. */
export async function hold(
  { context, plan, target }: { context: RunContext; plan: TrafficPlan; target: URL },
  {
    ratePerSecond,
    seconds,
    rules,
  }: { ratePerSecond: number; seconds: number; rules: readonly Expectation[] },
): Promise<HoldPoint> {
  const { seed, journal, signal } = context;
  const judged: Unstamped<TrafficSecond>[] = [];
  const cpu = watchCpu(context);
  const traffic = startTraffic({
    plan: {
      ...plan,
      phases: [
        {
          name: 'hold',
          durationMs: (leadSeconds + seconds) * 1000,
          rate: { kind: 'constant', rate: ratePerSecond },
        },
      ],
      connections: Math.max(plan.connections, Math.ceil(ratePerSecond)),
    },
    target,
    seed,
    originMs: journal.originMs,
    startAtMs: monotonicMs(),
    goodResponseMs: null,
    onSecond: (second) => {
      if (second.second >= leadSeconds) judged.push(second);
    },
  });
  const stop = (): void => traffic.abort();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await traffic.done;
  } finally {
    signal.removeEventListener('abort', stop);
    cpu.end();
  }
  const seen = seenIn(judged);
  const spoiled = judged.filter(({ generator }) => generator.saturated).length;
  return {
    ratePerSecond,
    kept: rules.every((rule) => keeps(rule, seen)),
    availability: seen.availability,
    p50Ms: seen.response.p50,
    p99Ms: seen.response.p99,
    cpuMilli: cpu.milli(),
    generatorLimited: spoiled > spoiledShare * judged.length,
  };
}

/** What the rules of a hold can be about. */
interface Seen {
  availability: number | null;
  failed: number;
  response: LatencySummary;
  service: LatencySummary;
}

/** Whether rules about a metric can be judged by a hold. */
export function isJudgedByHold({ name }: Pick<Expectation, 'name'>): boolean {
  return /^(availability|requests\.failed|(response|service)\.(p50|p90|p99|max))$/.test(name);
}

function keeps(rule: Expectation, seen: Seen): boolean {
  const [family = '', measure = ''] = rule.name.split('.');
  const value =
    family === 'response' || family === 'service'
      ? seen[family][measure as keyof LatencySummary]
      : family === 'requests'
        ? seen.failed
        : seen.availability;
  return value !== null && holds(rule, value);
}

function seenIn(seconds: readonly Unstamped<TrafficSecond>[]): Seen {
  const scheduled = seconds.reduce((sum, second) => sum + second.scheduled, 0);
  const ok = seconds.reduce((sum, { outcomes }) => sum + outcomes.ok, 0);
  const latency = (kind: 'response' | 'service'): LatencySummary => {
    const decoded = seconds.flatMap((second) => decodeHistogram(second[kind].ok ?? '') ?? []);
    return summaryOfHistogram(mergeHistograms(decoded));
  };
  return {
    availability: scheduled === 0 ? null : ok / scheduled,
    failed: scheduled - ok,
    response: latency('response'),
    service: latency('service'),
  };
}

/** CPU of the workload's pods while a rate is held, as metrics.k8s.io shows it: the mean of windows that lie in the hold. */
function watchCpu({ journal }: RunContext): { milli(): number | null; end(): void } {
  const beganT = journal.now() + leadSeconds * 1000;
  const sums: number[] = [];
  const end = journal.onEvent((event: JournalEvent) => {
    if (event.type !== 'k8s.metrics' || event.pods.length === 0) return;
    if (event.pods.some(({ windowMs, takenT = event.t }) => takenT - windowMs < beganT)) return;
    sums.push(event.pods.reduce((sum, { cpuMilli }) => sum + cpuMilli, 0));
  });
  return {
    milli: () => (sums.length === 0 ? null : sums.reduce((a, b) => a + b, 0) / sums.length),
    end,
  };
}
