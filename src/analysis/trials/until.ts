/** When to stop repeating: `outage:5%`, `response.p99:20ms`. */
import { OpenbellError, exitCodes, parseDurationMs, parsePercent } from '../../support/index.ts';
import { formatMetric } from '../evaluate.ts';
import type { FaultName } from '../metrics.ts';
import { fewestForInterval } from '../statistics/index.ts';
import { findMeasure, type Measure } from './measures.ts';
import { unknownMeasure } from './statistic-rule.ts';
import { findingOf, type Trial } from './trials.ts';

/** How sure one wants to be of a measure's median. */
export interface UntilRule {
  /** As written. */
  rule: string;
  measure: Measure;
  /** Greatest half width of the median's interval: a share of the median, or in the measure's unit. */
  halfWidth: { share: number } | { amount: number };
}

/**
 * Understands `<metric>:<half width>`.
 *
 * @throws {OpenbellError} `USAGE` when it cannot be understood.
 */
export function parseUntil(rule: string, faults: readonly FaultName[]): UntilRule {
  const colon = rule.lastIndexOf(':');
  const name = rule.slice(0, Math.max(0, colon)).trim();
  const text = rule.slice(colon + 1).trim();
  const measure = findMeasure(name, faults);
  if (measure === undefined) throw wrong(rule, colon < 0 ? 'expected a colon' : unknownMeasure(name, faults));
  const halfWidth = parseHalfWidth(text, measure);
  if (halfWidth === null)
    throw wrong(rule, `expected a share such as 5%${ofUnit(measure)}, got ${text || 'nothing'}`);
  return { rule: rule.trim(), measure, halfWidth };
}

/** Why the trials so far are enough, as a sentence; null when they are not. */
export function isEnough({ measure, halfWidth }: UntilRule, trials: readonly Trial[]): string | null {
  const counted = trials.filter(({ counts }) => counts);
  const { summary, missing } = findingOf(measure, counted);
  if (summary === null || summary.interval === null || missing.length > 0) return null;
  const half = (summary.interval.high - summary.interval.low) / 2;
  const limit = 'share' in halfWidth ? Math.abs(summary.median) * halfWidth.share : halfWidth.amount;
  if (half > limit) return null;
  const { unit } = measure;
  return `${measure.name} is known well enough after ${summary.n} trials: ${formatMetric(summary.median, unit)} ± ${formatMetric(half, unit)}.`;
}

function parseHalfWidth(text: string, { unit }: Measure): UntilRule['halfWidth'] | null {
  const percent = parsePercent(text);
  if (percent !== null) return percent > 0 ? { share: percent / 100 } : null;
  const amount =
    unit === 'ms' ? parseDurationMs(text) : unit !== 'ratio' && text !== '' ? Number(text) : null;
  return amount !== null && Number.isFinite(amount) && amount >= 0 ? { amount } : null;
}

function ofUnit({ unit }: Measure): string {
  return {
    ms: ' or a duration such as 200ms',
    count: ' or a number such as 2',
    ratio: '',
    price: ' or an amount such as 0.05',
  }[unit];
}

function wrong(rule: string, message: string): OpenbellError {
  return new OpenbellError(`--until "${rule.trim()}": ${message}`, {
    code: 'USAGE',
    exitCode: exitCodes.usage,
    hint: `Write the measure and half the width of its interval that is enough, for example outage:5% (from ${fewestForInterval} trials on).`,
  });
}
