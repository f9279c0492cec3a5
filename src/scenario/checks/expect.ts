import { parseExpectation, type Expectation } from '../../analysis/expectation.ts';
import type { FaultName } from '../../analysis/metrics.ts';
import { Finder, type Found } from './check.ts';

/** Understands the rules; `faults` is undefined where not all of them are known, so that names cannot be checked. */
export function checkExpectations(
  rules: readonly (string | undefined)[],
  faults: readonly FaultName[] | undefined,
): Found & { expect: Expectation[] } {
  const found = new Finder();
  const expect: Expectation[] = [];
  for (const [index, rule] of rules.entries()) {
    if (rule === undefined || (faults === undefined && /^\s*faults?\./.test(rule))) continue;
    const parsed = parseExpectation(rule, faults ?? []);
    if ('message' in parsed) {
      const { message, offset, length } = parsed;
      found.problem(['expect', index], message, { offset, length });
    } else expect.push(parsed);
  }
  return { problems: found.problems, warnings: found.warnings, expect };
}
