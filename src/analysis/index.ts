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
export { analyse, findingsOf } from './analyse.ts';
export { latenciesOf, type SecondLatencies } from './latencies.ts';
export { PodTable } from './pod-table.ts';
export { Recording } from './record.ts';
export { formatMetric, formatPrice } from './evaluate.ts';
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
