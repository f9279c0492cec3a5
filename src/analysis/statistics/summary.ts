import { medianInterval, type Interval } from './bootstrap.ts';
import { mean, quantile, sorted } from './quantile.ts';

/** What several values of one measure come to, in the measure's unit. */
export interface Summary {
  n: number;
  min: number;
  q1: number;
  median: number;
  q3: number;
  max: number;
  mean: number;
  /** The median's 95 % interval; null for too few values. */
  interval: Interval | null;
}

/** Null without values. */
export function summarise(values: readonly number[]): Summary | null {
  if (values.length === 0) return null;
  const ascending = sorted(values);
  return {
    n: values.length,
    min: quantile(ascending, 0),
    q1: quantile(ascending, 0.25),
    median: quantile(ascending, 0.5),
    q3: quantile(ascending, 0.75),
    max: quantile(ascending, 1),
    mean: mean(values),
    interval: medianInterval(values),
  };
}
