/** Statistics of repeated measurements; pure and, where they draw, seeded. */
export { ecdf, type EcdfStep } from './ecdf.ts';
export { fewestForInterval, medianDifference, medianInterval, type Interval } from './bootstrap.ts';
export { adjustForMany } from './many-tests.ts';
export { rankTest } from './rank-test.ts';
export { mean, median, quantile, sorted } from './quantile.ts';
export { summarise, type Summary } from './summary.ts';
