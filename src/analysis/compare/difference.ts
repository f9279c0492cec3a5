import { formatPlural } from '../../support/index.ts';
import type { FaultName } from '../metrics.ts';
import {
  adjustForMany,
  medianDifference,
  rankTest,
  type Interval,
  type Summary,
} from '../statistics/index.ts';
import { findingOf, findMeasure, measuresFor, usedOf, type Measure, type TrialSet } from '../trials/index.ts';

/**
 * What can be said of a difference. `better`, `worse` and `other` are only said of what chance does not explain; `not shown` is no
 * proof that there is none.
 */
export type Judgement = 'better' | 'worse' | 'other' | 'not shown' | 'same' | 'single' | 'unknown';

/** One measure on both sides, B compared with A. */
export interface Difference extends Measure {
  a: Summary | null;
  b: Summary | null;
  /** Of the medians, B less A, in the measure's unit. */
  difference: number | null;
  /** The same as a share of A's median; null where that is 0. */
  relative: number | null;
  /** 95 %, of the difference; null for fewer than six trials on a side. */
  interval: Interval | null;
  /** Of the rank test; null where a side has fewer than two values. */
  p: number | null;
  /** The same, adjusted for the number of measures that were tested. */
  adjustedP: number | null;
  judgement: Judgement;
  /** Why nothing can be said, if so. */
  problem: string | null;
}

/** Differences this improbable by chance are called such. */
export const significance = 0.05;

/** Measures that both sides have: of faults only those by the same id and type. */
export function sharedMeasures(a: readonly FaultName[], b: readonly FaultName[]): Measure[] {
  const shared = a.filter(({ id, type }) => b.some((other) => other.id === id && other.type === type));
  return measuresFor(shared);
}

/** B less A of one measure, not yet judged. */
export function differenceOf(measure: Measure, a: TrialSet, b: TrialSet): Difference {
  const [one, other] = [a, b].map(({ trials }) => {
    const counted = usedOf(trials).used;
    const values = counted.flatMap(({ values }) => values[measure.name]?.value ?? []);
    return { values, finding: findingOf(measure, counted), trials: counted.length };
  }) as [Measured, Measured];
  const known = one.values.length > 0 && other.values.length > 0;
  const found = known ? medianDifference(one.values, other.values) : { difference: null, interval: null };
  const median = one.finding.summary?.median ?? 0;
  return {
    ...measure,
    a: one.finding.summary,
    b: other.finding.summary,
    ...found,
    relative: found.difference === null || median === 0 ? null : found.difference / Math.abs(median),
    p: Math.min(one.values.length, other.values.length) < 2 ? null : rankTest(one.values, other.values),
    adjustedP: null,
    judgement: 'unknown',
    problem: problemOf('A', one) ?? problemOf('B', other),
  };
}

interface Measured {
  values: number[];
  finding: ReturnType<typeof findingOf>;
  trials: number;
}

/** A trial without a value may be the worst of all, so nothing is said of a measure that has one. */
function problemOf(side: string, { finding, trials }: Measured): string | null {
  const [first] = finding.missing;
  if (trials === 0) return `no run of ${side} came to its end`;
  if (first === undefined) return null;
  return `not known in ${finding.missing.length} of ${formatPlural(trials, 'run')} of ${side} (${first.problem})`;
}

/** Every measure was looked at, so each p-value is adjusted for all of them. */
export function judgeAll(differences: readonly Difference[]): Difference[] {
  return adjusted(differences).map((one) => ({ ...one, judgement: judgementOf(one) }));
}

/** Adjusts the p-values of differences that can be told for their number. */
export function adjusted(differences: readonly Difference[]): Difference[] {
  const tested = differences.map(({ p, problem }) => (problem === null ? p : null));
  const values = adjustForMany(tested);
  return differences.map((one, index) => ({ ...one, adjustedP: values[index] ?? null }));
}

function judgementOf(one: Difference): Judgement {
  const { difference, problem, a, b, better, p } = one;
  if (problem !== null || difference === null || a === null || b === null) return 'unknown';
  if (a.min === a.max && b.min === b.max && difference === 0) return 'same';
  if (p === null) return 'single';
  if (!isShown(one)) return 'not shown';
  if (better === null) return 'other';
  return difference < 0 === (better === 'lower') ? 'better' : 'worse';
}

/** Whether chance does not explain a difference: the test says so, and the interval, where there is one, agrees. */
export function isShown({ adjustedP, interval, difference }: Difference): boolean {
  if (adjustedP === null || adjustedP > significance || difference === null || difference === 0) return false;
  return interval === null || (difference < 0 ? interval.high < 0 : interval.low > 0);
}

/** The measure that a gate names, in what both sides have. */
export function sharedMeasure(
  name: string,
  a: readonly FaultName[],
  b: readonly FaultName[],
): Measure | undefined {
  const shared = a.filter(({ id, type }) => b.some((other) => other.id === id && other.type === type));
  return findMeasure(name, shared);
}
