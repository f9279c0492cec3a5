/** Several runs as one experiment: statistics of every measure, rules on them, comparison. Pure. */
export { findMeasure, measuresFor, type Measure, type MeasuredValue } from './measures.ts';
export {
  parseStatisticRule,
  unknownMeasure,
  type StatisticResult,
  type StatisticRule,
} from './statistic-rule.ts';
export {
  analyseTrials,
  faultsOf,
  pricesOf,
  findingOf,
  trialOf,
  type MeasureFinding,
  type Trial,
  type TrialFindings,
  type TrialSet,
} from './trials.ts';
export { usedOf, type UsedTrials } from './used.ts';
export { isEnough, parseUntil, type UntilRule } from './until.ts';
