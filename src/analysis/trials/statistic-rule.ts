/** Expectations on statistics over trials: `fault.node.outage.p90 < 8s`. */
import { OpenbellError, exitCodes, nearest } from '../../support/index.ts';
import { formatMetric } from '../evaluate.ts';
import { holds, parseExpectation, type Expectation, type RuleProblem } from '../expectation.ts';
import { metricNames, type FaultName } from '../metrics.ts';
import { mean, quantile, sorted } from '../statistics/index.ts';
import { findMeasure, type Measure } from './measures.ts';
import type { Trial } from './trials.ts';

const statistics = {
  min: (ascending: readonly number[]) => quantile(ascending, 0),
  p10: (ascending: readonly number[]) => quantile(ascending, 0.1),
  p25: (ascending: readonly number[]) => quantile(ascending, 0.25),
  median: (ascending: readonly number[]) => quantile(ascending, 0.5),
  p50: (ascending: readonly number[]) => quantile(ascending, 0.5),
  p75: (ascending: readonly number[]) => quantile(ascending, 0.75),
  p90: (ascending: readonly number[]) => quantile(ascending, 0.9),
  p95: (ascending: readonly number[]) => quantile(ascending, 0.95),
  p99: (ascending: readonly number[]) => quantile(ascending, 0.99),
  max: (ascending: readonly number[]) => quantile(ascending, 1),
  mean,
} as const;

/** A rule that was understood. */
export interface StatisticRule {
  /** As written. */
  rule: string;
  measure: Measure;
  statistic: keyof typeof statistics;
  operator: Expectation['operator'];
  /** In the measure's unit. */
  limit: number;
}

/** The answer to one rule. */
export interface StatisticResult {
  rule: string;
  /** In the measure's unit. */
  observed: number | null;
  observedText: string;
  held: boolean;
  /** Why it could not be judged, if so; then `held` is false. */
  problem: string | null;
}

/**
 * Understands `<metric>.<statistic> <operator> <value>`; without its dot-separated family a metric is the worst of all faults
 * (`outage.p90 < 8s`).
 *
 * @throws {OpenbellError} `USAGE` when it cannot be understood.
 */
export function parseStatisticRule(rule: string, faults: readonly FaultName[]): StatisticRule {
  const { statistic, asked, rest } = partsOf(rule);
  if (!isStatistic(statistic)) {
    throw wrong(
      rule,
      `expected a statistic at the end of its first word (${Object.keys(statistics).join(', ')})`,
      faults,
    );
  }
  const measure = findMeasure(asked, faults);
  if (measure === undefined) throw wrong(rule, unknownMeasure(asked, faults), faults);
  const parsed = parseExpectation(`${measure.name} ${rest}`, faults);
  if ('message' in parsed) throw wrong(rule, parsed.message, faults);
  return { rule: rule.trim(), measure, statistic, operator: parsed.operator, limit: parsed.limit };
}

/**
 * Understands a rule of a scenario that may be one on statistics: null where its first word is no measure with a statistic after it, and
 * so something else, or nothing.
 */
export function understandStatisticRule(
  rule: string,
  faults: readonly FaultName[],
): StatisticRule | RuleProblem | null {
  const { statistic, asked, rest, restAt } = partsOf(rule);
  const measure = isStatistic(statistic) ? findMeasure(asked, faults) : undefined;
  if (!isStatistic(statistic) || measure === undefined) return null;
  const parsed = parseExpectation(`${measure.name} ${rest}`, faults);
  if ('message' in parsed) {
    const offset = Math.max(0, parsed.offset - measure.name.length - 1) + restAt;
    return { ...parsed, offset: Math.min(offset, rule.length) };
  }
  return { rule: rule.trim(), measure, statistic, operator: parsed.operator, limit: parsed.limit };
}

/** `outage.p90 < 8s`: what is asked for, its statistic, and what follows. */
function partsOf(rule: string): { asked: string; statistic: string; rest: string; restAt: number } {
  const [, before = '', name = '', gap = '', rest = ''] = /^(\s*)([^\s<>=!]+)(\s*)(.*)$/s.exec(rule) ?? [];
  const dot = name.lastIndexOf('.');
  return {
    asked: name.slice(0, Math.max(0, dot)),
    statistic: name.slice(dot + 1),
    rest,
    restAt: before.length + name.length + gap.length,
  };
}

/** Judges a rule over the trials that count. One trial without a value makes the statistic unknown: it may be the worst. */
export function judgeStatistic(rule: StatisticRule, counted: readonly Trial[]): StatisticResult {
  const values = counted.map(({ values }) => values[rule.measure.name]?.value ?? null);
  const known = values.filter((value) => value !== null);
  const missing = values.length - known.length;
  if (known.length === 0 || missing > 0) {
    const problem =
      values.length === 0
        ? 'no trial ran to its end'
        : `${rule.measure.name} is not known of ${missing} of ${values.length} trials: ${firstProblem(rule, counted)}`;
    return { rule: rule.rule, observed: null, observedText: 'not observed', held: false, problem };
  }
  const observed = statistics[rule.statistic](sorted(known));
  return {
    rule: rule.rule,
    observed,
    observedText: formatMetric(observed, rule.measure.unit),
    held: holds(rule, observed),
    problem: null,
  };
}

/** A measure's name that is none, with the nearest that is; or one that needs faults where there are none. */
export function unknownMeasure(name: string, faults: readonly FaultName[]): string {
  const names = metricNames(faults);
  const near = nearest(name, [...names, 'outage', 'recovery', 'repair', 'reaction', 'lost']);
  if (near === name) return `${name} is measured of faults, and there is none`;
  if (near !== undefined) return `there is no metric ${name}; did you mean ${near}?`;
  return `there is no metric ${name}; for example ${
    names
      .filter((known) => known.startsWith('fault.'))
      .slice(0, 2)
      .join(', ') || names.slice(0, 3).join(', ')
  }`;
}

function firstProblem({ measure }: StatisticRule, counted: readonly Trial[]): string {
  for (const { number, values } of counted) {
    const found = values[measure.name];
    if (found === undefined || found.value === null)
      return `trial ${number}, ${found?.problem ?? 'not measured'}`;
  }
  return '';
}

function isStatistic(text: string): text is keyof typeof statistics {
  return Object.hasOwn(statistics, text);
}

function wrong(rule: string, message: string, faults: readonly FaultName[]): OpenbellError {
  const example =
    faults[0] === undefined ? 'response.p99.median < 250ms' : `fault.${faults[0].id}.outage.p90 < 8s`;
  return new OpenbellError(`the expectation "${rule.trim()}": ${message}`, {
    code: 'USAGE',
    exitCode: exitCodes.usage,
    hint: `Write "metric.statistic operator value", for example: ${example}`,
  });
}
