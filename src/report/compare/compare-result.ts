import type { Comparison, Difference } from '../../analysis/index.ts';
import { clean, maybe } from '../clean.ts';
import type { ComparisonResult } from './compare-schema.ts';
import { answerInWords } from './words.ts';

/** The comparison for scripts; `docs/compare.schema.json` describes it. */
export function comparisonResultOf(comparison: Comparison): ComparisonResult {
  const { verdict, verdictSentence, exitCode, differences, gates, unlike } = comparison;
  return {
    a: sideOf('A', comparison),
    b: sideOf('B', comparison),
    verdict,
    verdictSentence,
    exitCode,
    answer: answerInWords(comparison),
    differences: differences.map(({ name, unit, judgement, problem, ...one }) => ({
      name,
      unit,
      a: summaryOf(one.a),
      b: summaryOf(one.b),
      difference: maybe(one.difference),
      interval: intervalOf(one.interval),
      p: maybe(one.p),
      adjustedP: maybe(one.adjustedP),
      judgement,
      problem,
    })),
    gates: gates.map(({ rule, held, reason }) => ({ rule, held, reason })),
    unlike: unlike.map(([what, a, b]) => ({ what, a, b })),
  };
}

function sideOf(letter: 'A' | 'B', { a, b, counted, untrusted }: Comparison): ComparisonResult['a'] {
  const { label, set } = letter === 'A' ? a : b;
  return {
    label,
    scenario: set.scenario.name,
    runs: set.trials.length,
    used: letter === 'A' ? counted.a : counted.b,
    trusted: !untrusted.includes(letter),
  };
}

function summaryOf(summary: Difference['a']): ComparisonResult['differences'][number]['a'] {
  return summary === null
    ? null
    : { n: summary.n, median: clean(summary.median), interval: intervalOf(summary.interval) };
}

function intervalOf(interval: Difference['interval']): { low: number; high: number } | null {
  return interval === null ? null : { low: clean(interval.low), high: clean(interval.high) };
}
