import { formatCount, formatDuration, formatPercent } from '../support/index.ts';
import { holds, parseExpectation, type Expectation } from './expectation.ts';
import type { ExpectationResult, FaultFinding, Findings } from './findings.ts';
import type { MetricUnit } from './metrics.ts';
import type { RunRecord } from './record.ts';

/** The findings that expectations may judge. */
export type Judged = Pick<
  Findings,
  | 'availability'
  | 'requests'
  | 'latencyMs'
  | 'replicas'
  | 'nodeCounts'
  | 'pods'
  | 'scaling'
  | 'autoscaling'
  | 'generator'
  | 'faults'
  | 'trafficStartMs'
  | 'trafficEndMs'
>;

/** Judges the rules of the run's plan; a rule whose value was not observed does not hold, and says why. */
export function evaluate(record: RunRecord, findings: Judged): ExpectationResult[] {
  const plan = record.of('run.plan')[0];
  return (plan?.expectations ?? []).map((rule) => {
    const expectation = parseExpectation(rule, plan?.faults ?? []);
    if ('message' in expectation) return notJudged(rule, rule.split(/\s/)[0] ?? rule, expectation.message);
    const { value, problem } = observe(expectation, findings);
    if (value === null) return notJudged(expectation.rule, expectation.name, problem);
    return {
      rule: expectation.rule,
      metric: expectation.name,
      observed: value,
      observedText: formatMetric(value, expectation.metric.unit),
      held: holds(expectation, value),
      problem: null,
    };
  });
}

/** An observed value with its unit, for people. */
export function formatMetric(value: number, unit: MetricUnit): string {
  switch (unit) {
    case 'count':
      return formatCount(value);
    case 'ms':
      return formatDuration(value);
    case 'ratio':
      return formatPercent(value);
    case 'price':
      return formatPrice(value);
    default:
      return unit satisfies never;
  }
}

/** An amount of money with three digits that count, and at least cents. */
export function formatPrice(value: number): string {
  if (value === 0 || Math.abs(value) >= 1) return value.toFixed(2);
  return value.toPrecision(3).includes('e') ? value.toFixed(6) : value.toPrecision(3);
}

function notJudged(rule: string, metric: string, problem: string): ExpectationResult {
  return { rule, metric, observed: null, observedText: 'not observed', held: false, problem };
}

/** What was observed of a metric, in its unit. */
export interface Observation {
  value: number | null;
  /** Why there is no value. */
  problem: string;
}

/** The value of a metric in one run. */
export function observe({ name, fault }: Pick<Expectation, 'name' | 'fault'>, findings: Judged): Observation {
  return fault ? observeFaults(fault, findings.faults) : observeRun(name, findings);
}

function observeRun(name: string, findings: Judged): Observation {
  const [family = '', measure = ''] = name.split('.');
  switch (family) {
    case 'availability':
      return seen(findings.availability, 'no request was scheduled');
    case 'requests':
      return seen(requestsOf(measure, findings.requests), 'this is not counted');
    case 'response':
    case 'service':
      return seen(findings.latencyMs[family][measure as 'p50'], 'no request ended ok');
    case 'pods':
      return observePods(measure, findings);
    case 'nodes':
      return seen(
        extreme(Math.min, findings.nodeCounts, (point) => point.ready, findings),
        'no worker was observed while traffic ran',
      );
    case 'elasticity':
      return seen(
        findings.autoscaling.elasticity?.[measure as 'underTimeshare'],
        'what a pod is good for is neither stated nor could it be measured',
      );
    case 'cost':
      return seen(costIn(measure, findings.autoscaling.cost), 'the scenario does not state the price');
    case 'hpa':
      return observeScaling(measure, findings);
    case 'generator':
      return measure === 'latenessP99'
        ? seen(findings.generator.latenessP99Ms, 'nothing was sent')
        : seen(findings.generator.saturatedSeconds, '');
    default:
      return seen(null, `the metric ${name} is not known to this version`);
  }
}

function seen(value: number | null | undefined, problem: string): Observation {
  return { value: value ?? null, problem };
}

function requestsOf(measure: string, requests: Findings['requests']): number | undefined {
  switch (measure) {
    case 'scheduled':
      return requests.scheduled;
    case 'failed':
      return requests.scheduled - requests.ok;
    case 'httpError':
      return requests.http_error;
    case 'ok':
    case 'timeout':
    case 'refused':
    case 'reset':
    case 'dropped':
      return requests[measure];
    default:
      return undefined;
  }
}

function costIn(measure: string, { pods, lost }: Findings['autoscaling']['cost']): number | null {
  if (measure === 'pods') return pods;
  if (measure === 'lost') return lost;
  return pods === null || lost === null ? null : pods + lost;
}

function observePods(measure: string, findings: Judged): Observation {
  if (measure === 'seconds') {
    const { fromMs, toMs, podSeconds } = findings.autoscaling.cost;
    return seen(toMs > fromMs ? podSeconds : null, 'no traffic ran');
  }
  if (measure === 'restarts')
    return seen(
      findings.pods.reduce((sum, pod) => sum + pod.restarts, 0),
      '',
    );
  const value =
    measure === 'max'
      ? extreme(Math.max, findings.replicas, (point) => point.ready, findings)
      : extreme(Math.min, findings.replicas, (point) => point.inRotation, findings);
  return seen(value, 'no pod was observed while traffic ran');
}

function observeScaling(measure: string, { scaling, trafficStartMs }: Judged): Observation {
  const ups = scaling.filter(({ from, to }) => to > from);
  if (measure === 'scaleUps') return seen(ups.length, '');
  if (measure === 'scaleDowns') return seen(scaling.length - ups.length, '');
  const first = ups.find(({ atMs }) => trafficStartMs !== null && atMs >= trafficStartMs);
  return seen(
    first && trafficStartMs !== null ? first.atMs - trafficStartMs : null,
    'the number of replicas was never raised while traffic ran',
  );
}

/** The extreme of a step function while traffic ran. */
function extreme<P extends { t: number }>(
  of: (...values: number[]) => number,
  points: readonly P[],
  value: (point: P) => number,
  { trafficStartMs, trafficEndMs }: Judged,
): number | null {
  if (trafficStartMs === null || trafficEndMs === null) return null;
  let result: number | null = null;
  points.forEach((point, index) => {
    const untilMs = points[index + 1]?.t ?? Infinity;
    if (point.t > trafficEndMs || untilMs <= trafficStartMs) return;
    result = result === null ? value(point) : of(result, value(point));
  });
  return result;
}

/** The worst of the faults meant. One whose value is unknown makes the worst unknown. */
function observeFaults(
  { measure, of }: NonNullable<Expectation['fault']>,
  faults: readonly FaultFinding[],
): Observation {
  const meant = faults.filter((fault) =>
    of === 'all' ? isMeasured(fault, measure) : 'id' in of ? fault.id === of.id : fault.type === of.type,
  );
  if (meant.length === 0) return seen(null, 'the fault was not injected');
  let worst = 0;
  for (const fault of meant) {
    if (fault.landedMs === null) return seen(null, `${fault.id} did not land`);
    const value = measureOf(fault, measure);
    if (value === null) return seen(null, `${fault.id}: ${missing(fault, measure)}`);
    worst = Math.max(worst, value);
  }
  return seen(worst, '');
}

/** Of all faults those count that have such a thing: a node that joins takes nothing, and only what is lost is healed. */
function isMeasured({ effect }: FaultFinding, measure: string): boolean {
  return effect === 'loss' || (effect === 'absence' && (measure === 'outage' || measure === 'lost'));
}

function measureOf(fault: FaultFinding, measure: string): number | null {
  switch (measure) {
    case 'reaction':
      return fault.reactionMs;
    case 'repair':
      return fault.repairMs;
    case 'recovery':
      return fault.recoveryMs;
    case 'outage':
      return fault.outageMs;
    case 'lost':
      return fault.lost;
    default:
      return null;
  }
}

function missing(fault: FaultFinding, measure: string): string {
  if (fault.reactionMs === null && measure !== 'outage') return 'no reaction of Kubernetes was seen';
  if (measure === 'repair') {
    return fault.lostPods.length === 0
      ? 'no pod was lost, so nothing was repaired'
      : 'not every lost pod was seen replaced';
  }
  return fault.problem ?? 'the service was not seen good again';
}
