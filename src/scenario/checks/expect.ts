import { parseExpectation, type Expectation } from '../../analysis/expectation.ts';
import type { FaultName } from '../../analysis/metrics.ts';
import { understandStatisticRule, type StatisticRule } from '../../analysis/trials/statistic-rule.ts';
import { Finder, type Found } from './check.ts';

/** Measures that name all faults by themselves in a rule on statistics (`outage.p90 < 8s`). */
const aboutFaults = /^\s*(faults?|outage|recovery|repair|reaction|lost)\./;

/**
 * Understands the rules: those on a run and those on a statistic over trials. `faults` is undefined where not all of them are
 * known, so that names cannot be checked.
 */
export function checkExpectations(
  rules: readonly (string | undefined)[],
  faults: readonly FaultName[] | undefined,
): Found & { expect: Expectation[]; overTrials: StatisticRule[] } {
  const found = new Finder();
  const expect: Expectation[] = [];
  const overTrials: StatisticRule[] = [];
  for (const [index, rule] of rules.entries()) {
    if (rule === undefined || (faults === undefined && aboutFaults.test(rule))) continue;
    const ofRun = parseExpectation(rule, faults ?? []);
    // `response.p99` is a figure of a run; only what is none may be a statistic over trials.
    const parsed = 'message' in ofRun ? (understandStatisticRule(rule, faults ?? []) ?? ofRun) : ofRun;
    if ('message' in parsed) {
      const { message, offset, length } = parsed;
      found.problem(['expect', index], message, { offset, length });
    } else if ('statistic' in parsed) overTrials.push(parsed);
    else expect.push(parsed);
  }
  return { problems: found.problems, warnings: found.warnings, expect, overTrials };
}
