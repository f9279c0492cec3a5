import { sorted } from './quantile.ts';

/** From this value on the share is so much, up to the next step. */
export interface EcdfStep {
  value: number;
  /** Share of the values that are at most `value`, above 0 and at most 1. */
  share: number;
}

/** The empirical distribution function: one step for each distinct value, in ascending order. */
export function ecdf(values: readonly number[]): EcdfStep[] {
  const ascending = sorted(values);
  return ascending.flatMap((value, index) =>
    value === ascending[index + 1] ? [] : [{ value, share: (index + 1) / ascending.length }],
  );
}
