/** Pure functions from a journal's events to findings. */
export * from './findings.ts';
export { holds, parseExpectation, type Expectation, type Operator, type RuleProblem } from './expectation.ts';
export {
  metricNames,
  metrics,
  type FaultName,
  type Metric,
  type MetricUnit,
  type ResolvedMetric,
} from './metrics.ts';
export { analyse } from './analyse.ts';
export { formatMetric } from './evaluate.ts';
export {
  countUpTo,
  decodeHistogram,
  mergeHistograms,
  quantileMs,
  summaryOfHistogram,
  totalOf,
} from './histogram.ts';
export {
  fitScalability,
  kneeOf,
  throughputAt,
  type LoadPoint,
  type ScalabilityFit,
} from './capacity/scalability.ts';
export * from './statistics/index.ts';
export * from './trials/index.ts';
export * from './compare/index.ts';
